//! Enums of the database, which are texts, and of messages, which are numbers.

use crate::FieldError;

/// Each value of a message's enum with the label that the column has for it.
#[derive(Debug, Clone, Copy)]
pub struct Labels<E: 'static>(pub &'static [(E, &'static str)]);

impl<E: Copy + Into<i32>> Labels<E> {
    /// What a column holds for the number of a field. One without a label is the caller's mistake and names the field.
    pub fn label(&self, field: &'static str, number: i32) -> Result<String, FieldError> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(value, _)| (*value).into() == number);
        found
            .map(|(_, label)| (*label).to_owned())
            .ok_or_else(|| FieldError {
                field: field.to_owned(),
                reason: "is none of its values".into(),
            })
    }

    /// The number of a label. One that no value stands for is an error inside: the caller asked for nothing wrong.
    pub fn number(&self, column: &'static str, label: impl AsRef<str>) -> sqlx::Result<i32> {
        // MySQL compares labels without their case, and answers as they were declared.
        let mut pairs = self.0.iter();
        let found = pairs.find(|(_, known)| *known == label.as_ref());
        found
            .map(|(value, _)| (*value).into())
            .ok_or_else(|| sqlx::Error::ColumnDecode {
                index: column.to_owned(),
                source: "a label that no value stands for".into(),
            })
    }
}
