//! What a file is called, after what it does.

use super::step::Made;

/// More than this is cut.
const LONGEST: usize = 48;

/// `add_note_to_orders`, `create_items`, `change_orders_items`.
pub(super) fn describe(made: &[Made]) -> String {
    let text = match made {
        [Made::Column(table, column)] => format!("add_{column}_to_{table}"),
        _ if made.iter().all(|it| matches!(it, Made::Table(_))) => {
            format!("create_{}", tables(made))
        }
        _ => format!("change_{}", tables(made)),
    };
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    let text: String = text.chars().map(plain).take(LONGEST).collect();
    text.trim_end_matches('_').to_owned()
}

fn tables(made: &[Made]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for it in made {
        let (Made::Table(name) | Made::Column(name, _) | Made::Change(name)) = it;
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "schema".to_owned(),
        [first, _, _, ..] => format!("{first}_and_{}_more", names.len() - 1),
        _ => names.join("_"),
    }
}
