//! Between what a request leaves behind and the collector: a bounded queue and one task that sends batches
//! (OTel SDK specification, batching processor). The SDK's own keeps its losses to itself and needs a thread.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkError;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::flow::{Flow, Loss};

/// What waits, in the order in which it came.
pub(crate) trait Waiting: Default + Send + 'static {
    type Item<'i>;

    fn len(&self) -> usize;
    fn add(&mut self, item: Self::Item<'_>);
    /// Those that came first.
    fn take(&mut self, most: usize) -> Self;
}

impl<T: Send + 'static> Waiting for VecDeque<T> {
    type Item<'i> = T;

    fn len(&self) -> usize {
        self.len()
    }

    fn add(&mut self, item: T) {
        self.push_back(item);
    }

    fn take(&mut self, most: usize) -> Self {
        let count = self.len().min(most);
        self.drain(..count).collect()
    }
}

/// Sends one batch.
pub(crate) trait Export<W>: Send + Sync + 'static {
    /// Answers how many of it are rejected.
    fn export(&self, batch: W) -> impl Future<Output = Result<usize, OTelSdkError>> + Send;
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Items that wait at most.
    pub(crate) queue: usize,
    pub(crate) batch: usize,
    /// How long an item waits for others.
    pub(crate) delay: Duration,
    /// How long one batch may take.
    pub(crate) export: Duration,
}

/// Taking an item costs one short lock and never waits for the network.
pub(crate) struct Queue<W> {
    shared: Arc<Shared<W>>,
    sender: Mutex<Option<JoinHandle<()>>>,
}

struct Shared<W> {
    waiting: Mutex<W>,
    /// A batch is full, or the queue is closed.
    wake: Notify,
    is_closed: AtomicBool,
    limits: Limits,
    flow: &'static Flow,
}

impl<W> fmt::Debug for Queue<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

impl<W: Waiting> Queue<W> {
    /// Call it inside the tokio runtime.
    pub(crate) fn start(exporter: impl Export<W>, limits: Limits, flow: &'static Flow) -> Self {
        flow.set_capacity(limits.queue);
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            wake: Notify::new(),
            is_closed: AtomicBool::new(false),
            limits,
            flow,
        });
        let sender = tokio::spawn(send(Arc::clone(&shared), exporter));
        Self {
            shared,
            sender: Mutex::new(Some(sender)),
        }
    }

    /// Whether an item may be taken, or is lost: what a full queue has no room for need not be made.
    pub(crate) fn has_room(&self) -> bool {
        let shared = &self.shared;
        let loss = if shared.is_closed.load(Ordering::Relaxed) {
            Loss::Shutdown
        } else if shared.flow.waiting() >= shared.limits.queue as u64 {
            Loss::QueueFull
        } else {
            return true;
        };
        shared.flow.lose(loss, 1);
        false
    }

    /// Takes an item, if it [has room](Self::has_room).
    pub(crate) fn push(&self, item: W::Item<'_>) {
        let shared = &self.shared;
        let mut waiting = shared.lock();
        if waiting.len() >= shared.limits.queue {
            drop(waiting);
            return shared.flow.lose(Loss::QueueFull, 1);
        }
        waiting.add(item);
        let length = waiting.len();
        // Under the lock, or it could say for ever what was so a moment ago.
        shared.flow.set_waiting(length);
        drop(waiting);
        if length == shared.limits.batch {
            shared.wake.notify_one();
        }
    }

    /// Sends what is left, and gives up after `limit`.
    pub(crate) async fn close(&self, limit: Duration) {
        self.shared.is_closed.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
        let sender = self.sender.lock();
        let sender = sender.unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut sender) = sender else { return };
        let is_late = tokio::time::timeout(limit, &mut sender).await.is_err();
        sender.abort();
        let left = self.shared.take(usize::MAX).len();
        self.shared.flow.lose(Loss::Shutdown, left);
        if is_late {
            let signal = self.shared.flow.signal;
            tracing::warn!(signal, left, "gave up waiting for the collector");
        }
    }
}

impl<W: Waiting> Shared<W> {
    fn lock(&self) -> MutexGuard<'_, W> {
        // A panic cannot leave half an item behind.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, most: usize) -> W {
        let mut waiting = self.lock();
        let taken = waiting.take(most);
        self.flow.set_waiting(waiting.len());
        taken
    }
}

async fn send<W: Waiting>(shared: Arc<Shared<W>>, exporter: impl Export<W>) {
    let Limits { batch, delay, .. } = shared.limits;
    let mut is_failing = false;
    loop {
        let is_closing = shared.is_closed.load(Ordering::Relaxed);
        let mut left = shared.lock().len();
        if !is_closing && left < batch {
            tokio::select! {
                () = shared.wake.notified() => {}
                () = tokio::time::sleep(delay) => {}
            }
            left = shared.lock().len();
        }
        // What comes meanwhile has its own turn.
        while left > 0 {
            let taken = shared.take(batch.min(left));
            left -= taken.len();
            let result = export(&shared, &exporter, taken).await;
            report(shared.flow.signal, result.err(), &mut is_failing);
        }
        if is_closing {
            return;
        }
    }
}

async fn export<W: Waiting>(
    shared: &Shared<W>,
    exporter: &impl Export<W>,
    batch: W,
) -> Result<(), String> {
    let count = batch.len();
    let done = tokio::time::timeout(shared.limits.export, exporter.export(batch)).await;
    let (loss, error) = match done {
        Ok(Ok(rejected)) => {
            let rejected = rejected.min(count);
            shared.flow.sent(count - rejected);
            if rejected == 0 {
                return Ok(());
            }
            shared.flow.lose(Loss::Rejected, rejected);
            return Err(format!("it rejects {rejected} of {count}"));
        }
        Ok(Err(error @ OTelSdkError::Timeout(_))) => (Loss::Timeout, error.to_string()),
        Ok(Err(error)) => (Loss::Failed, error.to_string()),
        Err(_) => (Loss::Timeout, "no answer in time".to_owned()),
    };
    shared.flow.lose(loss, count);
    Err(error)
}

/// Says it once when it begins and once when it is over: a collector that is down must not fill the log.
pub(super) fn report(signal: &str, error: Option<String>, is_failing: &mut bool) {
    match error {
        Some(error) if !*is_failing => {
            *is_failing = true;
            tracing::warn!(
                signal,
                error,
                "the collector does not take it: it is dropped"
            );
        }
        None if *is_failing => {
            *is_failing = false;
            tracing::info!(signal, "the collector takes it again");
        }
        _ => {}
    }
}
