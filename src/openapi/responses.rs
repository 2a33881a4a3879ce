//! What a route answers, and the answers that routes share.

use indexmap::IndexMap;
use serde_json::json;

use super::Options;
use super::components::Builder;
use super::document::{MediaType, Operation, OrReference, Response};
use super::keys::Keys;
use super::operation::one;
use super::paths::Placed;
use super::request::{ANYTHING, JSON};
use super::schema::Schema;
use super::types::Role;
use crate::model::{Method, Type};

const EVENTS: &str = "text/event-stream";

/// The shared answers: name, description.
const BAD_REQUEST: (&str, &str) = (
    "BadRequest",
    "The request is not as described; `fields` names everything that is wrong with it.",
);
const UNAUTHORIZED: (&str, &str) = (
    "Unauthorized",
    "The request does not show, or not validly, who it is from.",
);
const FORBIDDEN: (&str, &str) = ("Forbidden", "The request is not signed, or not validly.");
const ERROR: (&str, &str) = ("Error", "The request was not served.");

/// A route, as far as its answers depend on it.
pub(super) struct Asked<'a> {
    pub(super) placed: &'a Placed<'a>,
    /// Whether the gateway looks at what a request says.
    pub(super) is_checked: bool,
    /// What the codes of the envelope mean, in the description's words.
    pub(super) codes: Option<&'a str>,
    pub(super) envelope: bool,
}

impl Asked<'_> {
    pub(super) fn all(&self, components: &Builder<'_>) -> IndexMap<String, OrReference<Response>> {
        let group = self.placed.group;
        let needs_token = group.jwt.is_some() || group.jwt_transition.is_some();
        let mut out = one("200", OrReference::Here(self.success(components)));
        let shared = [
            ("400", BAD_REQUEST, self.is_checked),
            ("401", UNAUTHORIZED, needs_token),
            ("403", FORBIDDEN, group.signature),
            ("default", ERROR, true),
        ];
        for (status, (name, _), applies) in shared {
            if applies {
                let reference = format!("#/components/responses/{name}");
                out.insert(status.to_owned(), OrReference::Reference { reference });
            }
        }
        out
    }

    fn success(&self, components: &Builder<'_>) -> Response {
        let (group, route) = (self.placed.group, self.placed.route);
        let schema = route
            .response
            .as_ref()
            .map(|ty| components.types().schema(body(ty), Role::Output));
        let (description, content) = if route.method == Method::Head {
            ("OK, without the body.", IndexMap::new())
        } else if route.raw.response {
            ("OK", raw(Keys(&route.properties).list("produces"), schema))
        } else if let (Some(schema), true) = (&schema, group.sse) {
            (
                "A stream of events, the data of each as described.",
                one(EVENTS, MediaType::of(schema.clone())),
            )
        } else if self.envelope {
            let schema = envelope(schema, self.codes);
            ("OK", one(JSON, MediaType::of(schema)))
        } else {
            let content = schema.map(|schema| one(JSON, MediaType::of(schema)));
            ("OK", content.unwrap_or_default())
        };
        Response {
            description: description.to_owned(),
            content,
        }
    }
}

/// A body is there or the route has none: nothing to be a pointer to.
fn body(ty: &Type) -> &Type {
    match ty {
        Type::Pointer(inner) => body(inner),
        other => other,
    }
}

/// The logic writes the answer itself.
fn raw(produces: Vec<&str>, schema: Option<Schema>) -> IndexMap<String, MediaType> {
    let types = match (produces.is_empty(), &schema) {
        (false, _) => produces,
        (true, Some(_)) => vec![JSON],
        (true, None) => vec![ANYTHING],
    };
    let media = MediaType {
        schema,
        encoding: IndexMap::new(),
    };
    let types = types.into_iter();
    types.map(|ty| (ty.to_owned(), media.clone())).collect()
}

fn envelope(data: Option<Schema>, codes: Option<&str>) -> Schema {
    let data = data.unwrap_or_else(|| Schema::of("null"));
    in_envelope(vec![json!(0)], codes, "ok", data)
}

fn in_envelope(
    codes: Vec<serde_json::Value>,
    meaning: Option<&str>,
    msg: &str,
    data: Schema,
) -> Schema {
    let code = Schema {
        description: meaning.map(str::to_owned),
        format: Some("int32"),
        examples: codes,
        ..Schema::of("integer")
    };
    let msg = Schema {
        examples: vec![json!(msg)],
        ..Schema::of("string")
    };
    members([("code", code), ("msg", msg), ("data", data)], 3)
}

/// An object, of whose members the first ones are always there.
fn members<const N: usize>(members: [(&str, Schema); N], required: usize) -> Schema {
    let names = members.iter().take(required).map(|(name, _)| *name);
    Schema {
        required: names.map(str::to_owned).collect(),
        properties: members
            .into_iter()
            .map(|(name, schema)| (name.to_owned(), schema))
            .collect(),
        ..Schema::of("object")
    }
}

/// The answers that some operation refers to, with the shape of all errors.
pub(super) fn shared(
    paths: &IndexMap<String, IndexMap<&'static str, Operation>>,
    options: Options,
    components: &mut Builder<'_>,
) -> IndexMap<String, Response> {
    let operations = || paths.values().flat_map(IndexMap::values);
    let refers = |name: &str| {
        let reference = format!("#/components/responses/{name}");
        let wanted = OrReference::Reference { reference };
        operations().any(|operation| operation.responses.values().any(|known| *known == wanted))
    };
    let used = [BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, ERROR];
    let used: Vec<_> = used.into_iter().filter(|(name, _)| refers(name)).collect();
    if used.is_empty() {
        return IndexMap::new();
    }
    let schema = components.keep(None, &["Error", "ErrorBody"], error(options.envelope));
    let response = |(name, description): (&str, &str)| {
        let response = Response {
            description: description.to_owned(),
            content: one(JSON, MediaType::of(schema.clone())),
        };
        (name.to_owned(), response)
    };
    used.into_iter().map(response).collect()
}

/// The one shape of all errors.
fn error(envelope: bool) -> Schema {
    let text = |description: &str| Schema {
        description: Some(description.to_owned()),
        ..Schema::of("string")
    };
    let field = text("The name on the wire, such as `items[2].price`.");
    let field = members([("field", field), ("reason", Schema::of("string"))], 2);
    let fields = Schema {
        description: Some("Each field that is wrong, if fields are.".to_owned()),
        ..Schema::list_of(field)
    };
    if envelope {
        let details = members([("fields", fields)], 1).nullable();
        let mut schema = in_envelope(vec![json!(3)], None, "page must be at least 1", details);
        schema.description = Some("Every error is answered so.".to_owned());
        return schema;
    }
    let mut code = text("What went wrong, for programs.");
    code.examples = vec![json!("invalid_argument")];
    let message = text("What went wrong, for people.");
    Schema {
        description: Some("Every error is answered so.".to_owned()),
        ..members(
            [("code", code), ("message", message), ("fields", fields)],
            2,
        )
    }
}
