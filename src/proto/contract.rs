//! Descriptors as their callers' wire.

use std::collections::BTreeMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    ServiceDescriptorProto,
};

use super::Set;
use super::describe::{bare, is_map_entry, join};
use crate::model::wire::{self, Contract, Reserved};
use crate::source::{FileId, SourceMap, Span};

// Field numbers of descriptor.proto, for the paths of places.
const NAME: i32 = 1;
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const FILE_SERVICE: i32 = 6;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_RESERVED: i32 = 9;
const ENUM_VALUE: i32 = 2;
const ENUM_RESERVED: i32 = 4;
const SERVICE_METHOD: i32 = 2;

pub(super) fn contract(set: &Set, sources: &SourceMap) -> Contract {
    let mut out = Contract {
        package: set.package().to_owned(),
        package_span: set.package_span(sources),
        ..Contract::default()
    };
    for file in &set.descriptors.file {
        // Those without a text of their own are Google's, which do not change.
        let Some(id) = set.files.get(file.name()) else {
            continue;
        };
        let of_root = set.is_root(file);
        let mut walk = Walk {
            places: Places::new(file, *id, sources),
            of_root,
            out: &mut out,
        };
        for (message, index) in file.message_type.iter().zip(0..) {
            walk.message(message, file.package(), &[FILE_MESSAGE, index]);
        }
        for (each, index) in file.enum_type.iter().zip(0..) {
            walk.enumeration(each, file.package(), &[FILE_ENUM, index]);
        }
        if of_root {
            for (each, index) in file.service.iter().zip(0..) {
                walk.service(each, &[FILE_SERVICE, index]);
            }
        }
    }
    out
}

/// One file.
struct Walk<'a> {
    places: Places<'a>,
    of_root: bool,
    out: &'a mut Contract,
}

impl Walk<'_> {
    fn message(&mut self, message: &DescriptorProto, scope: &str, path: &[i32]) {
        let full_name = join(scope, message.name());
        let fields = message.field.iter().zip(0..).map(|(each, index)| {
            let span = self.places.of(path, &[MESSAGE_FIELD, index]);
            field(each, span)
        });
        let reserved = message.reserved_range.iter().zip(0..);
        let reserved = reserved.map(|(range, index)| Reserved {
            first: range.start(),
            // Exclusive here, unlike for enums.
            last: range.end() - 1,
            span: self.places.of(path, &[MESSAGE_RESERVED, index]),
        });
        let message_data = wire::Message {
            of_root: self.of_root,
            map_entry: is_map_entry(message),
            fields: fields.collect(),
            reserved: reserved.collect(),
            span: self.places.of(path, &[NAME]),
        };
        for (nested, index) in message.nested_type.iter().zip(0..) {
            let path = [path, &[MESSAGE_NESTED, index]].concat();
            self.message(nested, &full_name, &path);
        }
        for (nested, index) in message.enum_type.iter().zip(0..) {
            let path = [path, &[MESSAGE_ENUM, index]].concat();
            self.enumeration(nested, &full_name, &path);
        }
        self.out.messages.insert(full_name, message_data);
    }

    fn enumeration(&mut self, each: &EnumDescriptorProto, scope: &str, path: &[i32]) {
        let values = each
            .value
            .iter()
            .zip(0..)
            .map(|(value, index)| wire::Value {
                name: value.name().to_owned(),
                number: value.number(),
                span: self.places.of(path, &[ENUM_VALUE, index]),
            });
        let reserved = each.reserved_range.iter().zip(0..);
        let reserved = reserved.map(|(range, index)| Reserved {
            first: range.start(),
            last: range.end(),
            span: self.places.of(path, &[ENUM_RESERVED, index]),
        });
        let data = wire::Enum {
            of_root: self.of_root,
            values: values.collect(),
            reserved: reserved.collect(),
            span: self.places.of(path, &[NAME]),
        };
        self.out.enums.insert(join(scope, each.name()), data);
    }

    fn service(&mut self, service: &ServiceDescriptorProto, path: &[i32]) {
        let methods = service.method.iter().zip(0..);
        let methods = methods.map(|(method, index)| wire::Method {
            name: method.name().to_owned(),
            input: bare(method.input_type()).to_owned(),
            output: bare(method.output_type()).to_owned(),
            client_streaming: method.client_streaming(),
            server_streaming: method.server_streaming(),
            span: self.places.of(path, &[SERVICE_METHOD, index]),
        });
        self.out.services.push(wire::Service {
            name: service.name().to_owned(),
            methods: methods.collect(),
            span: self.places.of(path, &[NAME]),
        });
    }
}

fn field(field: &FieldDescriptorProto, span: Option<Span>) -> wire::Field {
    wire::Field {
        name: field.name().to_owned(),
        number: field.number(),
        json_name: field.json_name().to_owned(),
        ty: encoding(field),
        repeated: field.label() == Label::Repeated,
        required: field.label() == Label::Required,
        default: field.default_value.clone(),
        // `optional` of proto3 is a `oneof` of its own in descriptors only.
        oneof: field.oneof_index.filter(|_| !field.proto3_optional()),
        span,
    }
}

fn encoding(field: &FieldDescriptorProto) -> wire::Type {
    let named = || bare(field.type_name()).to_owned();
    wire::Type::Scalar(match field.r#type() {
        Type::Message => return wire::Type::Message(named()),
        Type::Group => return wire::Type::Group(named()),
        Type::Enum => return wire::Type::Enum(named()),
        Type::Double => "double",
        Type::Float => "float",
        Type::Int64 => "int64",
        Type::Uint64 => "uint64",
        Type::Int32 => "int32",
        Type::Uint32 => "uint32",
        Type::Fixed64 => "fixed64",
        Type::Fixed32 => "fixed32",
        Type::Sfixed32 => "sfixed32",
        Type::Sfixed64 => "sfixed64",
        Type::Sint32 => "sint32",
        Type::Sint64 => "sint64",
        Type::Bool => "bool",
        Type::String => "string",
        Type::Bytes => "bytes",
    })
}

/// The places of one file's elements, by path: looked up for every field, so neither list is searched each time.
struct Places<'a> {
    file: FileId,
    locations: BTreeMap<&'a [i32], &'a [i32]>,
    line_starts: Vec<usize>,
    len: usize,
}

impl<'a> Places<'a> {
    fn new(descriptor: &'a FileDescriptorProto, file: FileId, sources: &SourceMap) -> Self {
        let info = descriptor.source_code_info.iter();
        let locations = info.flat_map(|info| &info.location);
        let text = sources.get(file).map_or("", |source| source.text.as_str());
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file,
            locations: locations
                .map(|location| (location.path.as_slice(), location.span.as_slice()))
                .collect(),
            line_starts: std::iter::once(0).chain(after_breaks).collect(),
            len: text.len(),
        }
    }

    fn of(&self, path: &[i32], inner: &[i32]) -> Option<Span> {
        let path = [path, inner].concat();
        let (start, end) = match **self.locations.get(path.as_slice())? {
            [line, column, end] => (self.at(line, column)?, self.at(line, end)?),
            [line, column, end_line, end] => (self.at(line, column)?, self.at(end_line, end)?),
            _ => return None,
        };
        Some(Span::new(self.file, start, end))
    }

    /// Both from 0; columns count bytes.
    fn at(&self, line: i32, column: i32) -> Option<usize> {
        let start = *self.line_starts.get(usize::try_from(line).ok()?)?;
        Some((start + usize::try_from(column).ok()?).min(self.len))
    }
}
