//! The templates that zgen has, as texts: to be exported, and to be what a template of the user's own includes.

use super::translate;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// What the first line of an exported template begins with.
const MARK: &str = "{#- Exported by zgen: ";

/// The name of every template, sorted: its path below `templates/`.
pub fn names() -> impl Iterator<Item = &'static str> {
    sources().map(|(name, _)| name)
}

pub(super) fn is_name(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Names and texts, as askama compiles them.
pub(super) fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEMPLATES.iter().copied()
}

/// Names and texts, in the language of templates of one's own.
pub(super) fn translated() -> impl Iterator<Item = (&'static str, String)> {
    sources().map(|(name, text)| (name, translate::to_minijinja(text)))
}

/// A template in the language of templates of one's own, with a first line that says what it was made from.
pub fn exported(name: &str) -> Option<String> {
    let text = translation(name)?;
    // On a line of its own, unless that would eat blanks that the template begins with.
    let end = if text.starts_with(char::is_whitespace) {
        "#}"
    } else {
        "-#}\n"
    };
    Some(format!("{MARK}{name} {:016x} {end}{text}", fnv(&text)))
}

/// Whether an exported template was made from zgen's template as it is today; `None` if it does not say.
pub fn origin(name: &str, text: &str) -> Option<bool> {
    let mark = text.lines().next()?.strip_prefix(MARK)?;
    let (mark, _) = mark.split_once("#}")?;
    let hash = mark.trim_end_matches('-').trim_end().rsplit(' ').next()?;
    let now = translation(name)?;
    Some(hash == format!("{:016x}", fnv(&now)))
}

fn translation(name: &str) -> Option<String> {
    let (_, text) = sources().find(|(known, _)| *known == name)?;
    Some(translate::to_minijinja(text))
}

/// The pieces that a template includes, by the names in its text.
pub(super) fn includes(text: &str) -> impl Iterator<Item = &str> {
    let tags = text.split("{%").skip(1);
    tags.filter_map(|tag| {
        let tag = tag.trim_start_matches('-').trim_start();
        let name = tag.strip_prefix("include")?.trim_start();
        name.strip_prefix('"')?.split('"').next()
    })
}

/// FNV-1a: to notice a change, not to resist one.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
