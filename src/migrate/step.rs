//! What one more migration does, and what none does.

use crate::source::Span;

/// From what is there to what is described.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Without semicolons.
    pub(super) statements: Vec<String>,
    /// What they make, for the file's name.
    pub(super) made: Vec<Made>,
    pub(super) notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Made {
    Table(String),
    /// The table, then the column.
    Column(String, String),
    /// Something else of this table.
    Change(String),
}

/// What the user has to decide.
#[derive(Debug)]
pub(super) struct Note {
    /// Where the table is described, if it still is.
    pub(super) span: Option<Span>,
    pub(super) message: String,
    /// What would do it.
    pub(super) statement: String,
}

impl Step {
    pub(super) fn add(&mut self, made: Made, statement: String) {
        self.statements.push(statement);
        self.made.push(made);
    }

    /// Leaves it to the user.
    pub(super) fn leave(
        &mut self,
        span: impl Into<Option<Span>>,
        message: String,
        statement: String,
    ) {
        self.notes.push(Note {
            span: span.into(),
            message,
            statement,
        });
    }
}
