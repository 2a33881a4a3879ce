//! The fields of two structs in one place.

use super::body::Walk;
use super::{constraints, types};
use crate::diag::{Diagnostic, Severity};
use crate::model::{Field, Presence, Source, Struct};

/// Where a field may come from, by which fields of two structs are found to be one.
type Places<'p> = &'p dyn Fn(&Field) -> Vec<(Source, String)>;

/// Compares fields by their names on the wire.
pub(super) fn compare<'a>(
    old: &'a [Field],
    new: &'a Struct,
    places: (Places<'_>, Places<'_>),
    walk: &mut Walk<'a, '_>,
) {
    let of_old: Vec<_> = old.iter().map(|field| (places.0(field), field)).collect();
    let of_new: Vec<_> = new
        .fields
        .iter()
        .map(|field| (places.1(field), field))
        .collect();
    let mut renamed = Vec::new();
    for (wanted, field) in &of_old {
        let partner = of_new
            .iter()
            .find(|(offered, _)| wanted.iter().any(|place| offered.contains(place)));
        let Some((offered, partner)) = partner else {
            renamed.extend(gone(field, new, &of_old, &of_new, walk));
            continue;
        };
        if let Some((source, wire)) = wanted.iter().find(|place| !offered.contains(place)) {
            let (owner, place) = (&new.name, place(*source));
            let message = format!("`{wire}` of `{owner}` is no longer read from the {place}");
            walk.push(
                Diagnostic::error("breaking/field-renamed", partner.span, message)
                    .label(field.span, "as it was"),
            );
        }
        pair(field, partner, new, walk);
    }
    if !walk.direction.is_request() {
        return;
    }
    for (offered, field) in &of_new {
        let is_known = of_old
            .iter()
            .any(|(wanted, _)| wanted.iter().any(|place| offered.contains(place)));
        let is_renamed = renamed.contains(&field.name.as_str());
        // A parameter of the path is there, or the route is another.
        if !is_known && !is_renamed && field.source != Source::Path {
            added(field, new, old, walk);
        }
    }
}

type Placed<'a> = (Vec<(Source, String)>, &'a Field);

/// An earlier field without a present one of its name on the wire. Gives back its declared name if that goes on.
fn gone<'a>(
    field: &'a Field,
    new: &Struct,
    of_old: &[Placed<'a>],
    of_new: &[Placed<'a>],
    walk: &mut Walk<'a, '_>,
) -> Option<&'a str> {
    let is_request = walk.direction.is_request();
    let is_free = |places: &[(Source, String)]| {
        !of_old
            .iter()
            .any(|(known, _)| known.iter().any(|place| places.contains(place)))
    };
    let renamed = of_new
        .iter()
        .find(|(places, other)| other.name == field.name && is_free(places));
    let (owner, was) = (&new.name, wire(field, is_request));
    if let Some((_, other)) = renamed {
        let is = wire(other, is_request);
        let message = format!("{was} of `{owner}` has become {is}");
        walk.push(
            Diagnostic::error("breaking/field-renamed", other.span, message)
                .label(field.span, "the name that callers know")
                .help("keep the former field beside the new one until nobody uses it"),
        );
    } else if is_request {
        let message = format!("{was} of `{owner}` is no longer read");
        walk.push(
            Diagnostic::warning("breaking/field-removed", field.span, message)
                .help("callers that send it are answered as if they did not"),
        );
    } else {
        let message = format!("{was} of `{owner}` is no longer sent");
        walk.push(
            Diagnostic::error("breaking/field-removed", field.span, message)
                .help("keep it until nobody reads it"),
        );
    }
    renamed.map(|_| field.name.as_str())
}

/// A field of a request that earlier callers know nothing of.
fn added(field: &Field, new: &Struct, old: &[Field], walk: &mut Walk<'_, '_>) {
    let (owner, name) = (&new.name, wire(field, true));
    match &field.presence {
        Presence::Required => walk.push(
            Diagnostic::error(
                "breaking/field-required",
                field.span,
                format!("{name} of `{owner}` is new and required"),
            )
            .help("requests without it are refused: make it `optional`, or give it a `default`"),
        ),
        Presence::OptionalWith { dependency, .. }
            if old
                .iter()
                .any(|other| other.name == *dependency || other.wire == *dependency) =>
        {
            walk.push(
                Diagnostic::warning(
                    "breaking/field-required",
                    field.span,
                    format!("{name} of `{owner}` is new and depends on `{dependency}`"),
                )
                .help("some requests without it are refused: `optional` alone refuses none"),
            );
        }
        Presence::OptionalWith { .. } | Presence::Optional | Presence::Default(_) => {}
    }
}

/// A field that is in both.
fn pair<'a>(old: &'a Field, new: &'a Field, owner: &Struct, walk: &mut Walk<'a, '_>) {
    let name = format!(
        "{} of `{}`",
        wire(new, walk.direction.is_request()),
        owner.name
    );
    if let Some((severity, what)) = types::of_fields(old, new, walk) {
        walk.push(
            types::finding(
                severity,
                "breaking/field-type",
                new.span,
                format!("{name} {what}"),
            )
            .label(old.span, "as it was"),
        );
    }
    let changes = if walk.direction.is_request() {
        constraints::request(old, new)
    } else {
        constraints::response(old, new)
    };
    for change in changes {
        let message = format!("{name} {}", change.what);
        let help = change.help.map(str::to_owned);
        walk.push(
            types::finding(change.severity, change.code, new.span, message)
                .label(old.span, "as it was")
                .maybe_help(help),
        );
    }
}

/// Something to say about a field that is in both.
pub(super) struct Change {
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    pub(super) what: String,
    pub(super) help: Option<&'static str>,
}

/// A field as its callers know it.
fn wire(field: &Field, is_request: bool) -> String {
    if !is_request {
        return format!("`{}`", field.json_name());
    }
    match field.source {
        Source::Json => format!("`{}`", field.wire),
        Source::Form | Source::Path | Source::Header => {
            format!("`{}` in the {}", field.wire, place(field.source))
        }
    }
}

fn place(source: Source) -> &'static str {
    match source {
        Source::Json => "body",
        Source::Form => "query or form",
        Source::Path => "path",
        Source::Header => "header",
    }
}
