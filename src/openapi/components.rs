//! The named schemas: one for each declared type that a route mentions, or two where requests and responses differ.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::schema::Schema;
use super::types::{Member, Role, Types};
use crate::model::{Field, Gateway, Presence, Struct, Type};

/// Names for schemas, and the schemas that have one so far.
pub(super) struct Builder<'a> {
    gateway: &'a Gateway,
    names: BTreeMap<(Role, String), String>,
    /// With the position of the declaration, by which they are sorted.
    schemas: IndexMap<String, (usize, Schema)>,
}

impl<'a> Builder<'a> {
    /// Every type inside a request or a response.
    pub(super) fn of(gateway: &'a Gateway) -> Self {
        let used = used(gateway);
        let split = split(gateway, &used);
        let mut builder = Self {
            gateway,
            names: BTreeMap::new(),
            schemas: IndexMap::new(),
        };
        let mut taken = BTreeSet::new();
        let is_used = |role, name: &String| used.contains(&(role, name.as_str()));
        let types = || gateway.types.iter();
        for name in types().map(|found| &found.name) {
            if is_used(Role::Output, name) || is_used(Role::Input, name) {
                let component = unique(&valid(name), &mut taken);
                for role in [Role::Output, Role::Input] {
                    builder
                        .names
                        .insert((role, name.clone()), component.clone());
                }
            }
        }
        for name in types().map(|found| &found.name) {
            if split.contains(name.as_str()) {
                let component = unique(&format!("{}Input", valid(name)), &mut taken);
                builder.names.insert((Role::Input, name.clone()), component);
            }
        }
        for (position, found) in gateway.types.iter().enumerate() {
            for role in [Role::Output, Role::Input] {
                if is_used(role, &found.name) {
                    let schema = object(&builder.types(), found, role);
                    let name = builder.name(role, &found.name);
                    builder.schemas.entry(name).or_insert((position, schema));
                }
            }
        }
        builder
    }

    /// Schemas of types, by reference to these components.
    pub(super) fn types(&self) -> Types<'_, impl Fn(Role, &str) -> String> {
        Types {
            gateway: self.gateway,
            name: |role, name: &str| self.name(role, name),
        }
    }

    fn name(&self, role: Role, name: &str) -> String {
        let known = self.names.get(&(role, name.to_owned()));
        known.cloned().unwrap_or_else(|| valid(name))
    }

    /// A component for a schema: one that is the same, or a new one by the first of these names that is free.
    pub(super) fn keep(
        &mut self,
        owner: Option<&Struct>,
        names: &[&str],
        schema: Schema,
    ) -> Schema {
        let is_owner = |found: &Struct| Some(&found.name) == owner.map(|owner| &owner.name);
        let position = self.gateway.types.iter().position(is_owner);
        let names = names.iter().map(|name| valid(name));
        let last = names.clone().next_back().unwrap_or_default();
        let numbered = (2..).map(|number| format!("{last}{number}"));
        for name in names.chain(numbered) {
            match self.schemas.get(&name) {
                Some((_, known)) if *known != schema => {}
                Some(_) => return Schema::reference(&name),
                None => {
                    let position = position.unwrap_or(usize::MAX);
                    self.schemas.insert(name.clone(), (position, schema));
                    return Schema::reference(&name);
                }
            }
        }
        schema
    }

    /// In the order of the declarations.
    pub(super) fn finish(mut self) -> IndexMap<String, Schema> {
        self.schemas
            .sort_by(|_, (left, _), _, (right, _)| left.cmp(right));
        let schemas = self.schemas.into_iter();
        schemas.map(|(name, (_, schema))| (name, schema)).collect()
    }
}

/// A declared type as the JSON object that it is inside of others.
fn object<N: Fn(Role, &str) -> String>(types: &Types<'_, N>, found: &Struct, role: Role) -> Schema {
    let members = found.fields.iter().map(|field| {
        let member = types.member(found, field, role);
        (field.json_name(), field, member)
    });
    object_of(found, members.collect(), role)
}

/// An object of these members, by their names on the wire.
pub(super) fn object_of(
    found: &Struct,
    members: Vec<(&str, &Field, Member)>,
    role: Role,
) -> Schema {
    let mut schema = Schema::of("object");
    let (description, deprecated) = super::operation::prose(&found.docs);
    schema.description = description;
    schema.deprecated = deprecated;
    if valid(&found.name) != found.name {
        schema.title = Some(found.name.clone());
    }
    if role == Role::Input {
        depend(&mut schema, &members);
    }
    for (name, _, member) in members {
        // Of two fields of one name, the first one counts.
        if schema.properties.contains_key(name) {
            continue;
        }
        if member.required {
            schema.required.push(name.to_owned());
        }
        schema.properties.insert(name.to_owned(), member.schema);
    }
    schema
}

/// `optional=dep` and `optional=!dep`, where both fields are members.
fn depend(schema: &mut Schema, members: &[(&str, &Field, Member)]) {
    let mut choices: Vec<Vec<&str>> = Vec::new();
    for (name, field, _) in members {
        let Presence::OptionalWith {
            dependency,
            negated,
        } = &field.presence
        else {
            continue;
        };
        let other = members
            .iter()
            .find(|(_, other, _)| other.wire == *dependency);
        let Some((other, _, _)) = other else {
            continue;
        };
        if *negated {
            let mut pair = vec![*name, *other];
            pair.sort_unstable();
            if !choices.contains(&pair) {
                choices.push(pair);
            }
            continue;
        }
        for (one, with) in [(name, other), (other, name)] {
            let needed = schema.dependent_required.entry((*one).to_owned());
            let needed: &mut Vec<String> = needed.or_default();
            if !needed.iter().any(|known| known == with) {
                needed.push((*with).to_owned());
            }
        }
    }
    let needs = |name: &&str| Schema {
        required: vec![(*name).to_owned()],
        ..Schema::default()
    };
    let choice = |pair: &Vec<&str>| pair.iter().map(needs).collect::<Vec<_>>();
    match choices.as_slice() {
        [] => {}
        [pair] => schema.one_of = choice(pair),
        pairs => {
            for pair in pairs {
                schema.and(Schema {
                    one_of: choice(pair),
                    ..Schema::default()
                });
            }
        }
    }
}

/// The types that routes mention, by the way in which they go.
fn used(gateway: &Gateway) -> BTreeSet<(Role, &str)> {
    let mut used = BTreeSet::new();
    for route in gateway.groups.iter().flat_map(|group| &group.routes) {
        if let Some(response) = &route.response {
            add(gateway, Role::Output, response, &mut used);
        }
        // The request itself is a body, query and so on; what its fields hold is JSON.
        if let Some(Type::Named(name)) = &route.request {
            let fields = gateway.find_type(name).into_iter();
            for field in fields.flat_map(|found| &found.fields) {
                add(gateway, Role::Input, &field.ty, &mut used);
            }
        }
    }
    used
}

fn add<'a>(gateway: &'a Gateway, role: Role, ty: &'a Type, used: &mut BTreeSet<(Role, &'a str)>) {
    let Some(name) = named(ty) else { return };
    if !used.insert((role, name)) {
        return;
    }
    let fields = gateway.find_type(name).into_iter();
    for field in fields.flat_map(|found| &found.fields) {
        add(gateway, role, &field.ty, used);
    }
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Slice(inner) | Type::Array(_, inner) | Type::Pointer(inner) => named(inner),
        Type::Map(_, value) => named(value),
        _ => None,
    }
}

/// The types that go both ways and do not look the same on both, themselves or in what they hold.
fn split<'a>(gateway: &'a Gateway, used: &BTreeSet<(Role, &'a str)>) -> BTreeSet<&'a str> {
    let types = Types {
        gateway,
        name: |_, name: &str| name.to_owned(),
    };
    let goes_both = |found: &&Struct| {
        let goes = |role| used.contains(&(role, found.name.as_str()));
        goes(Role::Input) && goes(Role::Output)
    };
    let both: Vec<&Struct> = gateway.types.iter().filter(goes_both).collect();
    let differs =
        |found: &Struct| object(&types, found, Role::Input) != object(&types, found, Role::Output);
    let mut split: BTreeSet<&str> = BTreeSet::new();
    split.extend(
        both.iter()
            .filter(|found| differs(found))
            .map(|found| found.name.as_str()),
    );
    loop {
        let before = split.len();
        for found in &both {
            let mut held = found.fields.iter().filter_map(|field| named(&field.ty));
            if held.any(|name| split.contains(name)) {
                split.insert(&found.name);
            }
        }
        if split.len() == before {
            return split;
        }
    }
}

/// A name that a component can have: letters of other scripts become their code points.
pub(super) fn valid(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            out.push(c);
        } else {
            out.extend(["u".to_owned(), format!("{:04x}", u32::from(c))]);
        }
    }
    out
}

/// The name, or with a number where it is taken.
pub(super) fn unique(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name));
    let name = free.unwrap_or_else(|| wanted.to_owned());
    taken.insert(name.clone());
    name
}
