//! Request and response types.

use super::{Gateway, bind};
use crate::lower::{layout, types};
use crate::model::{self, Presence, Type};
use crate::parallel;
use crate::rust::Member;
use crate::rust::gateway::{Nested, Struct, Types};

pub(super) fn types(gateway: &Gateway<'_>) -> Types {
    let types = parallel::map(&gateway.model.types, |ty| structure(gateway, ty));
    let extracts = || types.iter().filter_map(|ty| ty.extract.as_ref());
    let has_json = extracts().any(|extract| extract.has_json);
    let has_nested = types.iter().any(|ty| ty.nested.is_some());
    let mut bind: Vec<String> = Vec::new();
    let mut needs = |name: &str, needed: bool| {
        if needed {
            bind.push(name.to_owned());
        }
    };
    let bound = || {
        let extracted = extracts().flat_map(|extract| &extract.fields);
        let nested = types.iter().filter_map(|ty| ty.nested.as_ref());
        extracted.chain(nested.flat_map(|nested| &nested.fields))
    };
    needs("self", has_json || has_nested);
    needs("text", bound().any(|field| field.value.contains("text::")));
    needs(
        "Quoted",
        bound().any(|field| field.value.contains(".unquoted()")),
    );
    needs(
        "Errors",
        extracts().any(|extract| !extract.fields.is_empty()),
    );
    needs("Field", has_json || has_nested);
    needs("Form", extracts().any(|extract| extract.has_form));
    needs("FromJson", has_nested);
    needs("Headers", extracts().any(|extract| extract.has_header));
    needs("PathParams", extracts().any(|extract| extract.has_path));
    let members = || types.iter().flat_map(|ty| &ty.members);
    Types {
        source: gateway.model.file.clone(),
        uses_serialize: types.iter().any(|ty| ty.derives.contains("Serialize")),
        uses_deserialize: has_json || has_nested,
        uses_deserializer: has_nested,
        uses_from_request: extracts().next().is_some(),
        uses_btree_map: members().any(|member| member.ty.contains("BTreeMap<")),
        bind: layout::use_of("zgen_rt::http::bind", &bind),
        types,
    }
}

pub(super) fn mentions_json(ty: &Struct) -> bool {
    ty.members
        .iter()
        .any(|member| member.ty.contains("serde_json::"))
}

fn structure(gateway: &Gateway<'_>, found: &model::Struct) -> Struct {
    let written = gateway.scope.is_response(&found.name);
    let mut derives = vec!["Debug", "Clone", "Default", "PartialEq"];
    if written {
        derives.push("Serialize");
    }
    Struct {
        docs: found.docs.clone(),
        name: gateway.scope.ty(&found.name),
        derives: derives.join(", "),
        members: found
            .fields
            .iter()
            .map(|field| member(gateway, found, field, written))
            .collect(),
        extract: gateway
            .scope
            .is_request(&found.name)
            .then(|| bind::extract(gateway, found)),
        nested: gateway
            .scope
            .is_nested(&found.name)
            .then(|| bind::nested(gateway, found))
            .map(|(dependencies, fields)| Nested {
                dependencies,
                fields,
            }),
    }
}

fn member(
    gateway: &Gateway<'_>,
    owner: &model::Struct,
    field: &model::Field,
    written: bool,
) -> Member {
    let name = gateway.scope.field(owner, field);
    let ty = member_type(gateway, owner, field);
    let plain = name.strip_prefix("r#").unwrap_or(&name);
    let mut serde = Vec::new();
    if written && plain != field.json_name() {
        let wire = field.json_name().escape_default();
        serde.push(format!("rename = \"{wire}\""));
    }
    if written && field.as_string && is_scalar(&field.ty) {
        serde.push("serialize_with = \"zgen_rt::http::json::as_string\"".to_owned());
    }
    if written && field.omit_empty {
        let test = if ty.starts_with("Option<") {
            "Option::is_none"
        } else {
            "zgen_rt::http::json::is_zero"
        };
        serde.push(format!("skip_serializing_if = \"{test}\""));
    } else if written && ty.starts_with("Option<") && is_unset_when_absent(field) {
        // What a request may leave out, a response leaves out too.
        serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    if written && holds_bytes(&field.ty) {
        serde.push("serialize_with = \"zgen_rt::http::json::base64\"".to_owned());
    }
    let mut attributes = Vec::new();
    if !serde.is_empty() {
        attributes.push(layout::attribute(4, "serde", &serde));
    }
    attributes.extend(complexity(&ty));
    Member {
        docs: field.docs.clone(),
        attributes,
        name,
        ty,
    }
}

/// `[]byte` outside of declared types, which see to their own.
pub(super) fn holds_bytes(ty: &Type) -> bool {
    match ty {
        Type::Bytes => true,
        Type::Slice(inner) | Type::Array(_, inner) | Type::Map(_, inner) | Type::Pointer(inner) => {
            holds_bytes(inner)
        }
        _ => false,
    }
}

fn is_unset_when_absent(field: &model::Field) -> bool {
    !matches!(field.presence, Presence::Required | Presence::Default(_))
        && !matches!(field.ty, Type::Pointer(_))
}

/// As the description has it; clippy would have parts of such a type named.
pub(super) fn complexity(ty: &str) -> Option<String> {
    const MAX_NESTED: usize = 4;
    (ty.matches('<').count() > MAX_NESTED).then(|| "allow(clippy::type_complexity)".to_owned())
}

/// What `,string` means something for (Go's encoding/json).
pub(super) fn is_scalar(ty: &Type) -> bool {
    match ty {
        Type::Pointer(inner) => is_scalar(inner),
        Type::Bool | Type::Int { .. } | Type::Float { .. } => true,
        _ => false,
    }
}

/// The Rust type of a member, `Option` where it may be absent.
pub(super) fn member_type(
    gateway: &Gateway<'_>,
    owner: &model::Struct,
    field: &model::Field,
) -> String {
    let plain = types::api(&field.ty, &gateway.scope, Some(&owner.name));
    let may_be_absent = !matches!(field.presence, Presence::Required | Presence::Default(_));
    // No value of a type that always holds itself could ever exist.
    let is_endless = plain.starts_with("Box<");
    if (may_be_absent && !is_container(&field.ty) || is_endless) && !plain.starts_with("Option<") {
        return format!("Option<{plain}>");
    }
    plain
}

/// Types with a value for nothing: absent and empty are one.
pub(super) fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::Slice(_) | Type::Map(..) | Type::Bytes)
}
