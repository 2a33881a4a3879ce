//! Secrets for one session on one machine: no file holds them, so none is known in production.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

/// A value for each variable, another one each time.
pub(super) fn made_up(variables: &[String]) -> BTreeMap<String, String> {
    let make_up = |name: &String| (name.clone(), secret());
    variables.iter().map(make_up).collect()
}

/// 256 bits in hexadecimal, by hash functions whose keys the system has drawn: enough for tokens that live as long
/// as a session of development.
fn secret() -> String {
    let part = |number: u8| format!("{:016x}", RandomState::new().hash_one(number));
    (0..4).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::made_up;

    #[test]
    fn no_two_are_the_same() {
        let names = ["A", "B"].map(str::to_owned);
        let (first, second) = (made_up(&names), made_up(&names));
        assert_eq!(first["A"].len(), 64);
        assert_ne!(first["A"], first["B"]);
        assert_ne!(first["A"], second["A"]);
    }
}
