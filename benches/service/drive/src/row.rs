//! What one measurement found: a line of JSON.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Closed,
    Open,
    Start,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    pub kind: Kind,
    /// `gateway`, `service` or `both`.
    pub shape: String,
    pub variant: String,
    pub round: u32,
    pub requests: u64,
    pub errors: u64,
    pub seconds: f64,
    /// Microseconds.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
    /// Seconds of processor time, by process.
    pub cpu: Vec<f64>,
    /// Megabytes, by process.
    pub rss: Vec<f64>,
}

impl Row {
    pub fn print(&self) -> anyhow::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }

    pub fn cpu_seconds(&self) -> f64 {
        self.cpu.iter().sum()
    }

    /// Requests per second of processor time: what a core carries, whatever else the machine does.
    #[allow(clippy::cast_precision_loss)]
    pub fn per_core(&self) -> f64 {
        self.requests as f64 / self.cpu_seconds()
    }

    #[allow(clippy::cast_precision_loss)]
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}
