//! The file of settings, with the environment above it; metrics as Prometheus reads them.

use clap::Parser;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use serde::de::DeserializeOwned;

#[derive(Debug, Parser)]
#[command(version, about)]
struct Args {
    /// The configuration file.
    #[arg(short = 'f', long)]
    config: String,
}

/// What the command line names.
pub fn load<T: DeserializeOwned>() -> anyhow::Result<T> {
    let args = Args::parse();
    let settings = config::Config::builder()
        .add_source(config::File::with_name(&args.config))
        .add_source(config::Environment::with_prefix("ORDER").separator("__"))
        .build()?;
    Ok(settings.try_deserialize()?)
}

#[derive(Clone)]
pub struct Metrics {
    pub requests: Counter,
    registry: std::sync::Arc<Registry>,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Counter::default();
        registry.register("requests", "requests that were served", requests.clone());
        Self {
            requests,
            registry: registry.into(),
        }
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        match encode(&mut out, &self.registry) {
            Ok(()) => out,
            Err(error) => error.to_string(),
        }
    }
}
