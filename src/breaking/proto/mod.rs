//! `.proto`: what goes over the wire, by the rules of protobuf for changing messages.

mod enums;
mod fit;
mod messages;
mod reserved;
mod services;
mod states;

use self::states::States;
use crate::diag::{Diagnostic, Report};
use crate::model::wire::Contract;

/// Compares two states of a file, with what it imports. Messages and enums are compared by what stands under each
/// number; where a name is all that changed, callers need not.
pub fn contracts(old: &Contract, new: &Contract, report: &mut Report) {
    package(old, new, report);
    let states = States::new(old, new);
    services::compare(&states, report);
    messages::compare(&states, report);
    enums::compare(&states, report);
}

fn package(old: &Contract, new: &Contract, report: &mut Report) {
    if old.package == new.package || old.services.is_empty() {
        return;
    }
    let message = format!("package `{}` has become `{}`", old.package, new.package);
    let mut diagnostic = Diagnostic::error("breaking/package", new.package_span, message)
        .help("it is part of the path of every method: callers of the former one find nothing");
    if let Some(span) = old.package_span {
        diagnostic = diagnostic.label(span, "the name that callers know");
    }
    report.push(diagnostic);
}
