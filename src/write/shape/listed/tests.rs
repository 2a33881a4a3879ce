//! Against rustfmt itself.

use super::super::super::rustfmt;
use super::*;

struct Lot(u64);

impl Lot {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % count
    }

    fn one<'t>(&mut self, all: &[&'t str]) -> &'t str {
        let at = usize::try_from(self.below(all.len() as u64)).unwrap_or_default();
        all[at]
    }

    fn name(&mut self) -> String {
        let mut name = self
            .one(&["a", "b", "B", "x", "Order", "order", "get"])
            .to_owned();
        for _ in 0..self.below(4) {
            name += self.one(&[
                "a", "A", "_", "1", "2", "10", "0", "01", "_b", "Req", "item", "_item",
            ]);
        }
        name
    }

    fn path(&mut self) -> String {
        let mut path = self
            .one(&["self::", "super::", "crate::", "", "", ""])
            .to_owned();
        for _ in 0..self.below(3) {
            path += &self.name();
            path += "::";
        }
        path
    }

    fn statement(&mut self, keyword: &str) -> String {
        let head = self.one(&["", "", "pub ", "pub(crate) "]);
        if keyword == "mod" {
            return format!("{head}mod {};\n", self.name());
        }
        let path = self.path();
        let mut names: Vec<String> = (0..self.below(18)).map(|_| self.name()).collect();
        if !path.is_empty() && self.below(4) == 0 {
            names.push("self".to_owned());
        }
        names.sort_by(|a, b| style::by_path(a, b));
        names.dedup();
        if names.len() < 2 || path.is_empty() {
            return format!("{head}use {path}{};\n", self.name());
        }
        let one = format!("{head}use {path}{{{}}};\n", names.join(", "));
        if one.len() <= MAX_WIDTH {
            return one;
        }
        let lines: Vec<String> = style::fill(&names)
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect();
        format!("{head}use {path}{{\n{}}};\n", lines.concat())
    }

    fn item(&mut self) -> String {
        let keyword = if self.below(8) == 0 { "mod" } else { "use" };
        let mut all: Vec<String> = (0..=self.below(5))
            .map(|_| self.statement(keyword))
            .collect();
        let key = |text: &str| {
            text.split_once(&format!("{keyword} "))
                .map(|(_, path)| path.replace(";\n", ""))
                .unwrap_or_default()
        };
        all.sort_by(|a, b| {
            if keyword == "mod" {
                style::by_letters(&key(a), &key(b))
            } else {
                style::by_path(&key(a), &key(b))
            }
        });
        all.dedup_by(|a, b| key(a) == key(b));
        // Some of them are not as they should be.
        if self.below(4) == 0 {
            all.reverse();
        }
        if self.below(4) == 0 {
            all = all
                .iter()
                .map(|text| text.replace(", ", ",\n    "))
                .collect();
        }
        all.concat()
    }
}

#[test]
fn rustfmt_leaves_what_is_settled() {
    let mut lot = Lot(7);
    let items: Vec<String> = (0..1500).map(|_| lot.item()).collect();
    let texts: Vec<&str> = items.iter().map(String::as_str).collect();
    let mut counts = [0, 0];
    for (text, now) in texts.iter().zip(rustfmt::all(&texts, "edition = \"2024\"")) {
        let is_settled = is_settled(text);
        if let Some(now) = now {
            assert!(!is_settled || now == **text, "{text}---\n{now}");
        }
        counts[usize::from(is_settled)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 200), "{counts:?}");
}

#[test]
fn what_is_not_certain_is_not_settled() {
    let settled = [
        "use a;\n",
        "mod a;\nmod b;\nuse c::{A, b};\n",
        "pub(crate) use self::a::{self, B};\n",
    ];
    for text in settled {
        assert!(is_settled(text), "{text}");
    }
    let unsettled = [
        "",
        "use a",
        "use a;",
        "use  a;\n",
        "use a::*;\n",
        "use a as b;\n",
        "use r#type;\n",
        "use {a, b};\n",
        "use a::{b};\n",
        "use a::{b, b};\n",
        "use a::{B, c::D};\n",
        "use a::{c, b};\n",
        "use a::{b,\n    c};\n",
        "use b;\nuse a;\n",
        "use a;\n// b\nuse c;\n",
        "#[cfg(test)]\nmod tests;\n",
        "mod a {}\n",
        "pub(super) mod a;\n",
        "fn a() {}\n",
        "use a::\u{e9};\n",
    ];
    for text in unsettled {
        assert!(!is_settled(text), "{text}");
    }
}
