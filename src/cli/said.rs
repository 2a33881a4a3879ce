//! What a run says besides its summary, as the next one says it again that finds everything as it was.

use serde::{Deserialize, Serialize};

use super::Console;
use super::findings::Format;
use crate::diag::{self, Report};
use crate::source::SourceMap;
use crate::write::Note;

/// Findings in every way in which they may be asked for, since a later run may ask for another one and has no
/// descriptions to show them in.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    human: String,
    painted: String,
    short: String,
    github: String,
    /// Each with its diff.
    notes: Vec<(String, String)>,
}

impl Said {
    pub(super) fn of(report: &Report, sources: &SourceMap, notes: &[Note]) -> Self {
        let mut said = Self::default();
        if !report.is_empty() {
            let render = |format| diag::render(report, sources, format);
            said.human = render(diag::Format::Human { color: false });
            said.painted = render(diag::Format::Human { color: true });
            said.short = render(diag::Format::Short);
            said.github = render(diag::Format::Github);
        }
        let notes = notes.iter();
        let notes = notes.map(|note| (note.text.clone(), note.diff.clone()));
        said.notes.extend(notes);
        said
    }

    /// One line; nothing where nothing was said.
    pub(super) fn line(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        // Strings only: serializing them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        if line.is_empty() {
            return Some(Self::default());
        }
        serde_json::from_str(line).ok()
    }

    /// Whether something is said about files rather than descriptions.
    pub(super) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }

    /// As the run that found it did.
    pub(super) fn say(&self, format: Format, console: &mut Console) -> std::io::Result<()> {
        match format {
            Format::Human | Format::Json => {
                let text = if console.err_color {
                    &self.painted
                } else {
                    &self.human
                };
                console.err.write_all(text.as_bytes())?;
            }
            Format::Short => console.print(&self.short)?,
            Format::Github => console.print(&self.github)?,
        }
        for (text, diff) in &self.notes {
            console.note(text)?;
            console.note_diff(diff)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use super::*;
    use crate::cli::findings;
    use crate::diag::Diagnostic;

    #[derive(Default, Clone)]
    struct Kept(Rc<RefCell<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// As a run prints that has found it.
    #[test]
    fn what_is_kept_is_said_as_it_was_found_and_coloured_as_the_console_is() {
        let mut report = Report::default();
        report.push(Diagnostic::warning("api/x", None, "careful").help("take \"care\"\tof it"));
        let sources = SourceMap::default();
        let said = Said::of(&report, &sources, &[]);
        let said = Said::parse(&said.line()).expect("a line");
        for color in [false, true] {
            for format in [Format::Human, Format::Short, Format::Github] {
                let texts = [true, false].map(|is_found| {
                    let (out, err) = (Kept::default(), Kept::default());
                    let mut console = Console {
                        out: Box::new(out.clone()),
                        err: Box::new(err.clone()),
                        out_color: color,
                        err_color: color,
                    };
                    if is_found {
                        findings::print(format, &mut console, &report, &sources).expect("printed");
                    } else {
                        said.say(format, &mut console).expect("printed");
                    }
                    [out, err].map(|kept| String::from_utf8(kept.0.borrow().clone()).expect("text"))
                });
                assert_eq!(texts[0], texts[1], "{color} {format:?}");
                assert_eq!(
                    texts[0].concat().contains('\u{1b}'),
                    color && format == Format::Human
                );
            }
        }
        assert_eq!(Said::of(&Report::default(), &sources, &[]).line(), "");
    }
}
