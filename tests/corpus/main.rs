//! Third-party files and goctl's verdicts on them, where they are at hand: what go-zero's users have, zgen reads.
//!
//! The corpus is no part of the repository. It is looked for in `$ZGEN_CORPUS`, then as `shared/corpus` in the folders
//! above; without it every test here says so and passes. Results are printed past the test harness, which would
//! swallow them.

#[path = "../support/cargo.rs"]
mod cargo;
mod files;
mod format;
#[path = "../support/gateways.rs"]
mod gateways;
mod golden;
mod inspect;
mod lints;
mod openapi;
#[path = "../schema/openapi.rs"]
mod openapi_schema;
#[path = "../schema/mod.rs"]
mod schema;
mod served;
#[path = "../support/services.rs"]
mod services;
mod snippets;
mod support;
