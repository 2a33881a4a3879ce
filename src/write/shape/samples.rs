//! What the tests hold against rustfmt.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::shape;

/// One item of each shape that there is.
pub(super) fn written() -> Vec<String> {
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
    items.into_values().map(str::to_owned).collect()
}

/// Numbers by lot, the same in each run of a test.
pub(super) struct Lot(pub(super) u64);

impl Lot {
    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % count
    }
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
