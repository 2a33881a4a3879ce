//! Calls that never left this process are made again elsewhere: the transparent retry of gRPC's proposal A6, which needs
//! nobody's permission because no service has seen the call.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};

/// A call is tried on so many instances at most: more is a matter for its caller.
pub(super) const MAX_ATTEMPTS: u32 = 3;

/// What is kept of a body while the transport has it.
#[derive(Debug)]
pub(super) struct Kept(Arc<Mutex<Option<Body>>>);

/// The body as the transport gets it. It is taken from what is kept when its first byte is asked for.
#[derive(Debug)]
struct Lent {
    kept: Arc<Mutex<Option<Body>>>,
    taken: Option<Body>,
}

/// The body for the transport, and what brings it back if the transport has not begun with it.
pub(super) fn lend(body: Body) -> (Body, Kept) {
    let kept = Arc::new(Mutex::new(Some(body)));
    let lent = Lent {
        kept: Arc::clone(&kept),
        taken: None,
    };
    (Body::new(lent), Kept(kept))
}

impl Kept {
    /// `None` if the transport has begun: the message may have arrived.
    pub(super) fn unsent(self) -> Option<Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Lent {
    /// Asks the body wherever it is; before and after its time there is nothing to ask.
    fn ask<T: Default>(&self, question: impl FnOnce(&Body) -> T) -> T {
        if let Some(body) = &self.taken {
            return question(body);
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(question).unwrap_or_default()
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.taken.is_none() {
            let mut kept = this.kept.lock().unwrap_or_else(PoisonError::into_inner);
            this.taken = kept.take();
        }
        match &mut this.taken {
            Some(body) => Pin::new(body).poll_frame(cx),
            // The call is made elsewhere by now.
            None => Poll::Ready(Some(Err(Status::new(Code::Cancelled, "made elsewhere")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ask(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.ask(HttpBody::size_hint)
    }
}
