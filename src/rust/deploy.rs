//! Views of configuration and deployment files.

use serde::Serialize;

/// One variant per template under `templates/deploy` and `templates/etc`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {}
