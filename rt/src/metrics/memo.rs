//! What each thread has looked up before: the series of a route and a status are the same for most requests, and to find
//! them by hashing all of their labels costs more than to count.

/// Series of one kind, those that are asked for most often near the front.
#[derive(Debug)]
pub(super) struct Memo<T>(Vec<T>);

/// What a thread remembers: more is forgotten and looked up again.
const MOST: usize = 128;

impl<T> Memo<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn get(&mut self, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &T {
        let at = match self.0.iter().position(is_it) {
            Some(at) => {
                // Halfway to the front each time.
                self.0.swap(at, at / 2);
                at / 2
            }
            None => {
                if self.0.len() >= MOST {
                    self.0.clear();
                }
                self.0.push(make());
                self.0.len() - 1
            }
        };
        &self.0[at]
    }
}
