//! Route paths: prefix joined, parameters taken out.

use crate::diag::{Diagnostic, Report};
use crate::model::Segment;
use crate::source::Spanned;

/// A prefix as go-zero's `path.Join("/", ..)` leaves it; empty for the root.
pub(super) fn prefix(written: &str) -> String {
    let mut out = String::new();
    for segment in written.split('/') {
        if !matches!(segment.trim(), "" | ".") {
            out.push('/');
            out.push_str(segment.trim());
        }
    }
    out
}

/// The whole path. A prefix and a path may both hold parameters.
pub(super) fn segments(
    prefix: &str,
    path: &Spanned<String>,
    report: &mut Report,
) -> Option<Vec<Segment>> {
    let mut out = Vec::new();
    let relative = path.value.strip_prefix('/').unwrap_or(&path.value);
    let own = relative.split('/').skip_while(|_| relative.is_empty());
    let mut ok = true;
    for text in prefix.split('/').skip(1).chain(own) {
        match segment(text) {
            Ok(segment) => {
                if matches!(segment, Segment::Param(_)) && out.contains(&segment) {
                    report.push(
                        Diagnostic::error(
                            "api/duplicate-path-param",
                            path.span,
                            format!("parameter `{text}` stands twice in one path"),
                        )
                        .help("give each its own name"),
                    );
                    ok = false;
                }
                out.push(segment);
            }
            Err((message, help)) => {
                report.push(Diagnostic::error("api/bad-path", path.span, message).help(help));
                ok = false;
            }
        }
    }
    ok.then_some(out)
}

fn segment(text: &str) -> Result<Segment, (String, String)> {
    if let Some(name) = text.strip_prefix(':') {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
        return if name.is_empty() {
            Err((
                "a parameter has no name".to_owned(),
                "write `/:id`".to_owned(),
            ))
        } else if !name.chars().all(is_plain) {
            Err((
                format!("`{name}` is no name of a parameter"),
                "one parameter takes a whole segment: `/:id/:name`".to_owned(),
            ))
        } else {
            Ok(Segment::Param(name.to_owned()))
        };
    }
    if let Some(name) = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        return Err((
            format!("`{text}` is not how a parameter is written"),
            format!("write `/:{name}`"),
        ));
    }
    if text.contains('*') {
        return Err((
            "paths have no wildcards".to_owned(),
            "name the part with a parameter, such as `/:file`".to_owned(),
        ));
    }
    if let Some(bad) = text.chars().find(|c| !is_in_urls(*c)) {
        return Err((
            format!("`{bad}` cannot stand in the path of a URL"),
            "write letters, digits and `-`".to_owned(),
        ));
    }
    Ok(Segment::Literal(text.to_owned()))
}

/// RFC 3986, section 3.3; letters of other scripts travel percent-encoded.
fn is_in_urls(c: char) -> bool {
    c.is_alphanumeric() || "-._~!$&'()+,;=:@%".contains(c)
}

/// One text for all paths that match the same requests.
pub(super) fn normalised(path: &[Segment]) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            // As for go-zero, a trailing slash makes no difference.
            Segment::Literal(text) if text.is_empty() => {}
            Segment::Literal(text) => {
                out.push('/');
                out.push_str(text);
            }
            Segment::Param(_) => out.push_str("/:"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{normalised, prefix, segments};
    use crate::diag::Report;
    use crate::source::{FileId, Span, Spanned};

    #[test]
    fn joined_and_normalised() {
        for (before, path, expected) in [
            ("", "/", Some("")),
            ("/", "/", Some("")),
            ("v1/", "/a", Some("/v1/a")),
            ("/v1//x", "/a/", Some("/v1/x/a")),
            ("/v1/:id", "/a/:b", Some("/v1/:/a/:")),
            ("", "/:a-b", Some("/:")),
            ("", "/:", None),
            ("", "/{id}", None),
            ("", "/a/*", None),
            ("", "/:id-:name", None),
            ("", "/::id", None),
            ("", "/a{b}", None),
            ("", "/\"a\"", None),
            ("", "/orders:cancel", Some("/orders:cancel")),
            ("", "/用户", Some("/用户")),
            ("/:id", "/:id", None),
        ] {
            let path = Spanned {
                value: path.to_owned(),
                span: Span::new(FileId(0), 0, 0),
            };
            let mut report = Report::default();
            let found = segments(&prefix(before), &path, &mut report);
            assert_eq!(found.as_deref().map(normalised).as_deref(), expected);
            assert_eq!(report.has_errors(), expected.is_none());
        }
    }
}
