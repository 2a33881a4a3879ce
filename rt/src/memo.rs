//! What each thread has looked up or made before: most requests are like others, and to find the series of one by hashing
//! all of its labels costs more than to count it.

/// Those that are asked for most often stand near the front.
#[derive(Debug)]
pub(crate) struct Memo<T>(Vec<T>);

/// What a thread remembers: more is forgotten and made again.
const MOST: usize = 128;

impl<T> Memo<T> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn get(&mut self, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &T {
        let at = if let Some(at) = self.0.iter().position(is_it) {
            // Halfway to the front each time.
            self.0.swap(at, at / 2);
            at / 2
        } else {
            if self.0.len() >= MOST {
                self.0.clear();
            }
            self.0.push(make());
            self.0.len() - 1
        };
        &self.0[at]
    }
}
