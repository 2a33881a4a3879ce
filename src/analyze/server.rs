//! The keys of `@server`.

use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::syntax::ast::Pair;

/// Keys that mean something to go-zero. Others are carried along for whoever reads the model.
const KNOWN: &[&str] = &[
    "jwt",
    "jwtTransition",
    "group",
    "middleware",
    "prefix",
    "timeout",
    "maxBytes",
    "signature",
    "sse",
    "handler",
    "rpc",
    "summary",
    "tags",
    "authType",
];

pub(super) fn check<'a>(pairs: impl Iterator<Item = &'a Pair>, report: &mut Report) {
    for pair in pairs {
        let (key, value) = (pair.key.value.as_str(), pair.value.value.as_str());
        match key {
            "timeout" if !is_duration(value) => report.push(
                Diagnostic::error(
                    "api/bad-duration",
                    pair.value.span,
                    format!("`{value}` is not a duration"),
                )
                .help(duration_help(value)),
            ),
            "maxBytes" if value.parse::<i64>().map_or(true, |bytes| bytes < 0) => report.push(
                Diagnostic::error(
                    "api/bad-size",
                    pair.value.span,
                    format!("`{value}` is not a number of bytes"),
                )
                .help("write the number of bytes, such as `1048576`"),
            ),
            "group" if !is_folder(value) => report.push(
                Diagnostic::error(
                    "api/bad-group",
                    pair.value.span,
                    format!("`{value}` is not a folder below the handlers"),
                )
                .help(
                    "write names of letters, digits, `-` and `_`, separated by `/`: `admin/user`",
                ),
            ),
            key if !KNOWN.contains(&key) => {
                if let Some(help) = did_you_mean(key, KNOWN.iter().copied()) {
                    report.push(
                        Diagnostic::warning(
                            "api/unknown-key",
                            pair.key.span,
                            format!("`{key}` means nothing to the generator"),
                        )
                        .help(help),
                    );
                }
            }
            _ => {}
        }
    }
}

/// A group becomes folders and modules, and must not lead anywhere else.
fn is_folder(group: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    group.trim_matches('/').split('/').all(|name| {
        name.starts_with(|c: char| c.is_alphanumeric() || c == '_') && name.chars().all(is_plain)
    })
}

/// The names of a list, each once.
pub(super) fn list(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in text.split(',').map(str::trim) {
        if !name.is_empty() && !out.iter().any(|known| known == name) {
            out.push(name.to_owned());
        }
    }
    out
}

fn is_duration(text: &str) -> bool {
    millis(text).is_some()
}

/// As Go's `time.ParseDuration` reads them, without a sign: `3s`, `1m30s`, `1.5h`; also a bare `0`. Less than a
/// millisecond is one: nothing at all would mean no limit.
pub(super) fn millis(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let units = [
            ("ns", 1e-6),
            ("us", 1e-3),
            ("µs", 1e-3),
            ("μs", 1e-3),
            ("ms", 1.0),
            ("s", 1e3),
            ("m", 6e4),
            ("h", 3.6e6),
        ];
        // Longest first, or `ms` would be minutes and a stray `s`.
        let (unit, millis) = units
            .into_iter()
            .filter(|(unit, _)| rest.starts_with(unit))
            .max_by_key(|(unit, _)| unit.len())?;
        total += value * millis;
        rest = &rest[unit.len()..];
    }
    // Far below the limits of both types, whoever writes it.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (!text.is_empty() && total < 1e15).then_some(total.ceil() as u64)
}

fn duration_help(value: &str) -> String {
    if value.parse::<u64>().is_ok() {
        format!("write the unit, such as `{value}s` or `{value}ms`")
    } else {
        "write a number with a unit, such as `3s`, `500ms` or `1m30s`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn groups() {
        for (text, expected) in [
            ("order", true),
            ("/admin/user-list/", true),
            ("用户", true),
            ("../order", false),
            ("a/../../b", false),
            ("a//b", false),
            ("a b", false),
            ("", false),
        ] {
            assert_eq!(super::is_folder(text), expected, "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("3s", true),
            ("500ms", true),
            ("1h30m", true),
            ("1.5s", true),
            ("3us", true),
            ("3µs", true),
            ("0", true),
            ("3", false),
            ("", false),
            ("s", false),
            ("3d", false),
            ("-1s", false),
            ("3s!", false),
        ] {
            assert_eq!(super::is_duration(text), expected, "{text}");
        }
    }
}
