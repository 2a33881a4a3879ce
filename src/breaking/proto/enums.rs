//! The values of enums, by number.

use super::reserved;
use super::services::beside;
use super::states::States;
use crate::diag::{Diagnostic, Report};
use crate::model::wire::{Enum, Value};

pub(super) fn compare(states: &States<'_>, report: &mut Report) {
    for (name, old) in &states.old.enums {
        if !states.is_known(name) {
            continue;
        }
        let present = states.present(name);
        if let Some(new) = states.new.enums.get(&present) {
            values(&present, old, new, report);
            continue;
        }
        let outer = name.rsplit_once('.').map_or("", |(outer, _)| outer);
        let with_outer = states.old.messages.contains_key(outer)
            && !states.new.messages.contains_key(&states.present(outer));
        if old.of_root && !states.is_called(name) && !with_outer {
            let message = format!("enum `{name}` is gone");
            report.push(
                Diagnostic::error("breaking/type-removed", old.span, message)
                    .help("files that import this one may use it"),
            );
        }
    }
}

fn values(owner: &str, old: &Enum, new: &Enum, report: &mut Report) {
    for before in &old.values {
        let name = &before.name;
        let by_name = new.values.iter().find(|after| after.name == *name);
        match by_name {
            Some(after) if after.number != before.number => {
                let message = format!(
                    "`{name}` of `{owner}` is {}, and was {}",
                    after.number, before.number
                );
                let diagnostic = Diagnostic::error("breaking/value-number", after.span, message)
                    .help("values are known by their numbers: give it the former one back");
                report.push(beside(diagnostic, before.span));
            }
            Some(_) => {}
            None => missing(owner, before, new, report),
        }
    }
    let used = new.values.iter();
    let used: Vec<_> = used
        .map(|value| (value.name.as_str(), value.number, value.span))
        .collect();
    reserved::compare(owner, &old.reserved, &new.reserved, &used, report);
}

/// A value whose name is gone: renamed or removed.
fn missing(owner: &str, old: &Value, new: &Enum, report: &mut Report) {
    let (name, number) = (&old.name, old.number);
    if let Some(after) = new.values.iter().find(|after| after.number == number) {
        let message = format!("`{}` of `{owner}` was called `{name}`", after.name);
        let diagnostic = Diagnostic::warning("breaking/value-renamed", after.span, message).help(
            "nothing changes on the wire; JSON and code that is generated again have another name",
        );
        report.push(beside(diagnostic, old.span));
        return;
    }
    let message = format!("`{name}` of `{owner}` is gone");
    report.push(if reserved::contains(&new.reserved, number) {
        Diagnostic::warning("breaking/value-removed", old.span, message)
            .help("its number is reserved, so nothing else takes its place; readers see a value that they do not know")
    } else {
        Diagnostic::error("breaking/value-removed", old.span, message).help(format!(
            "write `reserved {number};`, or a later value may take its number and be read as `{name}`"
        ))
    });
}
