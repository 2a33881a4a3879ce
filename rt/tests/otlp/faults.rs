//! A collector that fails is nobody's problem but its own.

use crate::collector::{Collector, Mood};
use crate::process::Gateway;
use crate::support::ports::free_port;

const SIZES: &str = "MaxQueueSize: 64, MaxExportBatchSize: 16, BatchTimeout: 50, Metrics: false";

const REASONS: [&str; 5] = [
    "queue_full",
    "timeout",
    "export_failed",
    "rejected",
    "shutdown",
];

fn dropped(gateway: &mut Gateway) -> [u64; 5] {
    REASONS.map(|reason| {
        gateway.metric(&format!(
            "otel_dropped_total{{signal=\"traces\",reason=\"{reason}\"}}"
        ))
    })
}

const EXPORTED: &str = "otel_exported_total{signal=\"traces\"}";
const QUEUED: &str = "otel_queued{signal=\"traces\"}";

#[test]
fn a_slow_collector_slows_nobody_and_its_losses_are_counted() {
    const COUNT: u64 = 2000;
    let collector = Collector::start();
    let keys = format!(
        "Endpoint: '{}', {SIZES}, ExportTimeout: 500",
        collector.grpc()
    );
    let mut healthy = Gateway::start(&keys, &[]);
    let usual = healthy.tell(&format!("load {COUNT}"));
    drop(healthy);

    collector.is(Mood::Hangs);
    let mut gateway = Gateway::start(&keys, &[]);
    let slow = gateway.tell(&format!("load {COUNT}"));
    let waiting = gateway.metric(QUEUED);
    assert!(waiting <= 64, "{waiting}");
    let lost = dropped(&mut gateway);
    println!(
        "median request: {usual} µs, collector hanging {slow} µs; {waiting} queued; lost {lost:?}"
    );
    assert!(lost[0] > COUNT / 2, "{lost:?}");

    // Back again: what is left is lost by time, what comes is taken, and every span is accounted for.
    collector.is(Mood::Takes);
    gateway.metric_until(QUEUED, |queued| queued == 0);
    gateway.tell("/orders/7 ");
    gateway.metric_until(EXPORTED, |sent| sent > 0);
    let lost: u64 = dropped(&mut gateway).iter().sum();
    let sent = gateway.metric_until(EXPORTED, |sent| sent + lost > COUNT);
    assert_eq!(sent + lost, COUNT + 1);
    let (_, log) = gateway.end();
    assert_eq!(log.matches("does not take it").count(), 1, "{log}");
    assert_eq!(log.matches("takes it again").count(), 1, "{log}");
}

#[test]
fn what_is_refused_is_counted() {
    let collector = Collector::start();
    collector.is(Mood::Refuses);
    let keys = format!("Endpoint: '{}', {SIZES}, Logs: true", collector.grpc());
    let mut gateway = Gateway::start(&keys, &[]);
    gateway.tell("load 40");
    let failed = "otel_dropped_total{signal=\"traces\",reason=\"export_failed\"}";
    assert_eq!(gateway.metric_until(failed, |lost| lost == 40), 40);
    let failed = "otel_dropped_total{signal=\"logs\",reason=\"export_failed\"}";
    gateway.metric_until(failed, |lost| lost >= 40);
    let (_, log) = gateway.end();
    // Once for each signal, and not once for each batch; nor did saying so cause what is said.
    assert_eq!(log.matches("does not take it").count(), 2, "{log}");
}

#[test]
fn what_is_rejected_of_a_batch_is_counted_and_not_sent_again() {
    for batcher in ["otlpgrpc", "otlphttp"] {
        let collector = Collector::start();
        collector.is(Mood::TakesMost);
        let endpoint = match batcher {
            "otlpgrpc" => collector.grpc(),
            _ => collector.http(),
        };
        let keys = format!("Endpoint: '{endpoint}', Batcher: {batcher}, {SIZES}");
        let mut gateway = Gateway::start(&keys, &[]);
        gateway.tell("load 40");
        collector.wait("spans", |seen| (seen.spans.len() == 40).then_some(()));
        // One of each batch, of which there are three or more.
        let reason = "otel_dropped_total{signal=\"traces\",reason=\"rejected\"}";
        let mut all = [0, 0];
        for _ in 0..500 {
            all = [EXPORTED, reason].map(|name| gateway.metric(name));
            if all.iter().sum::<u64>() == 40 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(all.iter().sum::<u64>(), 40, "{all:?}");
        assert!(all[1] >= 3, "{all:?}");
        assert_eq!(dropped(&mut gateway).iter().sum::<u64>(), all[1]);
        let (_, log) = gateway.end();
        assert_eq!(collector.look(|seen| seen.spans.len()), 40);
        assert_eq!(log.matches("does not take it").count(), 1, "{log}");
        assert!(log.contains("it rejects 1 of "), "{log}");
        assert!(!log.contains("no more"), "{log}");
    }
}

#[test]
fn what_a_busy_collector_does_not_take_is_sent_again() {
    for batcher in ["otlpgrpc", "otlphttp"] {
        let collector = Collector::start();
        collector.is(Mood::IsBusy);
        let endpoint = match batcher {
            "otlpgrpc" => collector.grpc(),
            _ => collector.http(),
        };
        let keys = format!("Endpoint: '{endpoint}', Batcher: {batcher}, {SIZES}");
        let mut gateway = Gateway::start(&keys, &[]);
        gateway.tell("load 10");
        collector.wait("asked", |seen| (seen.busy > 0).then_some(()));
        collector.is(Mood::Takes);
        assert_eq!(gateway.metric_until(EXPORTED, |sent| sent == 10), 10);
        assert_eq!(dropped(&mut gateway), [0; 5], "{batcher}");
        gateway.end();

        // Not for ever: what is lost then makes room for what comes.
        collector.is(Mood::IsBusy);
        let mut gateway = Gateway::start(&keys, &[]);
        gateway.tell("load 10");
        gateway.metric_until(
            "otel_dropped_total{signal=\"traces\",reason=\"export_failed\"}",
            |lost| lost == 10,
        );
        gateway.end();
    }
}

#[test]
fn a_collector_that_comes_later_is_found() {
    let port = free_port();
    let keys = format!("Endpoint: '127.0.0.1:{port}', {SIZES}, OtlpTimeout: 500");
    let mut gateway = Gateway::start(&keys, &[]);
    gateway.tell("load 20");
    let lost = "otel_dropped_total{signal=\"traces\",reason=\"export_failed\"}";
    gateway.metric_until(lost, |lost| lost > 0);
    for _ in 0..2 {
        let collector = Collector::start_at(port);
        let before = gateway.metric(EXPORTED);
        // Those on their way when it comes may still be lost.
        for _ in 0..200 {
            gateway.tell("/orders/7 ");
            if gateway.metric(EXPORTED) > before {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        collector.wait("spans", |seen| (!seen.spans.is_empty()).then_some(()));
    }
    gateway.end();
}

#[test]
fn a_collector_that_hangs_does_not_keep_a_process() {
    let collector = Collector::start();
    collector.is(Mood::Hangs);
    let keys = format!("Endpoint: '{}', Logs: true", collector.grpc());
    let mut gateway = Gateway::start(&keys, &[]);
    gateway.tell("load 20");
    let (last, log) = gateway.end();
    let millis = last
        .strip_prefix("ended in ")
        .and_then(|rest| rest.strip_suffix(" ms"));
    let millis: u64 = millis.unwrap().parse().unwrap();
    assert!((4_000..9_000).contains(&millis), "{millis}");
    assert!(log.contains("gave up waiting"), "{log}");
}
