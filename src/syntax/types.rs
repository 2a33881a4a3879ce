//! Type declarations and type expressions.

use super::ast::{Embedded, Field, Member, TypeDecl, TypeExpr, TypeKind};
use super::cursor::Cursor;
use super::file::Reader;
use super::grammar::Rule;
use super::tag;
use crate::diag::Diagnostic;
use crate::source::{Span, Spanned};

/// Deeper than anything written by hand, and far from the end of any stack.
const MAX_DEPTH: usize = 64;

/// What stands before the innermost type.
enum Prefix {
    Pointer(Span),
    Slice(Span),
    Array(Span, Spanned<String>),
    Map(Span, TypeExpr),
}

impl Reader<'_> {
    /// `statement` is the whole `type` statement: its comment is the comment of the first type in it.
    pub(super) fn type_decl(
        &mut self,
        statement: Span,
        mut cursor: Cursor<'_>,
    ) -> Option<TypeDecl> {
        let name = cursor.word(Rule::name)?;
        let mut docs = self.comments.above(name.span);
        if docs.is_empty() && !cursor.text.is_empty() && statement.end == cursor.span.end {
            // `type Name {`, not in a group.
            docs = self.comments.above(statement);
        }
        let ty = self.type_expr(cursor.take(Rule::type_expr)?, 0)?;
        Some(TypeDecl { name, ty, docs })
    }

    pub(super) fn type_expr(&mut self, mut cursor: Cursor<'_>, depth: usize) -> Option<TypeExpr> {
        let span = cursor.span;
        let mut prefixes = Vec::new();
        let kind = loop {
            if prefixes.len() + depth > MAX_DEPTH {
                let message = format!("types are nested more than {MAX_DEPTH} levels deep");
                self.report
                    .push(Diagnostic::error("api/too-deep", span, message));
                return None;
            }
            let (rule, mut child) = cursor.next()?;
            match rule {
                Rule::pointer => prefixes.push(Prefix::Pointer(child.span)),
                Rule::slice => prefixes.push(Prefix::Slice(child.span)),
                Rule::array => {
                    prefixes.push(Prefix::Array(child.span, child.word(Rule::length)?));
                }
                Rule::map => {
                    let at = child.span;
                    let key = self.type_expr(child.take(Rule::type_expr)?, depth + 1)?;
                    prefixes.push(Prefix::Map(at, key));
                }
                Rule::interface => break TypeKind::Interface,
                Rule::struct_body => break TypeKind::Struct(self.members(child, depth + 1)?),
                _ => break TypeKind::Name(child.text.to_owned()),
            }
        };
        let mut ty = TypeExpr { kind, span };
        for prefix in prefixes.into_iter().rev() {
            let (at, kind) = match prefix {
                Prefix::Pointer(at) => (at, TypeKind::Pointer(Box::new(ty))),
                Prefix::Slice(at) => (at, TypeKind::Slice(Box::new(ty))),
                Prefix::Array(at, length) => (at, TypeKind::Array(length, Box::new(ty))),
                Prefix::Map(at, key) => (at, TypeKind::Map(Box::new(key), Box::new(ty))),
            };
            ty = TypeExpr {
                kind,
                span: at.to(span),
            };
        }
        Some(ty)
    }

    fn members(&mut self, mut cursor: Cursor<'_>, depth: usize) -> Option<Vec<Member>> {
        let mut members = Vec::new();
        while let Some((rule, child)) = cursor.next() {
            members.push(match rule {
                Rule::embedded => Member::Embedded(embedded(child)?),
                _ => Member::Field(self.field(child, depth)?),
            });
        }
        Some(members)
    }

    fn field(&mut self, mut cursor: Cursor<'_>, depth: usize) -> Option<Field> {
        let docs = self.comments.around(cursor.span);
        let mut names = Vec::new();
        while let Some(name) = cursor.word(Rule::name) {
            names.push(name);
        }
        let ty = self.type_expr(cursor.take(Rule::type_expr)?, depth)?;
        let tag = cursor.take(Rule::tag).map(|tag| tag.unquoted());
        let read = tag.as_ref().map(|tag| tag::parse(&tag.value, tag.span));
        Some(Field {
            names,
            ty,
            tag,
            read: read.unwrap_or_default(),
            docs,
        })
    }
}

fn embedded(mut cursor: Cursor<'_>) -> Option<Embedded> {
    let mut name = cursor.take(Rule::embedded_name)?;
    // Embedded by pointer or by value is the same on the wire.
    name.take(Rule::pointer);
    Some(Embedded {
        name: name.word(Rule::type_name)?,
        tag: cursor.take(Rule::tag).map(|tag| tag.unquoted()),
    })
}
