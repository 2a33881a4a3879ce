//! A text that is nobody's business.

use std::fmt;
use std::hint::black_box;

use serde::Deserialize;

/// Shown nowhere, and compared in constant time.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes as long for a guess that is nearly right as for one that is not; only the length shows.
    pub fn is(&self, guess: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let pairs = own.iter().zip(guess);
        let difference = pairs.fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
        own.len() == guess.len() && difference == 0 && !own.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
