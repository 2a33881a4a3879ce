//! "Did you mean": the nearest of the names that would have been right.

/// The closest candidate, if it is close enough to be a slip of the finger.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A quarter of the word may be wrong; in short words one letter.
    let limit = (written.chars().count() / 4).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != written)
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// [`nearest`] as a help line.
pub fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|found| format!("did you mean `{found}`?"))
}

fn distance(written: &str, candidate: &str) -> usize {
    if written.eq_ignore_ascii_case(candidate) {
        return 0;
    }
    strsim::damerau_levenshtein(written, candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_nothing_else() {
        let candidates = ["prefix", "group", "middleware", "jwt"];
        for (written, expected) in [
            ("prefx", Some("prefix")),
            ("Prefix", Some("prefix")),
            ("gruop", Some("group")),
            ("middlewares", Some("middleware")),
            ("jwt", None),
            ("summary", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written, candidates), expected, "{written}");
        }
    }
}
