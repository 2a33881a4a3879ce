//! Configuration of the user's that has to grow: whole sections, behind what is there.

/// One key of the top level with the lines that belong to it, comments above it included.
struct Section<'t> {
    key: &'t str,
    text: String,
}

/// The user's text with the sections that zgen's has since `base`; `None` where nothing is missing. A section that the
/// user took out does not come back, because it is in `base`.
pub(super) fn grow(base: &str, theirs: &str, ours: &str) -> Option<String> {
    let known: Vec<&str> = sections(base)
        .iter()
        .chain(&sections(theirs))
        .map(|section| section.key)
        .collect();
    let missing: Vec<Section<'_>> = sections(ours)
        .into_iter()
        .filter(|section| !known.contains(&section.key))
        .collect();
    // A second document, or one that is no plain mapping, is not ours to extend.
    if missing.is_empty() || !is_plain(theirs) {
        return None;
    }
    let mut text = theirs.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for section in missing {
        text.push_str(&section.text);
    }
    Some(text)
}

/// What [`grow`] would have added is in `ours` and `base` has the rest: the user has all of it.
pub(super) fn covers(base: &str, ours: &str) -> bool {
    let known: Vec<Section<'_>> = sections(base);
    let kept = sections(ours)
        .into_iter()
        .filter(|section| known.iter().any(|it| it.key == section.key));
    kept.map(|section| section.text).collect::<String>()
        == known
            .into_iter()
            .map(|section| section.text)
            .collect::<String>()
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut above = String::new();
    for line in text.split_inclusive('\n') {
        match (key(line), sections.last_mut()) {
            (Some(key), _) => sections.push(Section {
                key,
                text: std::mem::take(&mut above) + line,
            }),
            // Comments and blank lines may belong to the key below.
            (None, _) if line.starts_with('#') || line.trim().is_empty() => above.push_str(line),
            (None, Some(section)) => {
                section.text.push_str(&std::mem::take(&mut above));
                section.text.push_str(line);
            }
            (None, None) => above.push_str(line),
        }
    }
    if let Some(last) = sections.last_mut() {
        last.text.push_str(&above);
    }
    sections
}

/// The key of a line that begins one at the top level.
fn key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c));
    (plain && (rest.trim().is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

fn is_plain(text: &str) -> bool {
    let mut documents = 0;
    for line in text.lines() {
        let marks = line.starts_with("---") || line.starts_with("...");
        if marks && documents > 0 {
            return false;
        }
        let opens = line.trim_start().starts_with(['{', '[', '"', '\'', '?']);
        if !line.starts_with([' ', '\t']) && opens {
            return false;
        }
        documents += usize::from(marks || !line.trim().is_empty());
    }
    true
}
