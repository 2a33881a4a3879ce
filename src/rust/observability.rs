//! Views of what watches deployed services: rules of Prometheus, a dashboard of Grafana.

use std::fmt;

use serde::Serialize;

use super::deploy::ScrapeTarget;
use super::scalar::Scalar;

/// Text in JSON, quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(pub String);

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        serde_json::Value::from(self.0.as_str()).fmt(f)
    }
}

/// As it is printed, so that a template of any language prints it right.
impl Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Rules of Prometheus.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alerts {
    /// Of the group, and of the object that holds it.
    pub name: Scalar,
    pub rules: Vec<Alert>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    pub name: String,
    /// What the expression means, for whoever is woken by it.
    pub comment: String,
    /// Of the expression, line by line.
    pub expr: Vec<String>,
    /// How long it must hold: `5m`.
    pub lasting: String,
    pub severity: String,
    /// With Prometheus' own placeholders.
    pub summary: Json,
}

/// What Prometheus scrapes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prometheus {
    pub targets: Vec<ScrapeTarget>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dashboard {
    pub uid: Json,
    pub title: Json,
    pub panels: Vec<Panel>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Panel {
    pub id: usize,
    pub title: Json,
    pub description: Json,
    /// As Grafana calls it, such as `reqps`.
    pub unit: &'static str,
    pub x: usize,
    pub y: usize,
    pub lines: Vec<Line>,
}

/// One query of a panel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub id: char,
    pub expr: Json,
    pub legend: Json,
}
