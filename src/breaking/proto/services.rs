//! Services and their methods: the paths that callers know.

use super::fit::Fit;
use super::states::States;
use crate::diag::{Diagnostic, Report};
use crate::model::wire::{Method, Service};
use crate::source::Span;

pub(super) fn compare(states: &States<'_>, report: &mut Report) {
    for old in &states.old.services {
        match states.new.services.iter().find(|new| new.name == old.name) {
            Some(new) => methods(old, new, states, report),
            None => report.push(gone(old, states)),
        }
    }
}

fn gone(old: &Service, states: &States<'_>) -> Diagnostic {
    // A service that is new and has all the methods is the same under another name.
    let mut others = states.new.services.iter().filter(|new| {
        let is_new = states
            .old
            .services
            .iter()
            .all(|known| known.name != new.name);
        let has = |method: &Method| new.methods.iter().any(|other| other.name == method.name);
        is_new && old.methods.iter().all(has)
    });
    let help = "it is part of the path of its methods: keep it until nobody calls it";
    match others.next() {
        Some(new) if !old.methods.is_empty() => {
            let message = format!("service `{}` has become `{}`", old.name, new.name);
            beside(
                Diagnostic::error("breaking/service-removed", new.span, message).help(help),
                old.span,
            )
        }
        _ => {
            let message = format!("service `{}` is gone", old.name);
            Diagnostic::error("breaking/service-removed", old.span, message).help(help)
        }
    }
}

fn methods(old: &Service, new: &Service, states: &States<'_>, report: &mut Report) {
    for before in &old.methods {
        let name = format!("{}.{}", new.name, before.name);
        let Some(after) = new.methods.iter().find(|after| after.name == before.name) else {
            let message = format!("rpc `{name}` is gone");
            report.push(
                Diagnostic::error("breaking/rpc-removed", before.span, message)
                    .help("keep it until nobody calls it"),
            );
            continue;
        };
        streaming(&name, before, after, report);
        for (what, was, is) in [
            ("request", &before.input, &after.input),
            ("response", &before.output, &after.output),
        ] {
            let name = format!("the {what} of rpc `{name}`");
            let diagnostic = match states.messages(was, is) {
                Fit::Same => continue,
                Fit::Readable(reason) => Diagnostic::warning(
                    "breaking/rpc-type",
                    after.span,
                    format!("{name} {reason}"),
                )
                .help("nothing changes on the wire; code that is generated again has another type"),
                Fit::Broken(reason) => {
                    Diagnostic::error("breaking/rpc-type", after.span, format!("{name} {reason}"))
                        .help("add an rpc for it, and keep this one until nobody calls it")
                }
            };
            report.push(beside(diagnostic, before.span));
        }
    }
}

fn streaming(name: &str, old: &Method, new: &Method, report: &mut Report) {
    for (what, was, is) in [
        ("request", old.client_streaming, new.client_streaming),
        ("response", old.server_streaming, new.server_streaming),
    ] {
        if was != is {
            let (is, was) = if is {
                ("a stream", "one message")
            } else {
                ("one message", "a stream")
            };
            let message = format!("the {what} of rpc `{name}` is {is}, and was {was}");
            let diagnostic = Diagnostic::error("breaking/streaming", new.span, message)
                .help("add an rpc for it, and keep this one until nobody calls it");
            report.push(beside(diagnostic, old.span));
        }
    }
}

/// With the earlier place.
pub(super) fn beside(diagnostic: Diagnostic, old: Option<Span>) -> Diagnostic {
    match old {
        Some(span) => diagnostic.label(span, "as it was"),
        None => diagnostic,
    }
}
