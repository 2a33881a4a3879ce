//! The body of a call that may be made again: what has been sent of it is kept.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;

/// A larger body is sent once, as gRPC has it by default.
const MOST: usize = 256 * 1024;

/// What is sent, and sent again.
pub(super) struct Replay(Arc<Mutex<Kept>>);

struct Kept {
    rest: Body,
    sent: Vec<Bytes>,
    size: usize,
    is_over: bool,
    /// Which body is the current one; those before it are of attempts that are over.
    current: u32,
}

impl Replay {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            rest: body,
            sent: Vec::new(),
            size: 0,
            is_over: false,
            current: 0,
        })))
    }

    /// The whole body from its start; the one before it ends.
    pub(super) fn body(&self) -> Body {
        let mut kept = lock(&self.0);
        kept.current += 1;
        Body::new(Sent {
            kept: Arc::clone(&self.0),
            number: kept.current,
            at: 0,
        })
    }

    /// Whether all that has been sent is still there.
    pub(super) fn can_repeat(&self) -> bool {
        !lock(&self.0).is_over
    }
}

/// The body of one attempt.
struct Sent {
    kept: Arc<Mutex<Kept>>,
    number: u32,
    at: usize,
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let mut kept = lock(&this.kept);
        if kept.current != this.number {
            return Poll::Ready(None);
        }
        if let Some(data) = kept.sent.get(this.at) {
            this.at += 1;
            return Poll::Ready(Some(Ok(Frame::data(data.clone()))));
        }
        let frame = ready!(Pin::new(&mut kept.rest).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && !kept.is_over
        {
            kept.size += data.len();
            kept.is_over = kept.size > MOST;
            if kept.is_over {
                kept.sent.clear();
            } else {
                kept.sent.push(data.clone());
                this.at += 1;
            }
        }
        Poll::Ready(frame)
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
