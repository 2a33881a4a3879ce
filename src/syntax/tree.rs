//! A file with everything that is written in it, comments and punctuation too: what the formatter works on.

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use super::grammar::{ApiGrammar, Rule};

/// A construct with its parts, or a token without any. Between two tokens stand only blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'t> {
    pub kind: Kind,
    pub text: &'t str,
    /// Offset of the text in the file.
    pub start: usize,
    pub parts: Vec<Node<'t>>,
}

/// What a node is: first the constructs, then the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Syntax,
    Info,
    Import,
    Types,
    TypeDecl,
    TypeExpr,
    StructBody,
    Field,
    Embedded,
    EmbeddedName,
    Service,
    Route,
    Target,
    AtServer,
    AtDoc,
    AtHandler,
    Body,
    Returns,
    Pair,
    /// `[]`, `[3]`, `*` or `map[K]`
    Prefix,
    Comment,
    /// A keyword, a name or a path.
    Word,
    StructKeyword,
    ServiceName,
    Key,
    /// In quotes, in backquotes or bare.
    Value,
    Tag,
    OpenParen,
    CloseParen,
    OpenBrace,
    CloseBrace,
    Equals,
    Colon,
    Comma,
    Semicolon,
}

impl Node<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The first part of a kind.
    pub fn part(&self, kind: Kind) -> Option<&Self> {
        self.parts.iter().find(|part| part.kind == kind)
    }

    /// Whether a comment stands anywhere inside.
    pub fn has_comment(&self) -> bool {
        self.kind == Kind::Comment || self.parts.iter().any(Self::has_comment)
    }
}

/// `None` for a text with syntax errors, which [`super::parse`] reports. Types are nested as deep as they are written:
/// a text that is refused for its depth must not come here.
pub fn tree(text: &str) -> Option<Node<'_>> {
    of(ApiGrammar::parse(Rule::file, text).ok()?)
}

/// The tree of what was parsed already.
pub(super) fn of(mut file: Pairs<'_, Rule>) -> Option<Node<'_>> {
    Some(node(file.next()?, Kind::File))
}

fn node(pair: Pair<'_, Rule>, kind: Kind) -> Node<'_> {
    let mut node = Node {
        kind,
        text: pair.as_str(),
        start: pair.as_span().start(),
        parts: Vec::new(),
    };
    for part in pair.into_inner() {
        match kind_of(part.as_rule()) {
            Some(kind) => node.parts.push(self::node(part, kind)),
            // Wrappers around a single token, and marks that have no text.
            None => node.parts.extend(self::node(part, kind).parts),
        }
    }
    node
}

fn kind_of(rule: Rule) -> Option<Kind> {
    Some(match rule {
        Rule::file => Kind::File,
        Rule::syntax => Kind::Syntax,
        Rule::info => Kind::Info,
        Rule::import => Kind::Import,
        Rule::types => Kind::Types,
        Rule::type_decl => Kind::TypeDecl,
        Rule::type_expr => Kind::TypeExpr,
        Rule::struct_body => Kind::StructBody,
        Rule::field => Kind::Field,
        Rule::embedded => Kind::Embedded,
        Rule::embedded_name => Kind::EmbeddedName,
        Rule::service => Kind::Service,
        Rule::route => Kind::Route,
        Rule::target => Kind::Target,
        Rule::at_server => Kind::AtServer,
        Rule::at_doc => Kind::AtDoc,
        Rule::at_handler => Kind::AtHandler,
        Rule::body => Kind::Body,
        Rule::returns => Kind::Returns,
        Rule::pair => Kind::Pair,
        Rule::pointer | Rule::slice | Rule::array | Rule::map => Kind::Prefix,
        Rule::COMMENT | Rule::inline_comment => Kind::Comment,
        Rule::kw_struct => Kind::StructKeyword,
        Rule::service_name => Kind::ServiceName,
        Rule::key => Kind::Key,
        Rule::quoted | Rule::raw | Rule::bare => Kind::Value,
        Rule::tag => Kind::Tag,
        Rule::open_paren => Kind::OpenParen,
        Rule::close_paren => Kind::CloseParen,
        Rule::open_brace => Kind::OpenBrace,
        Rule::close_brace => Kind::CloseBrace,
        Rule::equals => Kind::Equals,
        Rule::colon => Kind::Colon,
        Rule::comma => Kind::Comma,
        Rule::semicolon => Kind::Semicolon,
        Rule::text | Rule::value | Rule::path_end | Rule::EOI => return None,
        _ => Kind::Word,
    })
}
