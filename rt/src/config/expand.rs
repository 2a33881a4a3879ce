//! `${VAR}` and `${VAR:-default}` in values. Braces only: a bare `$` is common in passwords and stays.

/// Replaces each reference; the name of the first variable that is unset and has no default is the error.
pub(super) fn expand(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(length) = rest[at..].find('}') else {
            break;
        };
        let inside = &rest[at + 2..at + length];
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        out.push_str(&rest[..at]);
        match variable(name).filter(|value| !value.is_empty() || default.is_none()) {
            Some(value) => out.push_str(&value),
            None => out.push_str(default.ok_or_else(|| name.to_owned())?),
        }
        rest = &rest[at + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}
