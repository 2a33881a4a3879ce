//! Against rustfmt itself.

use super::super::rustfmt;
use super::samples::{Lot, written};
use super::*;

/// Other letters of the same classes.
fn disguised(item: &str, lot: &mut Lot) -> Option<String> {
    let wanted = shape(item)?;
    for _ in 0..50 {
        let mut other = |byte: u8| {
            let (from, count) = match byte {
                b'0'..=b'9' => (b'0', 10),
                b'A'..=b'Z' => (b'A', 26),
                _ => (b'a', 26),
            };
            from + u8::try_from(lot.below(count)).unwrap_or_default()
        };
        let text = masked(item, &mut other)?.text;
        // Not where a name has become a keyword.
        if shape(&text).as_ref() == Some(&wanted) {
            return Some(text);
        }
    }
    None
}

#[test]
fn items_of_one_shape_are_laid_out_alike() {
    let items = written();
    // A large prime, so that the letters of each run of this are the same.
    let mut lot = Lot(1_000_003);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        // What is laid out well, and some of it on lines that are too long or too short for it; a comment would not
        // stay one.
        let kinds = if number % 4 > 0 || item.contains("//") {
            1
        } else {
            3
        };
        for kind in 0..kinds {
            let item = match kind {
                0 => item.clone(),
                1 => item.replace(",\n        ", ", "),
                _ => item.replace(", ", ",\n        "),
            };
            if let Some(other) = disguised(&item, &mut lot) {
                pairs.push((item, other));
            }
        }
    }
    let ask = |which: fn(&(String, String)) -> &str| {
        let texts: Vec<&str> = pairs.iter().map(which).collect();
        let answers = rustfmt::all(&texts, "edition = \"2024\"");
        let answers = texts.into_iter().zip(answers);
        answers
            .map(|(text, now)| Some(now? == text))
            .collect::<Vec<_>>()
    };
    let (one, other) = (ask(|pair| &pair.0), ask(|pair| &pair.1));
    if one.iter().all(Option::is_none) {
        // Without rustfmt there is nothing to be held against.
        return;
    }
    let mut counts = [0, 0];
    for ((one, other), (text, disguise)) in one.iter().zip(&other).zip(&pairs) {
        // What rustfmt cannot read, zgen does not print.
        let (Some(one), Some(other)) = (one, other) else {
            continue;
        };
        assert_eq!(one, other, "{text}\n---\n{disguise}");
        counts[usize::from(*one)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 40), "{counts:?}");
}

#[test]
fn what_decides_is_in_the_shape() {
    let same = [
        ("fn ab(c: D) {}\n", "fn xy(z: Q) {}\n"),
        (
            "/// About it\nfn a() {}\n",
            "/// About something longer\nfn b() {}\n",
        ),
        ("const A: &str = \"a/b\";\n", "const B: &str = \"x/y\";\n"),
    ];
    for (one, other) in same {
        assert_eq!(shape(one), shape(other), "{one}{other}");
        assert!(shape(one).is_some(), "{one}");
    }
    let different = [
        ("fn ab() {}\n", "fn abc() {}\n"),
        ("fn a() {\n    // b\n}\n", "fn a() {\n    // bc\n}\n"),
        ("use b::c;\nuse d::e;\n", "use d::c;\nuse b::e;\n"),
        ("mod a;\nmod b;\n", "mod b;\nmod a;\n"),
        ("const A: B = if(c);\n", "const A: B = of(c);\n"),
        ("fn a() { b!(c) }\n", "fn a() { d!(c) }\n"),
        ("#[a]\nfn b() {}\n", "#[c]\nfn b() {}\n"),
        ("fn a() {}\n", "fn  a() {}\n"),
    ];
    for (one, other) in different {
        assert_ne!(shape(one), shape(other), "{one}{other}");
    }
    let unknown = [
        "/* a */\n",
        "const A: &str = \"\n\";\n",
        "const A: &str = r\"a\";\n",
        "fn a() {\n",
        "}\n",
    ];
    for text in unknown {
        assert_eq!(shape(text), None, "{text}");
    }
}
