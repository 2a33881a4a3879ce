//! The fields of a form in `multipart/form-data` (RFC 7578). Parts that are files are passed over: a route that wants
//! them reads the request itself.

use std::borrow::Cow;

/// The names and values of a body, in their order. The reason is what is wrong with it.
pub(super) fn fields(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, Reason> {
    let boundary = parameter(content_type, "boundary").ok_or("it has no boundary")?;
    let delimiter = format!("\r\n--{boundary}");
    let mut fields = Vec::new();
    // The first delimiter may stand at the very start, where no line ends.
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => rest,
        None => split(body, delimiter.as_bytes()).ok_or(CUT)?.1,
    };
    while !rest.starts_with(b"--") {
        // Blanks may follow a delimiter on its line.
        let (_, part) = split(rest, b"\r\n").ok_or(CUT)?;
        let (part, behind) = split(part, delimiter.as_bytes()).ok_or(CUT)?;
        rest = behind;
        fields.extend(field(part)?);
    }
    Ok(fields)
}

type Reason = &'static str;

const CUT: Reason = "it is cut off";

/// What stands before the first `mark` and what stands behind it.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let mut windows = text.windows(mark.len());
    let at = windows.position(|window| window == mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// One part; none if it is a file.
fn field(part: &[u8]) -> Result<Option<(String, String)>, Reason> {
    let (head, value) = split(part, b"\r\n\r\n").ok_or("a part has no head")?;
    let head = std::str::from_utf8(head).map_err(|_| "a name is not valid UTF-8")?;
    let named = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    });
    let disposition = named.ok_or("a part has no name")?;
    let is_file = ["filename", "filename*"]
        .iter()
        .any(|name| parameter(disposition, name).is_some());
    if is_file {
        return Ok(None);
    }
    let name = parameter(disposition, "name").ok_or("a part has no name")?;
    // As browsers write what a quoted text cannot hold (the WHATWG's HTML, section 4.10.22.8).
    let name = name
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n");
    let value = std::str::from_utf8(value).map_err(|_| "a value is not valid UTF-8")?;
    Ok(Some((name, value.to_owned())))
}

/// A parameter behind the first `;` of a header: `form-data; name="a; b"`.
fn parameter<'a>(header: &'a str, wanted: &str) -> Option<Cow<'a, str>> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let (value, behind) = if let Some(quoted) = behind.trim_start().strip_prefix('"') {
            unquote(quoted)?
        } else {
            let end = behind.find(';').unwrap_or(behind.len());
            (Cow::Borrowed(behind[..end].trim()), &behind[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind.trim_start().strip_prefix(';')?;
    }
}

/// A quoted text up to its end, and what stands behind it. Only quotes and backslashes are escaped: older browsers
/// send the paths of Windows as they are.
fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(value), &text[at + 1..])),
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push(character),
            },
            other => value.push(other),
        }
    }
    None
}
