//! The rules of the house (`docs/architecture.md`), kept by machine: which crate is used where, which room knows which,
//! what may touch the world, how large files grow, and that the documents say what the code says.
//!
//! Every rule stands in a table with its reason, and is shown a text that it must refuse: a rule that finds nothing
//! because it looks at nothing is worse than none.

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/templates.rs"]
mod templates;

/// Fails with every finding at once.
fn expect_none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
