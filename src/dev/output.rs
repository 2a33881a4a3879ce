//! What a service prints: all of it to its log file, the last lines kept for a failure, and what needs
//! attention handed on.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::mpsc;

use super::text::{clean, plain};

const KEPT_LINES: usize = 20;

/// Takes the lines of one process, from both of its streams.
#[derive(Clone)]
pub(super) struct Output(Arc<Mutex<State>>);

struct State {
    log: File,
    tail: VecDeque<String>,
    prefix: String,
    notable: mpsc::Sender<String>,
}

impl Output {
    /// `notable` gets warnings and errors, each line with `prefix` before it.
    pub(super) fn new(log: File, prefix: String, notable: mpsc::Sender<String>) -> Self {
        Self(Arc::new(Mutex::new(State {
            log,
            tail: VecDeque::new(),
            prefix,
            notable,
        })))
    }

    /// Reads to the end of a stream.
    pub(super) async fn read(self, stream: impl AsyncRead + Unpin) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // An error here is the end of the stream as well: the process is gone.
        while matches!(stream.read_until(b'\n', &mut line).await, Ok(1..)) {
            self.line(&line);
            line.clear();
        }
    }

    /// The last lines, oldest first.
    pub(super) fn tail(&self) -> Vec<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tail.iter().cloned().collect()
    }

    fn line(&self, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop the service from being served.
        let _ = state.log.write_all(bytes);
        let line = plain(String::from_utf8_lossy(bytes).trim_end());
        if let Some(notable) = notable(&line) {
            // Dropped when the terminal cannot keep up: the log file has it, and waiting would block the service.
            let _ = state
                .notable
                .try_send(format!("{}{}", state.prefix, clean(&notable)));
        }
        if line.is_empty() {
            return;
        }
        if state.tail.len() == KEPT_LINES {
            state.tail.pop_front();
        }
        state.tail.push_back(clean(&line));
    }
}

/// The gist of a log line that needs attention; `None` for the others.
fn notable(line: &str) -> Option<String> {
    if let Ok(Value::Object(record)) = serde_json::from_str(line) {
        let level = record.get("level")?.as_str()?.to_ascii_uppercase();
        is_severe(&level).then_some(())?;
        let message = ["message", "content", "msg"]
            .iter()
            .find_map(|key| record.get(*key).or_else(|| record.get("fields")?.get(*key)))
            .and_then(Value::as_str);
        return Some(match message {
            Some(message) => format!("{level} {message}"),
            None => line.to_owned(),
        });
    }
    // The level stands behind the time, or a panic speaks for itself.
    let mut words = line.split_ascii_whitespace().take(4);
    let severe = words.any(is_severe) || line.contains(" panicked at ");
    severe.then(|| line.to_owned())
}

fn is_severe(level: &str) -> bool {
    matches!(level, "WARN" | "WARNING" | "ERROR" | "FATAL" | "SEVERE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_what_needs_attention() {
        let cases = [
            (r#"{"level":"INFO","message":"listening"}"#, None),
            (
                r#"{"level":"WARN","fields":{"message":"slow call"}}"#,
                Some("WARN slow call"),
            ),
            (
                r#"{"@timestamp":"..","level":"error","content":"down"}"#,
                Some("ERROR down"),
            ),
            (r#"{"level":"ERROR"}"#, Some(r#"{"level":"ERROR"}"#)),
            (r#"{"message":"no level"}"#, None),
            ("2026-11-22T10:00:00Z  INFO order: the ERROR codes", None),
            (
                "2026-11-22T10:00:00Z ERROR order: down",
                Some("2026-11-22T10:00:00Z ERROR order: down"),
            ),
            (
                "thread 'main' (1) panicked at src/main.rs:3:5:",
                Some("thread 'main' (1) panicked at src/main.rs:3:5:"),
            ),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(notable(line).as_deref(), expected, "{line}");
        }
    }
}
