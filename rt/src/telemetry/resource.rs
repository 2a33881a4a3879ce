//! Who is speaking (OTel semantic conventions, resource): the same for spans, metrics and logs.

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::Resource;

use super::settings::env;

/// `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` are read by the SDK's own detectors and win.
pub(super) fn resource(service: &str, version: &'static str) -> Resource {
    let mut own = vec![
        KeyValue::new("service.version", version),
        KeyValue::new("os.type", std::env::consts::OS),
        KeyValue::new("host.arch", std::env::consts::ARCH),
        KeyValue::new("process.pid", i64::from(std::process::id())),
        KeyValue::new("process.runtime.name", "rust"),
    ];
    if let Some(host) = host_name() {
        own.push(KeyValue::new("host.name", host));
    }
    if let Some(name) = executable_name() {
        own.push(KeyValue::new("process.executable.name", name));
    }
    let named = env("OTEL_SERVICE_NAME").is_some()
        || env("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
    let detected = Resource::builder().build();
    let kept = |attribute: &KeyValue| {
        detected
            .get(&attribute.key)
            .is_none_or(|value| value == Value::from(""))
    };
    let own: Vec<_> = own.into_iter().filter(kept).collect();
    let mut builder = Resource::builder().with_attributes(own);
    if !named {
        builder = builder.with_service_name(service.to_owned());
    }
    builder.build()
}

fn host_name() -> Option<String> {
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    env("HOSTNAME")
        .or_else(from_file)
        .map(|name| name.trim().to_owned())
        .filter(|n| !n.is_empty())
}

fn executable_name() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}
