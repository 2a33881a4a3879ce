//! Values that a request can be made of, for tests and the README.

use super::Gateway;
use crate::lower::scope::Scope;
use crate::model::{
    Conversion, Direction, Field, FieldLink, Presence, Range, Route, Rpc, Segment, Source, Struct,
    Type,
};

/// Types inside types, and no further.
const MAX_DEPTH: usize = 4;

pub(super) struct Samples<'a> {
    pub(super) scope: &'a Scope<'a>,
    /// Where the route's request becomes a message: not every text may become everything.
    pub(super) linked: Option<(&'a Gateway<'a>, &'a Rpc)>,
}

impl Samples<'_> {
    pub(super) fn request(&self, route: &Route) -> Option<&Struct> {
        match &route.request {
            Some(Type::Named(name)) => self.scope.find(name),
            _ => None,
        }
    }

    /// The path with a sample value in the place of each parameter.
    pub(super) fn path(&self, route: &Route) -> String {
        let found = self.request(route);
        let value = |name: &str| {
            let mut fields = found.iter().flat_map(|found| &found.fields);
            let field = fields.find(|field| field.wire == name);
            field.map_or_else(
                || "1".to_owned(),
                |field| self.field(field, links(route), 0).unwrap_or_default(),
            )
        };
        let mut out = String::new();
        for segment in &route.path {
            out.push('/');
            match segment {
                Segment::Literal(text) => out.push_str(text),
                Segment::Param(name) => out.push_str(value(name).trim_matches('"')),
            }
        }
        out
    }

    /// A JSON body with every field of a request that may be in one, if each can be made up.
    pub(super) fn body(&self, route: &Route) -> Option<String> {
        let found = self.request(route)?;
        let json = found
            .fields
            .iter()
            .filter(|field| field.source == Source::Json);
        let members = self.members(json, links(route), 0);
        members
            .filter(|members| !members.is_empty())
            .map(|members| format!("{{{}}}", members.join(", ")))
    }

    /// The members of an object, if each that has to be there can be made up.
    fn members<'f>(
        &self,
        fields: impl Iterator<Item = &'f Field>,
        links: &[FieldLink],
        depth: usize,
    ) -> Option<Vec<String>> {
        let mut out = Vec::new();
        for field in fields {
            let is_required = field.presence == Presence::Required;
            match self.field(field, links, depth) {
                Some(value) if is_required || depth == 0 && is_plain(&field.ty) => {
                    out.push(format!("\"{}\": {value}", field.wire));
                }
                None if is_required => return None,
                Some(_) | None => {}
            }
        }
        Some(out)
    }

    /// A value in JSON.
    pub(super) fn field(&self, field: &Field, links: &[FieldLink], depth: usize) -> Option<String> {
        if let Some(option) = field.options.first() {
            let is_text = field.ty == Type::String;
            return Some(if is_text {
                format!("\"{option}\"")
            } else {
                option.clone()
            });
        }
        if !field.rules.is_empty() {
            return None;
        }
        let link = links
            .iter()
            .find(|link| link.from.as_ref() == Some(&field.name));
        let conversion = link.map(|link| &link.conversion);
        let value = self.value(&field.ty, conversion, depth)?;
        let value = match &field.range {
            Some(range) => within(range)?,
            None => value,
        };
        Some(if field.as_string && !value.starts_with('"') {
            format!("\"{value}\"")
        } else {
            value
        })
    }

    fn value(&self, ty: &Type, conversion: Option<&Conversion>, depth: usize) -> Option<String> {
        if let (Some(conversion), Some((_, rpc))) = (conversion, self.linked) {
            let text = match conversion {
                Conversion::EnumName(full_name) => {
                    let mut enums = rpc.enums.iter();
                    let found = enums.find(|each| each.full_name == *full_name)?;
                    Some(found.values.first()?.as_str())
                }
                Conversion::Base64 => Some("YQ=="),
                Conversion::Rfc3339 => Some("2026-01-01T00:00:00Z"),
                Conversion::DurationText => Some("1.5s"),
                _ => None,
            };
            if let Some(text) = text {
                return Some(format!("\"{text}\""));
            }
        }
        match ty {
            Type::Bool => Some("true".to_owned()),
            Type::Int { .. } => Some("1".to_owned()),
            Type::Float { .. } => Some("1.5".to_owned()),
            Type::String => Some("\"a\"".to_owned()),
            Type::Slice(_) => Some("[]".to_owned()),
            Type::Map(..) => Some("{}".to_owned()),
            Type::Pointer(inner) => self.value(inner, conversion, depth),
            Type::Named(name) if depth < MAX_DEPTH => self.object(name, conversion, depth),
            _ => None,
        }
    }

    fn object(&self, name: &str, conversion: Option<&Conversion>, depth: usize) -> Option<String> {
        let found = self.scope.find(name)?;
        let link = match (conversion, self.linked) {
            (Some(Conversion::Type { body, message }), Some((gateway, rpc))) => {
                gateway.link(Direction::ToMessage, &rpc.name, body, message)
            }
            _ => None,
        };
        let links = link.map_or(&[][..], |link| link.fields.as_slice());
        let members = self.members(found.fields.iter(), links, depth + 1)?;
        Some(format!("{{{}}}", members.join(", ")))
    }
}

fn links(route: &Route) -> &[FieldLink] {
    let call = route.call.as_ref();
    call.map_or(&[][..], |call| call.request.as_slice())
}

fn is_plain(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int { .. }
            | Type::Float { .. }
            | Type::String
            | Type::Slice(_)
            | Type::Map(..)
    )
}

/// One if it is in the range, else a bound or the number next to it.
fn within(range: &Range) -> Option<String> {
    let bound = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    let (low, high) = (bound(&range.low), bound(&range.high));
    let fits = |value: &f64| {
        let above = low.is_none_or(|low| *value > low || range.low_inclusive && *value >= low);
        let below = high.is_none_or(|high| *value < high || range.high_inclusive && *value <= high);
        above && below
    };
    let candidates = [
        Some(1.0),
        low,
        low.map(|low| low + 1.0),
        high,
        high.map(|high| high - 1.0),
    ];
    let found = candidates.into_iter().flatten().find(fits)?;
    Some(found.to_string())
}
