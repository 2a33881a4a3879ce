//! Declared types: which there are, and what a type expression means.

use indexmap::IndexMap;

use crate::analyze::load::Unit;
use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, TypeExpr, TypeKind};

/// Gives an inline struct a name, or reports that there can be none.
pub(super) type Inline<'f, 'e> =
    dyn FnMut(&'e [ast::Member], Span, &mut Report) -> Option<Type> + 'f;

/// Go's scalar types, and what they are on the wire.
pub(super) const BUILTINS: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", int(64, true)),
    ("int8", int(8, true)),
    ("int16", int(16, true)),
    ("int32", int(32, true)),
    ("int64", int(64, true)),
    ("uint", int(64, false)),
    ("uint8", int(8, false)),
    ("uint16", int(16, false)),
    ("uint32", int(32, false)),
    ("uint64", int(64, false)),
    ("byte", int(8, false)),
    ("rune", int(32, true)),
    ("float32", Type::Float { bits: 32 }),
    ("float64", Type::Float { bits: 64 }),
    ("string", Type::String),
    ("any", Type::Any),
];

const fn int(bits: u8, signed: bool) -> Type {
    Type::Int { bits, signed }
}

fn builtin(name: &str) -> Option<Type> {
    let (_, ty) = BUILTINS.iter().find(|(builtin, _)| *builtin == name)?;
    Some(ty.clone())
}

/// The declared types of a root and its imports, by name, in source order.
pub(super) struct Declared<'a> {
    types: IndexMap<&'a str, &'a ast::TypeDecl>,
    /// Whether every file could be read: without all of them, an unknown name says nothing.
    complete: bool,
}

impl<'a> Declared<'a> {
    pub(super) fn collect(units: &'a [Unit], complete: bool, report: &mut Report) -> Self {
        let mut types: IndexMap<&str, &ast::TypeDecl> = IndexMap::new();
        for decl in units.iter().flat_map(|unit| &unit.ast.types) {
            let name = decl.name.value.as_str();
            if let Some(first) = types.get(name) {
                report.push(
                    Diagnostic::error(
                        "api/duplicate-type",
                        decl.name.span,
                        format!("type `{name}` is declared twice"),
                    )
                    .label(first.name.span, "first declared here")
                    .help(format!("rename one of them, or delete this `{name}`")),
                );
                continue;
            }
            if builtin(name).is_some() {
                report.push(
                    Diagnostic::warning(
                        "api/shadowed-type",
                        decl.name.span,
                        format!("`{name}` is a builtin type, so this declaration is never used"),
                    )
                    .help("give it another name"),
                );
            }
            types.insert(name, decl);
        }
        Self { types, complete }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a ast::TypeDecl> {
        self.types.values().copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a ast::TypeDecl> {
        self.types.get(name).copied()
    }

    /// What an expression means. `None` once the reason is reported. Inline structs go to `inline`, which names them.
    pub(super) fn resolve<'e>(
        &self,
        expr: &'e TypeExpr,
        report: &mut Report,
        inline: &mut Inline<'_, 'e>,
    ) -> Option<Type> {
        Some(match &expr.kind {
            TypeKind::Name(name) => self.named(name, expr.span, report)?,
            TypeKind::Interface => Type::Any,
            TypeKind::Pointer(inner) => {
                Type::Pointer(Box::new(self.resolve(inner, report, inline)?))
            }
            TypeKind::Slice(inner) => match self.resolve(inner, report, inline)? {
                Type::Int {
                    bits: 8,
                    signed: false,
                } => Type::Bytes,
                inner => Type::Slice(Box::new(inner)),
            },
            TypeKind::Array(length, inner) => {
                let inner = self.resolve(inner, report, inline);
                Type::Array(array_length(length, report)?, Box::new(inner?))
            }
            TypeKind::Map(key, value) => {
                let value = self.resolve(value, report, inline);
                let key = self.map_key(key, report, inline)?;
                Type::Map(Box::new(key), Box::new(value?))
            }
            TypeKind::Struct(members) => inline(members, expr.span, report)?,
        })
    }

    /// What a name means; reported if it means nothing.
    pub(super) fn named(&self, name: &str, span: Span, report: &mut Report) -> Option<Type> {
        if let Some(builtin) = builtin(name) {
            return Some(builtin);
        }
        if self.types.contains_key(name) {
            return Some(Type::Named(name.to_owned()));
        }
        if name.contains('.') {
            let diagnostic = Diagnostic::error(
                "api/unsupported-type",
                span,
                format!("`{name}` is a type of a Go package, which .api files cannot use"),
            );
            report.push(if name == "time.Time" {
                diagnostic.help("send a time as `int64` (Unix seconds) or `string` (RFC 3339)")
            } else {
                diagnostic.help("declare a type of your own with the same fields")
            });
        } else if self.complete {
            report.push(
                Diagnostic::error("api/unknown-type", span, format!("unknown type `{name}`"))
                    .maybe_help(self.suggest(name)),
            );
        }
        None
    }

    pub(super) fn suggest(&self, name: &str) -> Option<String> {
        let builtins = BUILTINS.iter().map(|(builtin, _)| *builtin);
        did_you_mean(name, self.types.keys().copied().chain(builtins))
    }

    fn map_key<'e>(
        &self,
        key: &'e TypeExpr,
        report: &mut Report,
        inline: &mut Inline<'_, 'e>,
    ) -> Option<Type> {
        let ty = self.resolve(key, report, inline)?;
        if matches!(ty, Type::Bool | Type::Int { .. } | Type::String) {
            return Some(ty);
        }
        report.push(
            Diagnostic::error(
                "api/map-key",
                key.span,
                "a map's key is a string, an integer or a bool, as in a JSON object",
            )
            .help("use `map[string]..`"),
        );
        None
    }
}

fn array_length(length: &Spanned<String>, report: &mut Report) -> Option<u32> {
    let parsed = length.value.parse().ok();
    if parsed.is_none() {
        let message = format!("`{}` is not an array length", length.value);
        report.push(
            Diagnostic::error("api/array-length", length.span, message)
                .help("write a number, or `[]` for any length"),
        );
    }
    parsed
}
