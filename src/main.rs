//! The `zgen` command.

use std::process::ExitCode;

use zgen::cli::{self, Console};

fn main() -> ExitCode {
    cli::run(std::env::args_os(), &mut Console::standard()).into()
}
