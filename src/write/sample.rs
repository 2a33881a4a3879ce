//! The order sample's descriptions, on disk.

use std::io;

use camino::Utf8Path;

use super::create::create;

const FILES: [(&str, &str); 3] = [
    ("order.api", include_str!("../../fixtures/order.api")),
    ("order.proto", include_str!("../../fixtures/order.proto")),
    ("order.sql", include_str!("../../fixtures/order.sql")),
];

/// Puts `order.api`, `order.proto` and `order.sql` into `dir`. Files that are there already stay.
pub fn sample(dir: &Utf8Path) -> io::Result<()> {
    for (name, text) in FILES {
        create(&dir.join(name), text)?;
    }
    Ok(())
}
