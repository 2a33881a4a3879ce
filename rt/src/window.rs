//! Counts of the last seconds in slots of equal width (go-zero's `core/collection/rollingwindow.go`), without a
//! lock: a slot is one word that holds its number beside its count, and whoever comes first in a new round of it
//! starts it again.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// `N` slots; which slot is now is the caller's to say, so that several windows share one look at the clock.
#[derive(Debug)]
pub(crate) struct Window<const N: usize>([AtomicU64; N]);

impl<const N: usize> Window<N> {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    pub(crate) fn add(&self, slot: u32, amount: u32) {
        let step = |word| {
            let (number, count) = split(word);
            match number.cmp(&slot) {
                std::cmp::Ordering::Less => Some(join(slot, amount)),
                std::cmp::Ordering::Equal => Some(join(slot, count.saturating_add(amount))),
                // Whoever was interrupted for a whole round adds to what nobody reads any more.
                std::cmp::Ordering::Greater => None,
            }
        };
        // An `Err` is the last case.
        let _ = self.word(slot).fetch_update(Relaxed, Relaxed, step);
    }

    /// What was counted in a slot, if the window still has it.
    pub(crate) fn get(&self, slot: u32) -> u32 {
        let (number, count) = split(self.word(slot).load(Relaxed));
        if number == slot { count } else { 0 }
    }

    fn word(&self, slot: u32) -> &AtomicU64 {
        &self.0[slot as usize % N]
    }
}

/// The number of the slot at a time since some start.
pub(crate) fn slot(at: Duration, width: Duration) -> u32 {
    // Not in 128 bits, which take long to divide.
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let number = millis(at) / millis(width).max(1);
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[allow(clippy::cast_possible_truncation)]
fn split(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}

fn join(number: u32, count: u32) -> u64 {
    u64::from(number) << 32 | u64::from(count)
}
