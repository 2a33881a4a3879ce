//! Descriptors as the model has them.

use camino::Utf8Path;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::method_options::IdempotencyLevel;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FieldOptions, FileDescriptorProto,
    MethodDescriptorProto,
};

use super::Set;
use super::comments::Comments;
use super::holds::Holds;
use crate::model::{
    Dialect, Enum, Message, MessageField, Messages, Migrations, ProtoType, Repetition, Rpc,
    RpcMethod, RpcService, Schema,
};

// Field numbers of descriptor.proto, for the paths of comments.
const FILE_MESSAGE: i32 = 4;
const FILE_SERVICE: i32 = 6;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const SERVICE_METHOD: i32 = 2;

/// The packages of the roots: all their files, the roots first.
pub(super) fn rpc(set: &Set, serve: bool) -> Rpc {
    let packages: Vec<&str> = set.root_files().map(FileDescriptorProto::package).collect();
    let mut files: Vec<&FileDescriptorProto> = set.root_files().collect();
    let others = set
        .descriptors
        .file
        .iter()
        .filter(|file| !set.is_root(file));
    files.extend(others.filter(|file| packages.contains(&file.package())));
    let holds = Holds::of(&set.descriptors.file);
    let services = files.iter().flat_map(|file| services_of(file)).collect();
    let messages = messages_of(&files, &holds);
    // Google's own have Rust types that no message of ours describes.
    let others: Vec<&FileDescriptorProto> = (set.descriptors.file.iter())
        .filter(|file| !packages.contains(&file.package()) && file.package() != "google.protobuf")
        .collect();
    let imported = messages_of(&others, &holds);
    let enums = files.iter().chain(&others).flat_map(|file| enums_of(file));
    let enums = enums.collect();
    let roots = set.roots.iter();
    let roots: Vec<_> = roots
        .filter_map(|root| Utf8Path::new(root).file_name())
        .collect();
    let package = set.package();
    Rpc {
        name: package.to_owned(),
        package: package.to_owned(),
        serve,
        file: roots.join(", "),
        merged: false,
        services,
        messages,
        imported,
        enums,
        tables: Vec::new(),
        dialect: Dialect::default(),
        schema: Schema::default(),
        migrations: Migrations::default(),
        sql_file: None,
    }
}

fn messages_of(files: &[&FileDescriptorProto], holds: &Holds<'_>) -> Messages {
    let mut out = Vec::new();
    for file in files {
        let within = Within {
            package: file.package(),
            comments: Comments::of(file),
            holds,
        };
        for (message, index) in file.message_type.iter().zip(0..) {
            let path = [FILE_MESSAGE, index];
            collect(&within, message, within.package, &path, &mut out);
        }
    }
    out.into()
}

fn enums_of(file: &FileDescriptorProto) -> Vec<Enum> {
    let described = |scope: &str, found: &EnumDescriptorProto| Enum {
        full_name: join(scope, found.name()),
        package: file.package().to_owned(),
        values: (found.value.iter())
            .map(|value| value.name().to_owned())
            .collect(),
    };
    let top = file.enum_type.iter();
    let mut out: Vec<Enum> = top.map(|each| described(file.package(), each)).collect();
    let mut open: Vec<(String, &DescriptorProto)> = (file.message_type.iter().rev())
        .map(|message| (join(file.package(), message.name()), message))
        .collect();
    while let Some((scope, message)) = open.pop() {
        let nested = message.enum_type.iter();
        out.extend(nested.map(|each| described(&scope, each)));
        let inner = message.nested_type.iter().rev();
        open.extend(inner.map(|each| (join(&scope, each.name()), each)));
    }
    out
}

/// What the messages of a file have in common.
struct Within<'a> {
    package: &'a str,
    comments: Comments<'a>,
    holds: &'a Holds<'a>,
}

/// A message and the ones nested in it; the entries of maps are fields, not messages.
fn collect(
    within: &Within<'_>,
    message: &DescriptorProto,
    scope: &str,
    path: &[i32],
    out: &mut Vec<Message>,
) {
    let full_name = join(scope, message.name());
    let fields = message.field.iter().zip(0..);
    out.push(Message {
        full_name: full_name.clone(),
        name: message.name().to_owned(),
        package: within.package.to_owned(),
        fields: fields
            .map(|(each, index)| {
                let path = [path, &[MESSAGE_FIELD, index]].concat();
                field(within, message, &full_name, each, &path)
            })
            .collect(),
        docs: within.comments.docs(path),
    });
    for (nested, index) in message.nested_type.iter().zip(0..) {
        if !is_map_entry(nested) {
            let path = [path, &[MESSAGE_NESTED, index]].concat();
            collect(within, nested, &full_name, &path, out);
        }
    }
}

fn field(
    within: &Within<'_>,
    message: &DescriptorProto,
    full_name: &str,
    field: &FieldDescriptorProto,
    path: &[i32],
) -> MessageField {
    let entry = message
        .nested_type
        .iter()
        .filter(|nested| is_map_entry(nested))
        .find(|nested| bare(field.type_name()) == join(full_name, nested.name()));
    let (ty, repetition) = match entry.map(|entry| entry.field.as_slice()) {
        Some([key, value]) => (scalar(value), Repetition::Map(scalar(key))),
        _ => (scalar(field), repetition(field)),
    };
    let oneof = field
        .oneof_index
        .filter(|_| !field.proto3_optional())
        .and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?))
        .map(|oneof| oneof.name().to_owned());
    MessageField {
        name: field.name().to_owned(),
        number: field.number(),
        ty,
        repetition,
        oneof,
        recursive: field.label() != Label::Repeated
            && matches!(field.r#type(), Type::Message | Type::Group)
            && within.holds.reaches(bare(field.type_name()), full_name),
        deprecated: field.options.as_ref().is_some_and(FieldOptions::deprecated),
        docs: within.comments.docs(path),
    }
}

fn repetition(field: &FieldDescriptorProto) -> Repetition {
    if field.label() == Label::Repeated {
        Repetition::Repeated
    } else if field.proto3_optional() || matches!(field.r#type(), Type::Message | Type::Group) {
        Repetition::Optional
    } else {
        Repetition::Single
    }
}

/// The encodings of one integer are one type to whoever reads it.
fn scalar(field: &FieldDescriptorProto) -> ProtoType {
    match field.r#type() {
        Type::Double => ProtoType::Double,
        Type::Float => ProtoType::Float,
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => ProtoType::Int64,
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => ProtoType::Int32,
        Type::Uint64 | Type::Fixed64 => ProtoType::Uint64,
        Type::Uint32 | Type::Fixed32 => ProtoType::Uint32,
        Type::Bool => ProtoType::Bool,
        Type::String => ProtoType::String,
        Type::Bytes => ProtoType::Bytes,
        Type::Message | Type::Group => ProtoType::Message(bare(field.type_name()).to_owned()),
        Type::Enum => ProtoType::Enum(bare(field.type_name()).to_owned()),
    }
}

fn services_of(file: &FileDescriptorProto) -> impl Iterator<Item = RpcService> {
    let comments = Comments::of(file);
    file.service.iter().zip(0..).map(move |(service, index)| {
        let path = [FILE_SERVICE, index];
        let methods = service.method.iter().zip(0..).map(|(each, index)| {
            method(
                &comments,
                each,
                &[&path[..], &[SERVICE_METHOD, index]].concat(),
            )
        });
        RpcService {
            name: service.name().to_owned(),
            full_name: join(file.package(), service.name()),
            package: file.package().to_owned(),
            methods: methods.collect::<Vec<_>>().into(),
            docs: comments.docs(&path),
        }
    })
}

fn method(comments: &Comments<'_>, method: &MethodDescriptorProto, path: &[i32]) -> RpcMethod {
    RpcMethod {
        name: method.name().to_owned(),
        input: bare(method.input_type()).to_owned(),
        output: bare(method.output_type()).to_owned(),
        client_streaming: method.client_streaming(),
        server_streaming: method.server_streaming(),
        idempotent: method.options.as_ref().is_some_and(|options| {
            options.idempotency_level() != IdempotencyLevel::IdempotencyUnknown
        }),
        docs: comments.docs(path),
        steps: comments.steps(path),
        call: None,
    }
}

pub(super) fn is_map_entry(message: &DescriptorProto) -> bool {
    message
        .options
        .as_ref()
        .is_some_and(prost_types::MessageOptions::map_entry)
}

/// Descriptors write full names with a leading dot.
pub(super) fn bare(name: &str) -> &str {
    name.strip_prefix('.').unwrap_or(name)
}

pub(super) fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    }
}
