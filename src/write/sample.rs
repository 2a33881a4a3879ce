//! The order sample's descriptions, on disk.

use std::fs;
use std::io;

use camino::Utf8Path;

const FILES: [(&str, &str); 3] = [
    ("order.api", include_str!("../../fixtures/order.api")),
    ("order.proto", include_str!("../../fixtures/order.proto")),
    ("order.sql", include_str!("../../fixtures/order.sql")),
];

/// Puts `order.api`, `order.proto` and `order.sql` into `dir`. Files that are there already stay.
pub fn sample(dir: &Utf8Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (name, text) in FILES {
        match fs::File::create_new(dir.join(name)) {
            Ok(mut file) => io::Write::write_all(&mut file, text.as_bytes())?,
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}
