//! Declared types and messages, field by field.

use std::collections::BTreeSet;

use super::{Types, default, fits};
use crate::model::{
    Conversion, Direction, Field, FieldLink, Message, MessageField, Presence, Repetition, Rpc,
    Source, Struct, Type, TypeLink,
};

/// There is a field of the same name, but its value cannot be passed on.
pub(super) struct Misfit {
    pub(super) field: String,
}

impl Misfit {
    fn at(field: &str) -> Self {
        Self {
            field: field.to_owned(),
        }
    }

    fn inside(self, field: &str) -> Self {
        Self {
            field: format!("{field}.{}", self.field),
        }
    }
}

/// The pairs of one gateway so far.
pub(super) struct Pairs<'a> {
    types: &'a Types<'a>,
    rpc: &'a Rpc,
    links: &'a mut Vec<TypeLink>,
    /// Pairs that are being looked at: types may hold themselves.
    open: Vec<(Direction, String, String)>,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(types: &'a Types<'a>, rpc: &'a Rpc, links: &'a mut Vec<TypeLink>) -> Self {
        Self {
            types,
            rpc,
            links,
            open: Vec::new(),
        }
    }

    /// The fields of the side that is made.
    pub(super) fn link(
        &mut self,
        direction: Direction,
        body: &Struct,
        message: &Message,
    ) -> Result<Vec<FieldLink>, Misfit> {
        let known = self.links.iter().find(|link| {
            let is_pair = link.body == body.name && link.message == message.full_name;
            is_pair && link.direction == direction && link.rpc == self.rpc.name
        });
        if let Some(known) = known {
            return Ok(known.fields.clone());
        }
        let key = (direction, body.name.clone(), message.full_name.clone());
        if self.open.contains(&key) {
            return Ok(Vec::new());
        }
        self.open.push(key);
        let fields = match direction {
            Direction::ToMessage => self.message_fields(body, message),
            Direction::ToBody => self.body_fields(body, message),
        };
        self.open.pop();
        let fields = fields?;
        self.links.push(TypeLink {
            direction,
            body: body.name.clone(),
            rpc: self.rpc.name.clone(),
            message: message.full_name.clone(),
            checked: direction == Direction::ToMessage && has_choice(message, &fields),
            fields: fields.clone(),
        });
        Ok(fields)
    }

    fn message_fields(
        &mut self,
        body: &Struct,
        message: &Message,
    ) -> Result<Vec<FieldLink>, Misfit> {
        let partners = partners(
            message.fields.iter().map(|to| vec![to.name.as_str()]),
            body.fields
                .iter()
                .map(|from| vec![from.wire.as_str(), from.json_name()]),
        );
        let mut out = Vec::new();
        for (to, partner) in message.fields.iter().zip(partners) {
            let Some(from) = partner.map(|at| &body.fields[at]) else {
                out.push(default(&to.name));
                continue;
            };
            // Which member is there is said by its presence.
            let is_choice = to.oneof.is_some() && !may_be_absent(from);
            if is_choice {
                return Err(Misfit::at(&to.name));
            }
            let conversion = self.field(Direction::ToMessage, from, to)?;
            out.push(FieldLink {
                to: to.name.clone(),
                from: Some(from.name.clone()),
                conversion,
            });
        }
        Ok(out)
    }

    fn body_fields(&mut self, body: &Struct, message: &Message) -> Result<Vec<FieldLink>, Misfit> {
        let wires = body.fields.iter().map(|to| match to.source {
            Source::Json => vec![to.wire.as_str()],
            // A response field with another source is never sent.
            _ => Vec::new(),
        });
        let partners = partners(
            wires,
            message.fields.iter().map(|from| vec![from.name.as_str()]),
        );
        let mut out = Vec::new();
        for (to, partner) in body.fields.iter().zip(partners) {
            let Some(from) = partner.map(|at| &message.fields[at]) else {
                out.push(default(&to.name));
                continue;
            };
            match self.field(Direction::ToBody, to, from) {
                Ok(conversion) => out.push(FieldLink {
                    to: to.name.clone(),
                    from: Some(from.name.clone()),
                    conversion,
                }),
                // What need not be there can stay away.
                Err(_) if may_be_absent(to) => out.push(default(&to.name)),
                Err(misfit) => return Err(misfit),
            }
        }
        Ok(out)
    }

    fn field(
        &mut self,
        direction: Direction,
        body: &Field,
        message: &MessageField,
    ) -> Result<Conversion, Misfit> {
        let misfit = || Misfit::at(&message.name);
        let ty = match &body.ty {
            Type::Pointer(inner) => inner,
            other => other,
        };
        let conversion = match (&message.repetition, ty) {
            (Repetition::Single | Repetition::Optional, ty) => self
                .value(direction, ty, message)
                .map_err(|inner| match inner {
                Some(inner) => inner.inside(&message.name),
                None => misfit(),
            })?,
            (Repetition::Repeated, Type::Array(_, item)) => {
                let item = self.value(direction, item, message);
                let item =
                    item.map_err(|inner| inner.map_or_else(misfit, |it| it.inside(&message.name)))?;
                Conversion::Array(Box::new(item))
            }
            (Repetition::Repeated, Type::Slice(item)) => {
                let (item, nullable) = match &**item {
                    Type::Pointer(item) => (item, true),
                    _ => (item, false),
                };
                let item = self.value(direction, item, message);
                let item =
                    item.map_err(|inner| inner.map_or_else(misfit, |it| it.inside(&message.name)))?;
                if item == Conversion::Same && !nullable {
                    Conversion::Same
                } else {
                    let item = Box::new(item);
                    Conversion::List { item, nullable }
                }
            }
            (Repetition::Map(key), Type::Map(known, value)) => {
                let keys = fits::scalar(direction, known, key);
                let keys = keys.filter(|keys| {
                    matches!(
                        keys,
                        Conversion::Same | Conversion::Widen | Conversion::Narrow
                    )
                });
                let keys = keys.ok_or_else(misfit)?;
                let value = self.value(direction, value, message);
                let value = value
                    .map_err(|inner| inner.map_or_else(misfit, |it| it.inside(&message.name)))?;
                if keys == Conversion::Same {
                    Conversion::Map(Box::new(value))
                } else {
                    Conversion::KeyedMap(Box::new(value))
                }
            }
            _ => return Err(misfit()),
        };
        Ok(conversion)
    }

    /// `Err(None)`: the types themselves do not fit.
    fn value(
        &mut self,
        direction: Direction,
        body: &Type,
        message: &MessageField,
    ) -> Result<Conversion, Option<Misfit>> {
        use crate::model::ProtoType;

        if let (Type::Named(name), ProtoType::Message(full_name)) = (body, &message.ty) {
            let rpc = self.rpc;
            let body = self.types.get(name.as_str()).copied().ok_or(None)?;
            let found = rpc.message(full_name).ok_or(None)?;
            self.link(direction, body, found).map_err(Some)?;
            return Ok(Conversion::Type {
                body: name.clone(),
                message: full_name.clone(),
            });
        }
        fits::scalar(direction, body, &message.ty).ok_or(None)
    }
}

/// Whether several members of one `oneof` can be asked for.
fn has_choice(message: &Message, fields: &[FieldLink]) -> bool {
    let mut seen = BTreeSet::new();
    let linked = message.fields.iter().filter(|field| {
        let mut links = fields.iter();
        links.any(|link| link.to == field.name && link.from.is_some())
    });
    let mut oneofs = linked.filter_map(|field| field.oneof.as_ref());
    oneofs.any(|oneof| !seen.insert(oneof))
}

fn may_be_absent(field: &Field) -> bool {
    let is_container = matches!(field.ty, Type::Slice(_) | Type::Map(..) | Type::Bytes);
    let is_optional = !matches!(field.presence, Presence::Required | Presence::Default(_));
    matches!(field.ty, Type::Pointer(_)) || is_optional && !is_container
}

/// For each of the fields that are filled the position of the one it is filled from: the same name, or else the same
/// letters, as `userId` and `user_id` are. No field is used twice.
fn partners<'n>(
    to: impl Iterator<Item = Vec<&'n str>>,
    from: impl Iterator<Item = Vec<&'n str>>,
) -> Vec<Option<usize>> {
    let (to, from): (Vec<_>, Vec<_>) = (to.collect(), from.collect());
    let mut out: Vec<Option<usize>> = vec![None; to.len()];
    let mut used = BTreeSet::new();
    for is_same in [
        |a: &str, b: &str| a == b,
        |a: &str, b: &str| letters(a) == letters(b),
    ] {
        for (slot, names) in out.iter_mut().zip(&to) {
            if slot.is_some() {
                continue;
            }
            let fits = |known: &[&str]| {
                let mut names = names.iter();
                names.any(|name| known.iter().any(|known| is_same(name, known)))
            };
            let mut free = (0..from.len()).filter(|at| !used.contains(at));
            if let Some(at) = free.find(|at| fits(&from[*at])) {
                used.insert(at);
                *slot = Some(at);
            }
        }
    }
    out
}

fn letters(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, '_' | '-'));
    kept.collect::<String>().to_lowercase()
}

/// What a pair is found by: direction, rpc, declared type and message.
pub(super) type Key = (Direction, String, String, String);

pub(super) fn key(link: &TypeLink) -> Key {
    let (rpc, body, message) = (&link.rpc, &link.body, &link.message);
    (link.direction, rpc.clone(), body.clone(), message.clone())
}

/// The pairs that those of the calls lead to, in order, with a note of which can fail.
pub(super) fn reached(mut links: Vec<TypeLink>, mut wanted: Vec<Key>) -> Vec<TypeLink> {
    mark_checked(&mut links);
    let mut kept = BTreeSet::new();
    while let Some(next) = wanted.pop() {
        let found = links.iter().find(|link| key(link) == next);
        let Some(link) = found.filter(|_| kept.insert(next)) else {
            continue;
        };
        wanted.extend(link.fields.iter().filter_map(|field| inside(link, field)));
    }
    links.retain(|link| kept.contains(&key(link)));
    links.sort_by_key(|link| (link.body.clone(), key(link)));
    links
}

/// The pair that a field's value goes through.
fn inside(link: &TypeLink, field: &FieldLink) -> Option<Key> {
    let (body, message) = named(&field.conversion)?;
    Some((
        link.direction,
        link.rpc.clone(),
        body.to_owned(),
        message.to_owned(),
    ))
}

fn named(conversion: &Conversion) -> Option<(&str, &str)> {
    match conversion {
        Conversion::Type { body, message } => Some((body, message)),
        Conversion::List { item, .. }
        | Conversion::Array(item)
        | Conversion::Map(item)
        | Conversion::KeyedMap(item) => named(item),
        _ => None,
    }
}

/// A pair can fail if one of its fields can, or a pair inside, or if two members of a `oneof` may be there.
fn mark_checked(links: &mut [TypeLink]) {
    loop {
        let checked: BTreeSet<Key> = (links.iter())
            .filter(|link| link.checked)
            .map(key)
            .collect();
        let mut changed = false;
        for link in links.iter_mut().filter(|link| !link.checked) {
            let can_fail = |field: &FieldLink| match inside(link, field) {
                Some(key) => checked.contains(&key),
                None => fits::can_fail(&field.conversion, link.direction),
            };
            link.checked = link.fields.iter().any(can_fail);
            changed |= link.checked;
        }
        if !changed {
            return;
        }
    }
}
