//! Rust names for described things: heck's case, keywords out of the way.

use std::collections::BTreeSet;

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};

/// Every word that rustc 1.95 refuses as a plain identifier in edition 2024 (The Rust Reference, Keywords).
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that may not be raw identifiers either.
const NEVER_RAW: &[&str] = &["_", "crate", "self", "super"];

/// A variable, field or function: `UserId` is `user_id`, `Type` is `r#type`.
pub(super) fn value(name: &str) -> String {
    escape(snake(name))
}

/// A module: as [`value`], but a raw identifier would make a file of another name.
pub(super) fn module(name: &str) -> String {
    let snake = snake(name);
    if KEYWORDS.contains(&snake.as_str()) || NEVER_RAW.contains(&snake.as_str()) {
        return format!("{snake}_");
    }
    leading_digit(snake)
}

/// A crate: `SectranAdmin` is `sectran-admin`, what cargo takes as it is stays.
pub(super) fn package(name: &str) -> String {
    let plain = name.replace('.', "-");
    if plain.contains(|c: char| c.is_ascii_uppercase()) {
        plain.to_kebab_case()
    } else {
        plain
    }
}

/// A type: `create_order_req` is `CreateOrderReq`.
pub(super) fn ty(name: &str) -> String {
    match words(name).to_upper_camel_case().as_str() {
        "Self" => "Self_".to_owned(),
        "" => "Unnamed".to_owned(),
        camel => leading_digit(camel.to_owned()),
    }
}

/// Gives each name once.
#[derive(Debug, Default)]
pub(super) struct Unique {
    taken: BTreeSet<String>,
    suffix: &'static str,
}

impl Unique {
    /// `suffix` is tried first where a name is taken, then numbers are.
    pub(super) fn with(taken: &[&str], suffix: &'static str) -> Self {
        Self {
            taken: taken.iter().map(|name| (*name).to_owned()).collect(),
            suffix,
        }
    }

    pub(super) fn take(&mut self, wanted: String) -> String {
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let plain = wanted.strip_prefix("r#").unwrap_or(&wanted);
        let plain = plain.trim_end_matches('_').to_owned();
        let mut name = wanted;
        let mut number = 1;
        while self.taken.contains(&name) {
            name = match (number, self.suffix) {
                (1, "") => format!("{plain}_2"),
                (1, suffix) => format!("{plain}{suffix}"),
                (number, _) => format!("{plain}_{number}"),
            };
            number += 1;
        }
        self.taken.insert(name.clone());
        name
    }
}

fn escape(snake: String) -> String {
    if NEVER_RAW.contains(&snake.as_str()) {
        return format!("{snake}_");
    }
    if KEYWORDS.contains(&snake.as_str()) {
        return format!("r#{snake}");
    }
    leading_digit(snake)
}

/// Of `_`, nothing is left.
fn snake(name: &str) -> String {
    let snake = words(name).to_snake_case();
    if snake.is_empty() {
        return "unnamed".to_owned();
    }
    snake
}

fn leading_digit(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// heck splits at what is not alphanumeric, but keeps what Rust does not take.
fn words(name: &str) -> String {
    let kept = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    name.chars().map(kept).collect()
}

/// Names that logic and servers import.
const TAKEN: &[&str] = &[
    "Box",
    "Claims",
    "Code",
    "Default",
    "Err",
    "Error",
    "Events",
    "Labels",
    "None",
    "Ok",
    "Option",
    "Replies",
    "Request",
    "Response",
    "Result",
    "ServiceContext",
    "Some",
    "Span",
    "Status",
    "Streaming",
    "String",
    "Vec",
];

/// Whether a message or enum of this name needs another one there.
pub(super) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_once() {
        let mut names = Unique::with(&["Request"], "Data");
        let wanted = ["Request", "RequestData", "User", "User", "User"];
        let taken = wanted.map(|name| names.take(name.to_owned()));
        assert_eq!(
            taken,
            [
                "RequestData",
                "RequestDataData",
                "User",
                "UserData",
                "User_2"
            ]
        );
        let mut names = Unique::default();
        let wanted = ["r#type", "r#type", "self_", "self_", "id"];
        let taken = wanted.map(|name| names.take(name.to_owned()));
        assert_eq!(taken, ["r#type", "type_2", "self_", "self_2", "id"]);
    }

    #[test]
    fn names() {
        let cases = [
            ("UserId", "user_id", "user_id", "UserId"),
            ("type", "r#type", "type_", "Type"),
            ("Self", "self_", "self_", "Self_"),
            ("gen", "r#gen", "gen_", "Gen"),
            ("_", "unnamed", "unnamed", "Unnamed"),
            ("2fa", "_2fa", "_2fa", "_2fa"),
            ("user-info.v1", "user_info_v1", "user_info_v1", "UserInfoV1"),
        ];
        for (name, as_value, as_module, as_type) in cases {
            assert_eq!(value(name), as_value);
            assert_eq!(module(name), as_module);
            assert_eq!(ty(name), as_type);
        }
    }
}
