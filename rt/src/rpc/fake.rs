//! Services that answer what a test tells them: the generated `Fake..` types are made of these.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tonic::{Status, Streaming};

use super::Replies;

type Answer<Q, A> = Arc<dyn Fn(&Q) -> Result<A, Status> + Send + Sync>;

/// One method of a fake service: what it answers, and what it has been asked. Clones share both.
pub struct Canned<Q, A> {
    method: &'static str,
    state: Arc<Mutex<State<Q, A>>>,
}

struct State<Q, A> {
    answer: Option<Answer<Q, A>>,
    calls: Vec<Q>,
}

impl<Q, A> Canned<Q, A> {
    /// A method that answers UNIMPLEMENTED until it is told otherwise.
    pub fn new(method: &'static str) -> Self {
        let state = State {
            answer: None,
            calls: Vec::new(),
        };
        Self {
            method,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Answers every call from now on with this.
    pub fn returns(&self, answer: A)
    where
        A: Clone + Send + Sync + 'static,
    {
        self.answers(move |_| Ok(answer.clone()));
    }

    /// Fails every call from now on.
    pub fn fails(&self, status: Status) {
        self.answers(move |_| Err(status.clone()));
    }

    /// Answers every call from now on by a function of the request.
    pub fn answers(&self, answer: impl Fn(&Q) -> Result<A, Status> + Send + Sync + 'static) {
        self.state().answer = Some(Arc::new(answer));
    }

    /// The requests so far, in the order in which they came.
    pub fn calls(&self) -> Vec<Q>
    where
        Q: Clone,
    {
        self.state().calls.clone()
    }

    /// Remembers the request and answers it.
    pub fn call(&self, request: Q) -> Result<A, Status>
    where
        Q: Clone,
    {
        let answer = {
            let mut state = self.state();
            state.calls.push(request.clone());
            state.answer.clone()
        };
        // Not under the lock: the answer may look at the calls.
        match answer {
            Some(answer) => answer(&request),
            None => Err(Status::unimplemented(format!(
                "the fake was not told what {} answers",
                self.method
            ))),
        }
    }

    /// A test that has failed with the lock in its hands has failed already.
    fn state(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Clone for Canned<Q, A> {
    fn clone(&self) -> Self {
        Self {
            method: self.method,
            state: Arc::clone(&self.state),
        }
    }
}

impl<Q, A> fmt::Debug for Canned<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canned")
            .field("method", &self.method)
            .field("calls", &self.state().calls.len())
            .finish_non_exhaustive()
    }
}

/// All messages that a caller streams.
pub async fn collect<T>(mut requests: Streaming<T>) -> Result<Vec<T>, Status> {
    let mut all = Vec::new();
    while let Some(request) = requests.message().await? {
        all.push(request);
    }
    Ok(all)
}

/// The messages as a stream.
pub fn stream_of<T: Send + 'static>(replies: Vec<T>) -> Replies<T, Status> {
    Box::pin(futures_util::stream::iter(replies.into_iter().map(Ok)))
}
