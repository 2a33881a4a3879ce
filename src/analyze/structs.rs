//! Struct types: members resolved, embedded ones flattened, inline ones named.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::fields;
use crate::analyze::types::Declared;
use crate::diag::{Diagnostic, Report};
use crate::model::{Field, Struct, Type};
use crate::parallel;
use crate::source::Span;
use crate::syntax::ast::{self, Member, TypeExpr, TypeKind};

/// Resolves every declared type.
pub(super) fn structs(declared: &Declared<'_>, report: &mut Report) -> Vec<Struct> {
    let names = declared.iter().map(|decl| decl.name.value.clone());
    let mut builder = Builder {
        declared,
        taken: names.collect(),
        embedded: declared
            .iter()
            .flat_map(|decl| embedded(&decl.ty))
            .collect(),
        own: BTreeMap::new(),
        inline: Vec::new(),
    };
    let decls: Vec<&ast::TypeDecl> = declared.iter().collect();
    let plain = parallel::map(&decls, |decl| builder.plain(decl));
    let mut out = Vec::new();
    for (decl, plain) in decls.into_iter().zip(plain) {
        let TypeKind::Struct(members) = &decl.ty.kind else {
            report.push(
                Diagnostic::error(
                    "api/not-a-struct",
                    decl.ty.span,
                    format!("`{}` is not declared as a struct", decl.name.value),
                )
                .help(format!(
                    "write `{} {{ .. }}`, or use the type on the right where `{0}` is used",
                    decl.name.value
                )),
            );
            continue;
        };
        let name = &decl.name.value;
        let fields = if let Some((fields, findings)) = plain {
            report.append(findings);
            fields
        } else {
            builder.check_embedding(decl, members, report);
            builder.fields(name, members, &mut vec![name.clone()], report)
        };
        out.push(Struct {
            name: name.clone(),
            fields,
            docs: decl.docs.clone(),
            span: decl.name.span,
        });
    }
    out.append(&mut builder.inline);
    for each in &out {
        fields::check_dependencies(&each.fields, report);
    }
    out
}

/// The fields that are not embedded, each with its type as `resolve` knows it.
fn own_fields<'a>(
    members: &'a [Member],
    resolve: &mut dyn FnMut(&'a ast::Field, &mut Report) -> Option<Type>,
    report: &mut Report,
) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    for member in members {
        let Member::Field(field) = member else {
            continue;
        };
        let Some(ty) = resolve(field, report) else {
            continue;
        };
        for field in fields::fields(field, &ty, report) {
            if fields::is_new(&field, &out, report) {
                out.push(field);
            }
        }
    }
    out
}

/// Whether a struct is written inside of a type.
fn declares(ty: &TypeExpr) -> bool {
    match &ty.kind {
        TypeKind::Struct(_) => true,
        TypeKind::Pointer(inner) | TypeKind::Slice(inner) | TypeKind::Array(_, inner) => {
            declares(inner)
        }
        TypeKind::Map(key, value) => declares(key) || declares(value),
        TypeKind::Name(_) | TypeKind::Interface => false,
    }
}

/// The names that are embedded somewhere in a type.
fn embedded(ty: &TypeExpr) -> Vec<&str> {
    match &ty.kind {
        TypeKind::Struct(members) => {
            let members = members.iter().flat_map(|member| match member {
                Member::Embedded(found) => vec![found.name.value.as_str()],
                Member::Field(field) => embedded(&field.ty),
            });
            members.collect()
        }
        TypeKind::Pointer(inner) | TypeKind::Slice(inner) | TypeKind::Array(_, inner) => {
            embedded(inner)
        }
        TypeKind::Map(key, value) => [embedded(key), embedded(value)].concat(),
        TypeKind::Name(_) | TypeKind::Interface => Vec::new(),
    }
}

struct Builder<'a> {
    declared: &'a Declared<'a>,
    /// Names that an inline struct cannot have.
    taken: BTreeSet<String>,
    /// The structs that others embed.
    embedded: BTreeSet<&'a str>,
    /// The own fields of each of them, so that embedding one twice reports its mistakes once.
    own: BTreeMap<String, Vec<Field>>,
    inline: Vec<Struct>,
}

impl<'a> Builder<'a> {
    /// The fields of a type that has nothing to do with others of them, as most do not: it names no type that it declares
    /// inside, embeds none, and is embedded by none.
    fn plain(&self, decl: &ast::TypeDecl) -> Option<(Vec<Field>, Report)> {
        let TypeKind::Struct(members) = &decl.ty.kind else {
            return None;
        };
        let is_alone = |member: &Member| match member {
            Member::Field(field) => !declares(&field.ty),
            Member::Embedded(_) => false,
        };
        let is_plain = members.iter().all(is_alone);
        if !is_plain || self.embedded.contains(decl.name.value.as_str()) {
            return None;
        }
        let mut report = Report::default();
        let resolve = &mut |field: &ast::Field, report: &mut Report| {
            let none = &mut |_: &_, _, _: &mut _| None;
            self.declared.resolve(&field.ty, report, none)
        };
        let fields = own_fields(members, resolve, &mut report);
        Some((fields, report))
    }

    /// The fields of a struct in order, embedded ones at their place. As in Go, a field of the struct itself hides
    /// an embedded one of the same name.
    fn fields(
        &mut self,
        owner: &str,
        members: &'a [Member],
        open: &mut Vec<String>,
        report: &mut Report,
    ) -> Vec<Field> {
        let own = self.own_fields(owner, members, report);
        if !members
            .iter()
            .any(|member| matches!(member, Member::Embedded(_)))
        {
            return own;
        }
        let mut out: Vec<Field> = Vec::new();
        let mut rest = own.iter();
        for member in members {
            match member {
                Member::Field(field) => {
                    let count = field
                        .names
                        .iter()
                        .filter(|name| own.iter().any(|own| own.span == name.span))
                        .count();
                    out.extend(rest.by_ref().take(count).cloned());
                }
                Member::Embedded(embedded) => {
                    for field in self.embedded(embedded, open, report) {
                        let hidden = own.iter().chain(&out).any(|other| {
                            other.name == field.name
                                || (other.wire == field.wire && other.source == field.source)
                        });
                        if !hidden {
                            out.push(field);
                        }
                    }
                }
            }
        }
        out
    }

    fn own_fields(
        &mut self,
        owner: &str,
        members: &'a [Member],
        report: &mut Report,
    ) -> Vec<Field> {
        if let Some(known) = self.own.get(owner) {
            return known.clone();
        }
        let declared = self.declared;
        let resolve = &mut |field: &'a ast::Field, report: &mut Report| {
            let prefix = field.names.first().map_or("", |name| name.value.as_str());
            let inner = format!("{owner}{prefix}");
            declared.resolve(&field.ty, report, &mut |members, span, report| {
                Some(self.name_inline(&inner, members, span, report))
            })
        };
        let out = own_fields(members, resolve, report);
        if self.embedded.contains(owner) {
            self.own.insert(owner.to_owned(), out.clone());
        }
        out
    }

    /// An inline struct becomes a type of its own, named after its place.
    fn name_inline(
        &mut self,
        wanted: &str,
        members: &'a [Member],
        span: Span,
        report: &mut Report,
    ) -> Type {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        let fields = self.fields(&name, members, &mut vec![name.clone()], report);
        self.inline.push(Struct {
            name: name.clone(),
            fields,
            docs: Vec::new(),
            span,
        });
        Type::Named(name)
    }

    fn embedded(
        &mut self,
        embedded: &ast::Embedded,
        open: &mut Vec<String>,
        report: &mut Report,
    ) -> Vec<Field> {
        let name = &embedded.name.value;
        // Both are reported where they are declared, by `check_embedding`.
        if open.contains(name) {
            return Vec::new();
        }
        let Some(TypeKind::Struct(members)) = self.declared.get(name).map(|decl| &decl.ty.kind)
        else {
            return Vec::new();
        };
        open.push(name.clone());
        let fields = self.fields(name, members, open, report);
        open.pop();
        fields
    }

    fn check_embedding(&self, decl: &ast::TypeDecl, members: &'a [Member], report: &mut Report) {
        for member in members {
            let Member::Embedded(embedded) = member else {
                continue;
            };
            let name = embedded.name.value.as_str();
            let found = self.declared.named(name, embedded.name.span, report);
            match found {
                Some(Type::Named(_)) if self.embeds(name, &decl.name.value) => report.push(
                    Diagnostic::error(
                        "api/embedding-cycle",
                        embedded.name.span,
                        format!("`{}` would contain its own fields", decl.name.value),
                    )
                    .help("give the member a name and a pointer type, such as `Parent *T`"),
                ),
                Some(Type::Named(_)) | None => {}
                Some(_) => report.push(
                    Diagnostic::error(
                        "api/embedded-type",
                        embedded.name.span,
                        format!("`{name}` has no fields, so it cannot be embedded"),
                    )
                    .help(format!("give the member a name: `Name {name}`")),
                ),
            }
        }
    }

    /// Whether flattening `from` reaches `target`.
    fn embeds(&self, from: &str, target: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut queue = vec![from];
        while let Some(name) = queue.pop() {
            if name == target {
                return true;
            }
            if !seen.insert(name) {
                continue;
            }
            if let Some(TypeKind::Struct(members)) = self.declared.get(name).map(|d| &d.ty.kind) {
                queue.extend(members.iter().filter_map(|member| match member {
                    Member::Embedded(embedded) => Some(embedded.name.value.as_str()),
                    Member::Field(_) => None,
                }));
            }
        }
        false
    }
}
