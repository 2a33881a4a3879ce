//! What stands before the routes of a group: limits, tokens, the user's middleware.

use super::Gateway;
use crate::lower::layout;
use crate::lower::names::{self, Unique};
use crate::model::{self, Group};
use crate::rust::gateway::{Client, Jwt, Middleware};

/// One layer of a group.
pub(super) struct Layer {
    /// `.route_layer(..)`
    pub(super) link: String,
    /// What the group's doc comment calls it.
    pub(super) says: String,
}

/// The layers of a group, innermost first: axum calls the last one first. go-zero's order is the same
/// (`rest/engine.go`).
pub(super) fn of(gateway: &Gateway<'_>, group: &Group) -> Vec<Layer> {
    let mut out = Vec::new();
    for written in group.middleware.iter().rev() {
        let found = gateway
            .middleware
            .iter()
            .find(|each| each.written == *written);
        let Some(middleware) = found else { continue };
        out.push(from_fn(
            "svc.clone()",
            &format!("middleware::{}", middleware.name),
            format!("`{written}`"),
        ));
    }
    if group.signature {
        out.push(from_fn(
            "svc.signature_keys.clone()",
            "signature::check::<Error>",
            "the signature".to_owned(),
        ));
    }
    let section = group.jwt_transition.as_ref().or(group.jwt.as_ref());
    if let Some(jwt) = section.and_then(|section| gateway.jwt(section)) {
        let keys = format!("jwt::Keys::of(&svc.config.{})", jwt.field);
        let says = format!("the token of `{}`", jwt.section);
        out.push(from_fn(&keys, "jwt::check::<Claims, Error>", says));
    }
    if let Some(bytes) = group.max_bytes {
        // As for go-zero, 0 is no limit.
        let limit = match bytes {
            0 => "DefaultBodyLimit::disable()".to_owned(),
            bytes => format!("DefaultBodyLimit::max({})", grouped(bytes)),
        };
        out.push(Layer {
            link: layout::call(8, ".route_layer", &[limit], ""),
            says: "the limit of the body".to_owned(),
        });
    }
    if let Some(millis) = group.timeout {
        out.push(from_fn(
            &duration(millis),
            "time_limit",
            "the limit of time".to_owned(),
        ));
    }
    out
}

fn from_fn(state: &str, function: &str, says: String) -> Layer {
    let call = format!("from_fn_with_state({state}, {function})");
    let link = layout::call(8, ".route_layer", &[call], "");
    Layer { link, says }
}

fn duration(millis: u64) -> String {
    match millis % 1000 {
        0 => format!("Duration::from_secs({})", grouped(millis / 1000)),
        _ => format!("Duration::from_millis({})", grouped(millis)),
    }
}

/// `1_048_576`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len() > 4 && (digits.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// The user's middleware, in the order of first mention.
pub(super) fn middleware(model: &model::Gateway) -> Vec<Middleware> {
    let mut names = Unique::with(&["mod"], "_layer");
    let mut out: Vec<Middleware> = Vec::new();
    for written in model.groups.iter().flat_map(|group| &group.middleware) {
        if out.iter().all(|known| known.written != *written) {
            out.push(Middleware {
                name: names.take(names::module(without_suffix(written))),
                written: written.clone(),
            });
        }
    }
    out
}

/// `AuthMiddleware` is `auth`, as the handler `LoginHandler` is `login`.
fn without_suffix(name: &str) -> &str {
    let base = name
        .strip_suffix("Middleware")
        .or_else(|| name.strip_suffix("middleware"));
    base.map(|base| base.trim_end_matches(['_', '-']))
        .filter(|base| !base.is_empty())
        .unwrap_or(name)
}

/// The sections with secrets, in the order of first mention.
pub(super) fn jwts(model: &model::Gateway, clients: &[Client]) -> Vec<Jwt> {
    let taken = clients.iter().map(|client| client.config_field.as_str());
    let taken: Vec<_> = taken.chain(["rest", "signature"]).collect();
    let mut names = Unique::with(&taken, "_jwt");
    let mut out: Vec<Jwt> = Vec::new();
    let groups = model.groups.iter();
    // The old section stays for whoever issues tokens by it.
    for section in groups
        .flat_map(|group| [&group.jwt, &group.jwt_transition])
        .flatten()
    {
        if out.iter().all(|jwt| jwt.section != *section) {
            out.push(Jwt {
                field: names.take(names::value(section)),
                section: section.clone(),
            });
        }
    }
    out
}
