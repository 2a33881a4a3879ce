//! A file as it is written: nothing resolved, nothing checked.

use super::tag::Tag;
use crate::source::{Span, Spanned};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    pub syntax: Vec<Spanned<String>>,
    /// Every `info` block.
    pub info: Vec<Block>,
    /// The quoted paths.
    pub imports: Vec<Spanned<String>>,
    pub types: Vec<TypeDecl>,
    pub services: Vec<Service>,
}

/// A parenthesised list of pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub pairs: Vec<Pair>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub key: Spanned<String>,
    /// Without quotes; empty where nothing is written.
    pub value: Spanned<String>,
    /// Whether quotes or backquotes stand around the value.
    pub quoted: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TypeDecl {
    pub name: Spanned<String>,
    pub ty: TypeExpr,
    pub docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A builtin, a declared type or, wrongly, a qualified one.
    Name(String),
    /// `interface{}`
    Interface,
    Pointer(Box<TypeExpr>),
    Slice(Box<TypeExpr>),
    /// The length as written: digits or `...`.
    Array(Spanned<String>, Box<TypeExpr>),
    Map(Box<TypeExpr>, Box<TypeExpr>),
    Struct(Vec<Member>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    Field(Field),
    Embedded(Embedded),
}

/// One or several names of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub names: Vec<Spanned<String>>,
    pub ty: TypeExpr,
    /// Between the backquotes.
    pub tag: Option<Spanned<String>>,
    /// The tag as it is read; of none, empty.
    pub read: Tag,
    pub docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    pub name: Spanned<String>,
    pub tag: Option<Spanned<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    pub server: Vec<Block>,
    pub name: Spanned<String>,
    pub routes: Vec<Route>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Comment lines above.
    pub docs: Vec<String>,
    pub doc_blocks: Vec<Doc>,
    /// Route-level `@server`, as files of 2020 have it.
    pub server: Vec<Block>,
    pub handlers: Vec<Spanned<String>>,
    pub method: Spanned<String>,
    pub path: Spanned<String>,
    pub request: Option<TypeExpr>,
    pub response: Option<TypeExpr>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Doc {
    /// `@doc "text"`
    Text(Spanned<String>),
    /// `@doc (key: value)`
    Pairs(Block),
}
