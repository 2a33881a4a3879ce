//! Whether what was written as one type can be read as another ("Updating A Message Type" in protobuf's language guide).

use std::collections::BTreeSet;

use super::states::States;
use crate::model::wire::{Enum, Field, Message, Type};

/// How an earlier and a present type get on with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Same,
    /// The bytes are understood, but somebody may be surprised.
    Readable(String),
    /// What one side sends is something else, or nothing, to the other.
    Broken(String),
}

/// Pairs of messages under comparison: recursive ones end, and count as fitting until something says otherwise.
type Open = BTreeSet<(String, String)>;

impl States<'_> {
    /// Of two fields under one number.
    pub(super) fn fields(&self, old: &Field, new: &Field) -> Fit {
        self.fields_within(old, new, &mut Open::new())
    }

    /// Of two messages in one place, by their full names.
    pub(super) fn messages(&self, old: &str, new: &str) -> Fit {
        self.messages_within(old, new, &mut Open::new())
    }

    fn fields_within(&self, old: &Field, new: &Field, open: &mut Open) -> Fit {
        let types = self.types(&old.ty, &new.ty, open);
        if old.repeated == new.repeated || matches!(types, Fit::Broken(_)) {
            return types;
        }
        let (is, was) = if new.repeated {
            ("a list", "one value")
        } else {
            ("one value", "a list")
        };
        if self.is_map(&old.ty) || self.is_map(&new.ty) {
            return Fit::Broken(format!("is {is}, and was {was}"));
        }
        match new.ty {
            Type::Message(_) | Type::Scalar("string" | "bytes") => Fit::Readable(format!(
                "is {is}, and was {was}: of several, the last is read"
            )),
            // Lists of numbers are packed.
            _ => Fit::Broken(format!("is {is}, and was {was}")),
        }
    }

    fn types(&self, old: &Type, new: &Type, open: &mut Open) -> Fit {
        let change = || format!("is {}, and was {}", written(new), written(old));
        match (old, new) {
            (Type::Scalar(before), Type::Scalar(after)) if before == after => Fit::Same,
            (Type::Message(before), Type::Message(after))
            | (Type::Group(before), Type::Group(after)) => {
                if self.is_map(old) && self.is_map(new) {
                    return self.maps(before, after, open);
                }
                self.messages_within(before, after, open)
            }
            (Type::Enum(before), Type::Enum(after)) => self.enums(before, after),
            (Type::Scalar("bytes"), Type::Message(_))
            | (Type::Message(_), Type::Scalar("bytes")) => Fit::Readable(format!(
                "{}: the same bytes if they hold that message",
                change()
            )),
            (before, after) => match (class(before), class(after)) {
                (Some(before), Some(after)) if before == after => {
                    let why = if before == Class::Text {
                        "bytes that are not UTF-8 are refused as a string"
                    } else {
                        "values that do not fit are cut"
                    };
                    Fit::Readable(format!("{}: {why}", change()))
                }
                _ => Fit::Broken(change()),
            },
        }
    }

    fn messages_within(&self, old: &str, new: &str, open: &mut Open) -> Fit {
        // One message in both states is compared on its own.
        if self.present(old) == new {
            return Fit::Same;
        }
        let change = format!("is `{new}`, and was `{old}`");
        let (Some(before), Some(after)) = (self.old.messages.get(old), self.new.messages.get(new))
        else {
            return Fit::Broken(change);
        };
        if !open.insert((old.to_owned(), new.to_owned())) {
            return Fit::Same;
        }
        match self.first_difference(before, after, open) {
            Some(reason) => Fit::Broken(format!("{change}: {reason}")),
            None => Fit::Readable(format!("{change}, which has the same fields")),
        }
    }

    fn first_difference(&self, old: &Message, new: &Message, open: &mut Open) -> Option<String> {
        for field in &old.fields {
            let number = field.number;
            let Some(present) = new.fields.iter().find(|other| other.number == number) else {
                return Some(format!("there is no field {number} for `{}`", field.name));
            };
            if let Fit::Broken(reason) = self.fields_within(field, present, open) {
                return Some(format!("`{}` {reason}", present.name));
            }
            if present.required != field.required {
                return Some(format!("`{}` differs in `required`", present.name));
            }
        }
        let is_known = |field: &Field| old.fields.iter().any(|other| other.number == field.number);
        let mut added = new.fields.iter();
        let required = added.find(|field| field.required && !is_known(field))?;
        Some(format!("`{}` is required", required.name))
    }

    fn enums(&self, old: &str, new: &str) -> Fit {
        if self.present(old) == new {
            return Fit::Same;
        }
        let change = format!("is `{new}`, and was `{old}`");
        let (Some(before), Some(after)) = (self.old.enums.get(old), self.new.enums.get(new)) else {
            return Fit::Broken(change);
        };
        let has = |after: &Enum, number| after.values.iter().any(|value| value.number == number);
        match before.values.iter().find(|value| !has(after, value.number)) {
            Some(lost) => Fit::Broken(format!(
                "{change}: there is no value {} for `{}`",
                lost.number, lost.name
            )),
            None => Fit::Readable(format!("{change}, which has the same values")),
        }
    }

    /// Entries are messages without a name that anyone wrote.
    fn maps(&self, old: &str, new: &str, open: &mut Open) -> Fit {
        let (Some(before), Some(after)) = (self.old.messages.get(old), self.new.messages.get(new))
        else {
            return Fit::Same;
        };
        let mut fit = Fit::Same;
        for (old, new) in before.fields.iter().zip(&after.fields) {
            // `key` or `value`
            let name = &old.name;
            match self.types(&old.ty, &new.ty, open) {
                Fit::Same => {}
                Fit::Readable(reason) => fit = Fit::Readable(format!("has a {name} that {reason}")),
                Fit::Broken(reason) => return Fit::Broken(format!("has a {name} that {reason}")),
            }
        }
        fit
    }

    fn is_map(&self, ty: &Type) -> bool {
        let Type::Message(name) = ty else {
            return false;
        };
        let message = self.old.messages.get(name);
        let message = message.or_else(|| self.new.messages.get(name));
        message.is_some_and(|message| message.map_entry)
    }
}

/// As a `.proto` file has it.
fn written(ty: &Type) -> String {
    let group = if matches!(ty, Type::Group(_)) {
        "the group "
    } else {
        ""
    };
    format!("{group}`{}`", ty.name())
}

/// Types whose bytes can be read as each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Varint,
    Zigzag,
    Fixed32,
    Fixed64,
    Text,
}

fn class(ty: &Type) -> Option<Class> {
    Some(match ty {
        Type::Enum(_) | Type::Scalar("int32" | "uint32" | "int64" | "uint64" | "bool") => {
            Class::Varint
        }
        Type::Scalar("sint32" | "sint64") => Class::Zigzag,
        Type::Scalar("fixed32" | "sfixed32") => Class::Fixed32,
        Type::Scalar("fixed64" | "sfixed64") => Class::Fixed64,
        Type::Scalar("string" | "bytes") => Class::Text,
        _ => return None,
    })
}
