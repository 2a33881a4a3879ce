//! What a route takes: parameters and a body, as the generated `FromRequest` reads them.

use indexmap::IndexMap;

use super::checks::pointee;
use super::components::{Builder, object_of};
use super::document::{Encoding, MediaType, Parameter, RequestBody};
use super::keys::Keys;
use super::paths::Placed;
use super::schema::{Schema, add_line};
use super::types::{Member, Role, describe};
use crate::model::{Field, Gateway, Method, Presence, Source, Struct, Type};

pub(super) const JSON: &str = "application/json";
const FORMS: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data"];
pub(super) const ANYTHING: &str = "*/*";

#[derive(Default)]
pub(super) struct Request {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RequestBody>,
}

impl Request {
    pub(super) fn of(placed: &Placed<'_>, gateway: &Gateway, components: &mut Builder<'_>) -> Self {
        let route = placed.route;
        let found = match &route.request {
            Some(Type::Named(name)) => gateway.find_type(name),
            _ => None,
        };
        let parts = found.map(|found| Parts::of(found, placed));
        let mut request = Self::default();
        request.add_path(placed, parts.as_ref(), components);
        if let (Some(found), Some(parts)) = (found, &parts) {
            for (place, fields) in [("query", &parts.query), ("header", &parts.header)] {
                for (wire, field) in fields {
                    request.add(parameter(components, place, wire, field));
                }
            }
            request.body =
                json_body(found, parts, components).or_else(|| form_body(found, parts, components));
        }
        if route.raw.request && !is_bodiless(route.method) {
            request.body_of_its_own(Keys(&route.properties).list("consumes"));
        }
        request
    }

    /// Each parameter of the path, taken by a field or not.
    fn add_path(
        &mut self,
        placed: &Placed<'_>,
        parts: Option<&Parts<'_>>,
        components: &Builder<'_>,
    ) {
        for (own, shown) in &placed.parameters {
            let fields = parts.into_iter().flat_map(|parts| &parts.path);
            let field = fields.clone().find(|(wire, _)| wire == own);
            let mut found = match field {
                Some((_, field)) => parameter(components, "path", shown, field),
                None => Parameter {
                    name: shown.clone(),
                    place: "path",
                    description: None,
                    required: true,
                    deprecated: false,
                    schema: Some(Schema::of("string")),
                    content: IndexMap::new(),
                },
            };
            // Without it, the path is another one.
            found.required = true;
            if let Some(schema) = &mut found.schema {
                schema.default = None;
            }
            self.add(found);
        }
    }

    /// Of two of one name, the first one counts.
    fn add(&mut self, parameter: Parameter) {
        let is_same = |other: &Parameter| {
            let name = (&other.name, &parameter.name);
            other.place == parameter.place && name.0.eq_ignore_ascii_case(name.1)
        };
        if !self.parameters.iter().any(is_same) {
            self.parameters.push(parameter);
        }
    }

    /// The logic reads the body itself: what it takes is what the description says, or anything.
    fn body_of_its_own(&mut self, consumes: Vec<&str>) {
        let known = self.body.take();
        let types = if consumes.is_empty() {
            match &known {
                Some(body) => body.content.keys().cloned().collect(),
                None => vec![ANYTHING.to_owned()],
            }
        } else {
            consumes.into_iter().map(str::to_owned).collect()
        };
        let described = known.as_ref().and_then(|body| body.content.values().next());
        let media = described.cloned().unwrap_or_default();
        self.body = Some(RequestBody {
            description: None,
            required: known.is_some_and(|body| body.required),
            content: types.into_iter().map(|ty| (ty, media.clone())).collect(),
        });
    }
}

/// The fields of a request by the part that they come from, each with its name there.
#[derive(Default)]
struct Parts<'a> {
    path: Vec<(&'a str, &'a Field)>,
    query: Vec<(&'a str, &'a Field)>,
    header: Vec<(&'a str, &'a Field)>,
    json: Vec<(&'a str, &'a Field)>,
    form: Vec<(&'a str, &'a Field)>,
}

impl<'a> Parts<'a> {
    fn of(found: &'a Struct, placed: &Placed<'_>) -> Self {
        let mut parts = Self::default();
        let mut rest = Vec::new();
        for field in &found.fields {
            let path = field.wire_in(Source::Path);
            let is_in_path = |wire: &&str| placed.parameters.iter().any(|(own, _)| own == wire);
            if let Some(wire) = path.filter(is_in_path) {
                parts.path.push((wire, field));
            } else if let Some(wire) = field.wire_in(Source::Header) {
                parts.header.push((wire, field));
            } else {
                rest.push((field, field.wire_in(Source::Form), json_name(field)));
            }
        }
        let takes_form = takes_form(placed.route.method);
        let is_json_only = |(_, form, json): &(&Field, Option<&str>, Option<&str>)| {
            form.is_none() && json.is_some()
        };
        // One body is one or the other: beside JSON, the fields of a form are in the query.
        let has_json = rest.iter().any(is_json_only);
        for (field, form, json) in rest {
            match (form, json) {
                (Some(form), Some(json)) if takes_form => {
                    parts.json.push((json, field));
                    if !has_json {
                        parts.form.push((form, field));
                    }
                }
                (Some(form), None) if takes_form && !has_json => parts.form.push((form, field)),
                (Some(form), _) => parts.query.push((form, field)),
                (None, Some(json)) => parts.json.push((json, field)),
                (None, None) => {}
            }
        }
        // A field that only a form has leaves no room for JSON instead.
        let is_form_only = |(_, field): &(&str, &Field)| json_name(field).is_none();
        if parts.form.iter().any(is_form_only) {
            parts.json.clear();
        }
        parts
    }
}

fn json_name(field: &Field) -> Option<&str> {
    field.wire_in(Source::Json)
}

/// Where Go reads a form out of the body; elsewhere it is in the query.
fn takes_form(method: Method) -> bool {
    matches!(method, Method::Post | Method::Put | Method::Patch)
}

/// Whether nobody sends a body with it.
fn is_bodiless(method: Method) -> bool {
    matches!(
        method,
        Method::Get | Method::Head | Method::Options | Method::Trace
    )
}

/// How a text becomes a value of a type.
enum Reader {
    One,
    /// Each value of the name is an item.
    List,
    /// JSON inside the text.
    Json,
}

fn reader(ty: &Type) -> Reader {
    let is_text = |ty: &Type| {
        matches!(
            ty,
            Type::Bool | Type::Int { .. } | Type::Float { .. } | Type::String
        )
    };
    match pointee(ty) {
        Type::Slice(item) if is_text(item) => Reader::List,
        ty if is_text(ty) => Reader::One,
        _ => Reader::Json,
    }
}

fn parameter(
    components: &Builder<'_>,
    place: &'static str,
    name: &str,
    field: &Field,
) -> Parameter {
    let mut schema = components.types().plain(field, Role::Input);
    let mut content = IndexMap::new();
    let mut is_item = false;
    match reader(&field.ty) {
        Reader::List if place != "query" => {
            is_item = true;
            schema = schema.items.map_or_else(Schema::default, |items| *items);
        }
        Reader::One | Reader::List => {}
        Reader::Json => {
            content.insert(JSON.to_owned(), MediaType::default());
        }
    }
    describe(&mut schema, field, Role::Input, false);
    // The words are about the parameter.
    let mut description = schema.description.take();
    if is_item {
        (schema.default, schema.examples) = (None, Vec::new());
    }
    if is_item && place == "header" {
        add_line(
            &mut description,
            "May be sent several times, each time with one item.",
        );
    }
    let deprecated = std::mem::take(&mut schema.deprecated);
    let mut parameter = Parameter {
        name: name.to_owned(),
        place,
        description,
        required: field.presence == Presence::Required,
        deprecated,
        schema: Some(schema),
        content,
    };
    for media in parameter.content.values_mut() {
        media.schema = parameter.schema.take();
    }
    parameter
}

fn json_body(
    found: &Struct,
    parts: &Parts<'_>,
    components: &mut Builder<'_>,
) -> Option<RequestBody> {
    if parts.json.is_empty() {
        return None;
    }
    let members = parts.json.iter().map(|(name, field)| {
        let member = components.types().member(found, field, Role::Input);
        (*name, *field, member)
    });
    let schema = object_of(found, members.collect(), Role::Input);
    let mut body = body(&schema);
    let names = [
        &found.name,
        &format!("{}Input", found.name),
        &format!("{}Body", found.name),
    ];
    let schema = components.keep(Some(found), &names.map(String::as_str), schema);
    body.content.insert(JSON.to_owned(), MediaType::of(schema));
    if let Some(form) = form_body(found, parts, components) {
        body.content.extend(form.content);
    }
    Some(body)
}

fn form_body(
    found: &Struct,
    parts: &Parts<'_>,
    components: &mut Builder<'_>,
) -> Option<RequestBody> {
    if parts.form.is_empty() {
        return None;
    }
    let mut encoding = IndexMap::new();
    let mut members = Vec::new();
    for (name, field) in &parts.form {
        if matches!(reader(&field.ty), Reader::Json) {
            let json = Encoding { content_type: JSON };
            encoding.insert((*name).to_owned(), json);
        }
        let mut schema = components.types().plain(field, Role::Input);
        describe(&mut schema, field, Role::Input, false);
        let required = field.presence == Presence::Required;
        members.push((*name, *field, Member { schema, required }));
    }
    let schema = object_of(found, members, Role::Input);
    let mut body = body(&schema);
    body.description = Some("The fields may be in the query, too.".to_owned());
    let names = [&found.name, &format!("{}Form", found.name)];
    let schema = components.keep(Some(found), &names.map(String::as_str), schema);
    for ty in FORMS {
        let mut media = MediaType::of(schema.clone());
        media.encoding.clone_from(&encoding);
        body.content.insert((*ty).to_owned(), media);
    }
    Some(body)
}

/// None at all counts as an object without members.
fn body(schema: &Schema) -> RequestBody {
    RequestBody {
        description: None,
        required: !schema.required.is_empty(),
        content: IndexMap::new(),
    }
}

impl MediaType {
    pub(super) fn of(schema: Schema) -> Self {
        Self {
            schema: Some(schema),
            encoding: IndexMap::new(),
        }
    }
}
