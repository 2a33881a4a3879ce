//! Where a command prints: two streams, and whether each may be coloured.

use std::io::{self, IsTerminal, Write};

use super::Exit;

/// The standard streams, or buffers in a test.
pub struct Console {
    pub out: Box<dyn Write>,
    pub err: Box<dyn Write>,
    pub out_color: bool,
    pub err_color: bool,
}

impl Console {
    /// Colours only on a terminal, and not where `NO_COLOR` is set.
    pub fn standard() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            out_color: wanted && io::stdout().is_terminal(),
            err_color: wanted && io::stderr().is_terminal(),
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
        }
    }

    /// A result.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Something beside the result.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        let head = paint("note", "1;36", self.err_color);
        writeln!(self.err, "{head}: {text}")
    }

    pub(super) fn error(&mut self, text: &str) -> io::Result<()> {
        let head = paint("error", "1;31", self.err_color);
        writeln!(self.err, "{head}: {text}")
    }

    /// A unified diff, among the results.
    pub(super) fn print_diff(&mut self, diff: &str) -> io::Result<()> {
        let text = painted_diff(diff, self.out_color);
        self.print(&text)
    }

    /// A unified diff that explains an error.
    pub(super) fn note_diff(&mut self, diff: &str) -> io::Result<()> {
        self.err
            .write_all(painted_diff(diff, self.err_color).as_bytes())
    }

    /// Prints help, version or a complaint about the arguments.
    pub(super) fn clap(&mut self, answer: &clap::Error) -> anyhow::Result<Exit> {
        let plain = answer.render();
        if answer.use_stderr() {
            let text = if self.err_color {
                plain.ansi().to_string()
            } else {
                plain.to_string()
            };
            self.err.write_all(text.as_bytes())?;
            return Ok(Exit::Failed);
        }
        let text = if self.out_color {
            plain.ansi().to_string()
        } else {
            plain.to_string()
        };
        self.print(&text)?;
        Ok(Exit::Fine)
    }

    /// The last word of a command that could not run.
    pub(super) fn fail(&mut self, error: &anyhow::Error) -> Exit {
        let closed = error
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe);
        // `zgen .. | head`: nobody is left to tell.
        if !closed {
            let _ = self.error(&format!("{error:#}"));
        }
        Exit::Failed
    }
}

fn painted_diff(diff: &str, color: bool) -> String {
    if !color {
        return diff.to_owned();
    }
    let lines = diff.split_inclusive('\n').map(painted_line);
    lines.collect()
}

fn painted_line(line: &str) -> String {
    let code = match line.as_bytes() {
        [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => "1",
        [b'-', ..] => "31",
        [b'+', ..] => "32",
        [b'@', ..] => "36",
        _ => return line.to_owned(),
    };
    let (text, end) = line.split_at(line.trim_end_matches('\n').len());
    paint(text, code, true) + end
}

fn paint(text: &str, code: &str, color: bool) -> String {
    if color {
        return format!("\u{1b}[{code}m{text}\u{1b}[0m");
    }
    text.to_owned()
}
