//! The fields of messages, by number.

use std::collections::BTreeSet;

use super::fit::Fit;
use super::reserved;
use super::services::beside;
use super::states::States;
use crate::diag::{Diagnostic, Report};
use crate::model::wire::{Field, Message};

pub(super) fn compare(states: &States<'_>, report: &mut Report) {
    for (name, old) in &states.old.messages {
        if old.map_entry || !states.is_known(name) {
            continue;
        }
        let present = states.present(name);
        match states.new.messages.get(&present) {
            Some(new) => fields(&present, old, new, states, report),
            None => gone(name, old, states, report),
        }
    }
}

fn gone(name: &str, old: &Message, states: &States<'_>, report: &mut Report) {
    let outer = name.rsplit_once('.').map_or("", |(outer, _)| outer);
    let with_outer = states.old.messages.contains_key(outer)
        && !states.new.messages.contains_key(&states.present(outer));
    // What the services used is missed there, and what is nested goes with what it is nested in.
    if old.of_root && !states.is_called(name) && !with_outer {
        let message = format!("message `{name}` is gone");
        report.push(
            Diagnostic::error("breaking/type-removed", old.span, message)
                .help("files that import this one may use it"),
        );
    }
}

fn fields(owner: &str, old: &Message, new: &Message, states: &States<'_>, report: &mut Report) {
    for before in &old.fields {
        let by_number = new
            .fields
            .iter()
            .find(|after| after.number == before.number);
        let by_name = new.fields.iter().find(|after| after.name == before.name);
        match (by_number, by_name) {
            (_, Some(after)) if after.number != before.number => {
                let message = format!(
                    "`{}` of `{owner}` has number {}, and had {}",
                    after.name, after.number, before.number
                );
                let diagnostic = Diagnostic::error("breaking/field-number", after.span, message)
                    .help("fields are known by their numbers: give it the former one back");
                report.push(beside(diagnostic, before.span));
            }
            (Some(after), _) => pair(owner, before, after, states, report),
            (None, _) => removed(owner, before, new, report),
        }
    }
    for after in &new.fields {
        if after.required
            && old
                .fields
                .iter()
                .all(|before| before.number != after.number)
        {
            let message = format!("`{}` of `{owner}` is new and required", after.name);
            report.push(
                Diagnostic::error("breaking/field-required", after.span, message)
                    .help("messages without it are refused: make it `optional`"),
            );
        }
    }
    oneofs(owner, old, new, report);
    let used = new.fields.iter();
    let used: Vec<_> = used
        .map(|field| (field.name.as_str(), field.number, field.span))
        .collect();
    reserved::compare(owner, &old.reserved, &new.reserved, &used, report);
}

fn pair(owner: &str, old: &Field, new: &Field, states: &States<'_>, report: &mut Report) {
    let name = format!("`{}` of `{owner}`", new.name);
    let is_renamed = old.name != new.name;
    match states.fields(old, new) {
        Fit::Same => {}
        Fit::Readable(reason) => {
            let message = format!("{name} {reason}");
            let diagnostic = Diagnostic::warning("breaking/field-type", new.span, message);
            report.push(beside(diagnostic, old.span));
        }
        Fit::Broken(reason) => {
            let message = if is_renamed {
                format!("{name} {reason} under the name `{}`", old.name)
            } else {
                format!("{name} {reason}")
            };
            let diagnostic = Diagnostic::error("breaking/field-type", new.span, message).help(
                "add a field under a number of its own, and reserve this one when nobody uses it",
            );
            report.push(beside(diagnostic, old.span));
            return;
        }
    }
    if is_renamed || old.json_name != new.json_name {
        let message = if is_renamed {
            format!("{name} was called `{}`", old.name)
        } else {
            format!(
                "{name} is `{}` in JSON, and was `{}`",
                new.json_name, old.json_name
            )
        };
        let diagnostic = Diagnostic::warning("breaking/field-renamed", new.span, message).help(
            "nothing changes on the wire; JSON and code that is generated again have another name",
        );
        report.push(beside(diagnostic, old.span));
    }
    if old.default != new.default {
        let [was, is] = [old, new].map(|field| match &field.default {
            Some(default) => format!("`{default}`"),
            None => "empty".to_owned(),
        });
        let message = format!("{name} is {is} where it is not sent, and was {was}");
        let diagnostic = Diagnostic::warning("breaking/default", new.span, message)
            .help("messages without it mean one thing to those who send them, and another to those who read them");
        report.push(beside(diagnostic, old.span));
    }
    if old.required != new.required {
        let (is, whom) = if new.required {
            (
                "required, and was not",
                "messages without it are refused by those who read them now",
            )
        } else {
            (
                "no longer required",
                "messages without it are refused by those who read them as before",
            )
        };
        let message = format!("{name} is {is}");
        let diagnostic = Diagnostic::error("breaking/field-required", new.span, message).help(whom);
        report.push(beside(diagnostic, old.span));
    }
}

fn removed(owner: &str, old: &Field, new: &Message, report: &mut Report) {
    let (name, number) = (&old.name, old.number);
    let message = format!("`{name}` of `{owner}` is gone");
    report.push(if reserved::contains(&new.reserved, number) {
        Diagnostic::warning("breaking/field-removed", old.span, message)
            .help("its number is reserved, so nothing else takes its place; readers see no value")
    } else {
        Diagnostic::error("breaking/field-removed", old.span, message).help(format!(
            "write `reserved {number};`, or a later field may take its number and be read as `{name}`"
        ))
    });
}

/// Of the fields of a `oneof` only one is kept, so a field must not get into other company than it was in.
fn oneofs(owner: &str, old: &Message, new: &Message, report: &mut Report) {
    let stays =
        |message: &Message, number: i32| message.fields.iter().any(|field| field.number == number);
    for after in &new.fields {
        let Some(before) = old.fields.iter().find(|field| field.number == after.number) else {
            continue;
        };
        let company = |message: &Message, field: &Field, other: &Message| -> BTreeSet<i32> {
            let Some(oneof) = field.oneof else {
                return BTreeSet::new();
            };
            let fields = message.fields.iter();
            fields
                .filter(|mate| mate.oneof == Some(oneof) && mate.number != field.number)
                .filter(|mate| stays(other, mate.number))
                .map(|mate| mate.number)
                .collect()
        };
        let (was, is) = (company(old, before, new), company(new, after, old));
        if was != is {
            let what = match (before.oneof, after.oneof) {
                (None, Some(_)) => "has moved into a `oneof`",
                (Some(_), None) => "has moved out of its `oneof`",
                _ => "is in another `oneof`, or with other fields",
            };
            let message = format!("`{}` of `{owner}` {what}", after.name);
            let diagnostic = Diagnostic::error("breaking/oneof", after.span, message)
                .help("one side sets fields together of which the other keeps the last");
            report.push(beside(diagnostic, before.span));
        }
    }
}
