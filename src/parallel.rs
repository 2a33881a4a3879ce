//! Work on all processors.

use std::sync::OnceLock;

use rayon::prelude::*;

/// Items that are not worth being handed over.
const FEW: usize = 16;

/// `work` over all items, results in their order.
pub(crate) fn map<'t, T: Sync, R: Send>(
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync + Send,
) -> Vec<R> {
    some_at_once(FEW, items, work)
}

/// The same over items of which one alone may be worth it.
pub(crate) fn each<'t, T: Sync, R: Send>(
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync + Send,
) -> Vec<R> {
    some_at_once(1, items, work)
}

fn some_at_once<'t, T: Sync, R: Send>(
    count: usize,
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync + Send,
) -> Vec<R> {
    if processors() < 2 || items.len() <= count {
        return items.iter().map(work).collect();
    }
    // Left alone it makes few pieces, of which one may take as long as all others.
    let pieces = items.par_iter().with_min_len(count).with_max_len(count);
    pieces.map(work).collect()
}

/// Those that this process may use.
pub(crate) fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    let count = || std::thread::available_parallelism().map_or(1, usize::from);
    *PROCESSORS.get_or_init(count)
}

/// Two pieces of work side by side.
pub(crate) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if processors() < 2 {
        return (one(), other());
    }
    rayon::join(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0, 1, FEW, FEW + 1, 10 * FEW + 3] {
            let items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, |item| item * 2), expected, "{count}");
            assert_eq!(each(&items, |item| item * 2), expected, "{count}");
        }
    }
}
