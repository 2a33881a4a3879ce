//! One value on its way to the other side, as an expression.

use crate::lower::gateway::Gateway;
use crate::lower::layout;
use crate::lower::proto::Place;
use crate::lower::types;
use crate::model::{Conversion, Direction, MessageField, Rpc, Type, TypeLink};

use super::names::Names;

/// What is done to a value that is there.
pub(super) enum Step {
    Same,
    /// Cannot fail.
    Sure(Call),
    /// Gives a `Result`.
    Checked(Call),
}

/// A function of one value.
pub(super) struct Call {
    form: Form,
    /// The function itself: a path or a closure.
    pub(super) mapped: String,
}

enum Form {
    /// `path(value, more)`
    Function { path: String, more: Option<String> },
    /// `value.into_iter().collect()`
    Links(Vec<String>),
    /// `{}` where the value stands.
    Text(String),
}

impl Call {
    fn path(path: &str) -> Self {
        Self {
            form: Form::Function {
                path: path.to_owned(),
                more: None,
            },
            mapped: path.to_owned(),
        }
    }

    /// A call with a second argument.
    fn with(path: &str, variable: &str, argument: String) -> Self {
        Self {
            mapped: format!("|{variable}| {path}({variable}, {argument})"),
            form: Form::Function {
                path: path.to_owned(),
                more: Some(argument),
            },
        }
    }

    fn links(variable: &str, links: &[&str]) -> Self {
        Self {
            mapped: format!("|{variable}| {variable}{}", links.concat()),
            form: Form::Links(links.iter().map(|link| (*link).to_owned()).collect()),
        }
    }

    fn text(text: String, variable: &str) -> Self {
        Self {
            mapped: format!("|{variable}| {}", text.replace("{}", variable)),
            form: Form::Text(text),
        }
    }

    /// Of a value that is plain to write.
    fn of(&self, value: &str) -> String {
        let (head, links) = self.chain(value, 0);
        [head, links.concat()].concat()
    }

    /// The call as a chain, in a line indented by `indent`.
    pub(super) fn chain(&self, value: &str, indent: usize) -> (String, Vec<String>) {
        match &self.form {
            Form::Function { path, more } => {
                let arguments: Vec<_> = [Some(value), more.as_deref()]
                    .into_iter()
                    .flatten()
                    .collect();
                (layout::call(indent, path, &arguments, ""), Vec::new())
            }
            Form::Links(more) => {
                let (head, mut links) = chain_of(value);
                links.extend(more.iter().cloned());
                (head, links)
            }
            Form::Text(text) => (text.replace("{}", value), Vec::new()),
        }
    }
}

/// `req.user_id` as a chain; a local variable is all head.
pub(super) fn chain_of(source: &str) -> (String, Vec<String>) {
    match source.split_once('.') {
        Some((head, field)) => (head.to_owned(), vec![format!(".{field}")]),
        None => (source.to_owned(), Vec::new()),
    }
}

/// Where a step is taken.
pub(super) struct At<'a> {
    pub(super) gateway: &'a Gateway<'a>,
    pub(super) rpc: &'a Rpc,
    pub(super) names: &'a Names<'a>,
    pub(super) direction: Direction,
}

impl At<'_> {
    /// The step of a field; `boxed`: whether the member of the declared type is.
    pub(super) fn field(
        &self,
        conversion: &Conversion,
        body: &Type,
        field: &MessageField,
        boxed: bool,
    ) -> Step {
        match conversion {
            Conversion::Same => Step::Same,
            Conversion::Widen => {
                Step::Sure(Call::path(&format!("{}::from", self.target(body, field))))
            }
            Conversion::Type { body, message } => self.pair(body, message, boxed, field.recursive),
            Conversion::List { item, nullable } => {
                let inner = match body {
                    Type::Slice(inner) => strip(inner),
                    other => other,
                };
                list(
                    &self.field(item, inner, field, false),
                    *nullable,
                    self.direction,
                )
            }
            Conversion::Array(item) => {
                // Beyond some length Rust has a `Vec` there, too, and nothing is to be done about its length.
                let (inner, is_array) = match body {
                    Type::Array(length, inner) => (&**inner, *length <= types::MAX_ARRAY),
                    other => (other, true),
                };
                let item = self.field(item, inner, field, false);
                if is_array {
                    array(&item, self.direction)
                } else {
                    list(&item, false, self.direction)
                }
            }
            Conversion::Map(value) => self.map(&self.field(value, inner_of(body), field, false)),
            Conversion::KeyedMap(value) => {
                self.keyed_map(&self.field(value, inner_of(body), field, false))
            }
            scalar => self.scalar(scalar),
        }
    }

    fn scalar(&self, conversion: &Conversion) -> Step {
        let sure = |path: &str| Step::Sure(Call::path(path));
        let checked = |path: &str| Step::Checked(Call::path(path));
        let is_out = self.direction == Direction::ToMessage;
        match (conversion, is_out) {
            (Conversion::Narrow, _) => checked("convert::int"),
            (Conversion::NarrowFloat, _) => checked("convert::float"),
            (Conversion::EnumName(full_name), true) => {
                let find = format!("{}::from_str_name", self.enum_path(full_name));
                Step::Checked(Call::with("convert::enum_number", "name", find))
            }
            (Conversion::EnumName(full_name), false) => {
                let name = format!("{}::as_str_name", self.enum_path(full_name));
                Step::Sure(Call::with("convert::enum_name", "number", name))
            }
            (Conversion::Base64, true) => checked("convert::from_base64"),
            (Conversion::Base64, false) => sure("convert::to_base64"),
            (Conversion::UnixSeconds, true) => sure("convert::unix_time"),
            (Conversion::UnixSeconds, false) => sure("convert::unix_seconds"),
            (Conversion::Rfc3339, true) => checked("convert::timestamp"),
            (Conversion::Rfc3339, false) => checked("convert::rfc3339"),
            (Conversion::Seconds, true) => sure("convert::duration_of"),
            (Conversion::Seconds, false) => sure("convert::whole_seconds"),
            (Conversion::DurationText, true) => checked("convert::duration"),
            (Conversion::DurationText, false) => checked("convert::duration_text"),
            (Conversion::Json, true) => sure("convert::from_json"),
            (Conversion::Json, false) => sure("convert::to_json"),
            (Conversion::JsonObject, true) => checked("convert::from_object"),
            (Conversion::JsonObject, false) => sure("convert::to_object"),
            (Conversion::JsonMap, true) => sure("convert::from_json_map"),
            (Conversion::JsonMap, false) => sure("convert::to_json_map"),
            (Conversion::JsonList, true) => sure("convert::from_json_list"),
            (Conversion::JsonList, false) => sure("convert::to_json_list"),
            _ => Step::Same,
        }
    }

    /// The type that a number is widened to.
    fn target(&self, body: &Type, field: &MessageField) -> String {
        match self.direction {
            Direction::ToMessage => types::proto_scalar(&field.ty)
                .unwrap_or_default()
                .to_owned(),
            Direction::ToBody => types::api(body, &self.gateway.scope, None),
        }
    }

    fn enum_path(&self, full_name: &str) -> String {
        self.names
            .place(self.rpc, &Place::of_enum(self.rpc, full_name))
    }

    fn pair(&self, body: &str, message: &str, body_boxed: bool, message_boxed: bool) -> Step {
        let link = self
            .gateway
            .link(self.direction, &self.rpc.name, body, message);
        let checked = link.is_some_and(|link: &TypeLink| link.checked);
        let (target, from_box, to_box) = match self.direction {
            Direction::ToMessage => {
                let place = Place::of_message(self.rpc, message);
                (
                    self.names.place(self.rpc, &place),
                    body_boxed,
                    message_boxed,
                )
            }
            Direction::ToBody => (self.names.body(body), message_boxed, body_boxed),
        };
        let function = if checked { "try_from" } else { "from" };
        let path = format!("{target}::{function}");
        if !from_box && !to_box {
            let call = Call::path(&path);
            return if checked {
                Step::Checked(call)
            } else {
                Step::Sure(call)
            };
        }
        let star = if from_box { "*" } else { "" };
        let call = format!("{path}({star}{{}})");
        match (checked, to_box) {
            (true, true) => Step::Checked(Call::text(format!("{call}.map(Box::new)"), "value")),
            (true, false) => Step::Checked(Call::text(call, "value")),
            (false, true) => Step::Sure(Call::text(format!("Box::new({call})"), "value")),
            (false, false) => Step::Sure(Call::text(call, "value")),
        }
    }

    /// prost has hash maps, the gateway's types ordered ones.
    fn map(&self, value: &Step) -> Step {
        match value {
            Step::Same => Step::Sure(Call::links("map", &[".into_iter()", ".collect()"])),
            Step::Sure(call) => {
                let pair = format!(".map(|(key, value)| (key, {}))", call.of("value"));
                Step::Sure(Call::links("map", &[".into_iter()", &pair, ".collect()"]))
            }
            Step::Checked(call) => {
                let function = match self.direction {
                    Direction::ToMessage => "convert::to_map",
                    Direction::ToBody => "convert::from_map",
                };
                Step::Checked(Call::with(function, "map", call.mapped.clone()))
            }
        }
    }
}

impl At<'_> {
    /// As [`Self::map`], with keys that may not fit.
    fn keyed_map(&self, value: &Step) -> Step {
        let is_out = self.direction == Direction::ToMessage;
        let (function, convert) = match (value, is_out) {
            (Step::Checked(call), true) => ("convert::try_to_keyed_map", call.mapped.clone()),
            (Step::Checked(call), false) => ("convert::try_from_keyed_map", call.mapped.clone()),
            (Step::Sure(call), true) => ("convert::to_keyed_map", call.mapped.clone()),
            (Step::Sure(call), false) => ("convert::from_keyed_map", call.mapped.clone()),
            (Step::Same, true) => ("convert::to_keyed_map", "|value| value".to_owned()),
            (Step::Same, false) => ("convert::from_keyed_map", "|value| value".to_owned()),
        };
        Step::Checked(Call::with(function, "map", convert))
    }
}

/// The type of a map's values.
fn inner_of(body: &Type) -> &Type {
    match body {
        Type::Map(_, inner) => inner,
        other => other,
    }
}

/// An array has its length; a list may have another.
fn array(item: &Step, direction: Direction) -> Step {
    match (direction, item) {
        (Direction::ToMessage, Step::Same) => Step::Sure(Call::path("Vec::from")),
        (Direction::ToMessage, item) => list(item, false, direction),
        (Direction::ToBody, Step::Same) => Step::Checked(Call::path("convert::array")),
        (Direction::ToBody, Step::Sure(call)) => {
            let map = format!("convert::array({{}}.into_iter().map({}))", call.mapped);
            Step::Checked(Call::text(map, "items"))
        }
        (Direction::ToBody, Step::Checked(call)) => {
            let function = call.mapped.clone();
            Step::Checked(Call::with("convert::try_array", "items", function))
        }
    }
}

/// A null in a list is no item; on the way back there are none.
fn list(item: &Step, nullable: bool, direction: Direction) -> Step {
    let is_out = direction == Direction::ToMessage;
    let wraps = nullable && !is_out;
    let map = match item {
        Step::Checked(call) => {
            let function = if wraps {
                format!("|item| {}.map(Some)", call.of("item"))
            } else {
                call.mapped.clone()
            };
            return Step::Checked(if nullable && is_out {
                let text = format!("convert::list({{}}.into_iter().flatten(), {function})");
                Call::text(text, "items")
            } else {
                Call::with("convert::list", "items", function)
            });
        }
        Step::Same if wraps => Some(".map(Some)".to_owned()),
        Step::Same => None,
        Step::Sure(call) if wraps => Some(format!(".map(|item| Some({}))", call.of("item"))),
        Step::Sure(call) => Some(format!(".map({})", call.mapped)),
    };
    let mut links = vec![".into_iter()"];
    if nullable && is_out {
        links.push(".flatten()");
    }
    links.extend(map.as_deref());
    links.push(".collect()");
    Step::Sure(Call::links("items", &links))
}

fn strip(ty: &Type) -> &Type {
    match ty {
        Type::Pointer(inner) => inner,
        other => other,
    }
}
