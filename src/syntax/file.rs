//! Files and their top-level statements.

use pest::iterators::Pairs;

use super::Part;
use super::ast::{Block, File, Pair};
use super::cursor::Cursor;
use super::docs::Comments;
use super::grammar::Rule;
use crate::diag::Report;
use crate::source::Spanned;

/// Turns what pest matched into the tree; what it is needs no checking here.
pub(super) struct Reader<'a> {
    part: Part<'a>,
    pub(super) comments: &'a Comments<'a>,
    pub(super) report: &'a mut Report,
}

impl<'a> Reader<'a> {
    pub(super) fn new(part: Part<'a>, comments: &'a Comments<'a>, report: &'a mut Report) -> Self {
        Self {
            part,
            comments,
            report,
        }
    }

    pub(super) fn file(mut self, mut pairs: Pairs<'a, Rule>) -> File {
        let mut out = File::default();
        let Some(root) = pairs.next() else {
            return out;
        };
        let mut root = Cursor::new(self.part, root);
        while let Some((rule, mut child)) = root.next() {
            match rule {
                Rule::syntax => out.syntax.extend(quoted(&mut child)),
                Rule::info => out.info.push(block(&mut child)),
                Rule::import => out
                    .imports
                    .extend(std::iter::from_fn(|| quoted(&mut child))),
                Rule::types => {
                    let group = child.span;
                    while let Some(decl) = child.take(Rule::type_decl) {
                        out.types.extend(self.type_decl(group, decl));
                    }
                }
                Rule::service => out.services.extend(self.service(child)),
                _ => {}
            }
        }
        out
    }
}

/// All pairs that come next, as a block with the span of what holds them.
pub(super) fn block(cursor: &mut Cursor<'_>) -> Block {
    let span = cursor.span;
    let pairs = cursor.many(Rule::pair).filter_map(pair).collect();
    Block { pairs, span }
}

fn pair(mut cursor: Cursor<'_>) -> Option<Pair> {
    let key = cursor.word(Rule::key)?;
    let Some(mut value) = cursor.take(Rule::value) else {
        let value = Spanned {
            value: String::new(),
            span: key.span,
        };
        return Some(Pair {
            key,
            value,
            quoted: false,
        });
    };
    let quoted = text(&mut value);
    Some(Pair {
        key,
        quoted: quoted.is_some(),
        value: quoted.or_else(|| value.word(Rule::bare).map(|bare| tidy(&bare)))?,
    })
}

/// `A, // why\n  B` means `A, B`; other text stays as written.
fn tidy(bare: &Spanned<String>) -> Spanned<String> {
    let value = if bare.value.contains('\n') {
        let text = without_comments(&bare.value);
        let parts = text.split(',').map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    } else {
        bare.value.trim().to_owned()
    };
    Spanned {
        value,
        span: bare.span,
    }
}

/// Comments between the parts of a list. `://` in an address is none.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at(at);
        out.push_str(before);
        if before.ends_with(':') {
            out.push_str("//");
            rest = &comment[2..];
            continue;
        }
        let end = if comment.starts_with("//") {
            "\n"
        } else {
            "*/"
        };
        let len = comment.find(end).map_or(comment.len(), |at| at + end.len());
        rest = &comment[len..];
    }
    out + rest
}

/// A string in quotes or backquotes, without them.
pub(super) fn text(cursor: &mut Cursor<'_>) -> Option<Spanned<String>> {
    let mut text = cursor.take(Rule::text)?;
    quoted(&mut text).or_else(|| text.take(Rule::raw).map(|raw| raw.unquoted()))
}

fn quoted(cursor: &mut Cursor<'_>) -> Option<Spanned<String>> {
    let mut string = cursor.take(Rule::quoted)?.unquoted();
    if string.value.contains("\\\"") {
        string.value = string.value.replace("\\\"", "\"");
    }
    Some(string)
}
