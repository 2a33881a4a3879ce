//! Who may call a route, and with how much.

use super::Served;
use crate::diag::{Diagnostic, Report};
use crate::model::Group;

pub(super) fn compare(old: &Served<'_>, new: &Served<'_>, report: &mut Report) {
    let (before, after) = (old.group, new.group);
    let (span, name) = (new.route.span, new.name());
    let mut error = |code, message: String, help: &str| {
        report.push(
            Diagnostic::error(code, span, message)
                .label(old.route.span, "as it was")
                .help(help),
        );
    };
    if token(before).is_none() && token(after).is_some() {
        error(
            "breaking/auth",
            format!("`{name}` now demands a token"),
            "callers without one are refused with 401: let them send it first, then demand it",
        );
    }
    if !before.signature && after.signature {
        error(
            "breaking/auth",
            format!("`{name}` now demands a signature"),
            "callers that do not sign are refused: let them sign first, then demand it",
        );
    }
    if let Some(limit) = after.max_bytes
        && before.max_bytes.is_none_or(|before| limit < before)
    {
        error(
            "breaking/limit",
            match before.max_bytes {
                Some(before) => format!("`{name}` takes {limit} bytes, and took {before}"),
                None => format!("`{name}` takes no more than {limit} bytes"),
            },
            "larger requests are refused with 413",
        );
    }
    if let (Some(before), Some(after)) = (token(before), token(after))
        && before != after
        && new.group.jwt_transition.is_none()
    {
        let message = format!("`{name}` checks tokens by `{after}`, and did by `{before}`");
        report.push(
            Diagnostic::warning("breaking/auth", span, message)
                .label(old.route.span, "as it was")
                .help("tokens in use stay valid only if both sections hold one secret; `jwtTransition` takes two"),
        );
    }
}

/// The section of the configuration by which tokens are checked.
fn token(group: &Group) -> Option<&str> {
    group.jwt_transition.as_deref().or(group.jwt.as_deref())
}
