//! Names that become crates.

/// What cargo or the standard library keep for themselves.
const RESERVED: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc_macro",
    "std",
    "test",
];

/// Rust's keywords, those kept for later included.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Why a name cannot be that of a crate, if it cannot.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    if KEYWORDS.contains(&name) {
        return Some("it is a keyword of Rust");
    }
    if RESERVED.contains(&name) {
        return Some("cargo keeps that name for itself");
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(is_plain) {
        return Some("crate names have only letters, digits, `-` and `_`, all of them ASCII");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn names() {
        for (name, ok) in [
            ("order-api", true),
            ("shop.order.v1", true),
            ("test", false),
            ("deps", false),
            ("type", false),
            ("gen", false),
            ("订单", false),
            ("a$b", false),
            ("testing", true),
        ] {
            assert_eq!(refused(name).is_none(), ok, "{name}");
        }
    }
}
