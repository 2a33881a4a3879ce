//! Against rustfmt itself.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::super::rustfmt;
use super::*;

/// Other letters of the same classes.
fn disguised(item: &str, random: &mut u64) -> Option<String> {
    let wanted = shape(item)?;
    for _ in 0..50 {
        let mut other = |byte: u8| {
            *random = random
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            let (from, count) = match byte {
                b'0'..=b'9' => (b'0', 10),
                b'A'..=b'Z' => (b'A', 26),
                _ => (b'a', 26),
            };
            from + u8::try_from((*random >> 33) % count).unwrap_or_default()
        };
        let text = String::from_utf8(masked(item, &mut other)?).ok()?;
        // Not where a name has become a keyword.
        if shape(&text).as_ref() == Some(&wanted) {
            return Some(text);
        }
    }
    None
}

/// The Rust texts that zgen is expected to write, and its own.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    let mut folders: Vec<Utf8PathBuf> = vec!["fixtures/projects".into(), "src".into()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().expect("a folder").flatten() {
            let path = entry.into_path();
            if path.is_dir() && path.file_name() != Some("zgen-rt") {
                folders.push(path);
            } else if path.extension() == Some("rs") && !path.as_str().ends_with(".pb.rs") {
                texts.push(std::fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    texts.sort();
    texts
}

#[test]
fn items_of_one_shape_are_laid_out_alike() {
    let texts = texts();
    let mut items: BTreeMap<String, &str> = BTreeMap::new();
    for text in &texts {
        // Documentation of a file stands at its top only.
        let documented = |text: &&str| text.starts_with("//!") || text.starts_with("#!");
        let mut text = text.as_str();
        while let Some((_, rest)) = text.split_once("\n\n").filter(|_| documented(&text)) {
            text = rest;
        }
        for item in super::items(text).into_iter().flatten() {
            if let Some(shape) = shape(item) {
                items.entry(shape).or_insert(item);
            }
        }
    }
    assert!(items.len() > 1000, "only {} shapes", items.len());
    // A large prime, so that the letters of each run of this are the same.
    let mut random = 1_000_003;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (number, item) in items.values().enumerate() {
        // What is laid out well, and some of it on lines that are too long or too short for it; a comment would not
        // stay one.
        let kinds = if number % 4 > 0 || item.contains("//") {
            1
        } else {
            3
        };
        for kind in 0..kinds {
            let item = match kind {
                0 => (*item).to_owned(),
                1 => item.replace(",\n        ", ", "),
                _ => item.replace(", ", ",\n        "),
            };
            if let Some(other) = disguised(&item, &mut random) {
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
