//! Drives and measures order APIs.
//!
//! ```text
//! drive load --shape S --variant V --over http|grpc --to ADDRESS [--connections N] [--lanes N] [--seconds N]
//!            [--warm N] [--rate N] [--requests N] [--reads N] [--round N] [--pids PID,..]   one line of JSON for `drive table`
//! drive start --variant V --over http|grpc --to ADDRESS [--round N] -- COMMAND..   how long until it answers
//! drive receive ADDRESS                                                 an OTLP collector that counts spans
//! drive table FILE                                                      Markdown from those lines
//! ```

mod flags;
mod lane;
mod load;
mod process;
mod receive;
mod row;
mod start;
mod table;

use anyhow::{Context as _, bail};

use crate::flags::Flags;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mode = args.next().context("load, start, receive or table")?;
    // One thread: on a machine with few cores a driver that takes more would be measured too.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match mode.as_str() {
        "load" => runtime.block_on(load::run(&Flags::read(args)?)),
        "start" => runtime.block_on(start::run(&Flags::read(args)?)),
        "receive" => runtime.block_on(receive::run(&args.next().context("ADDRESS")?)),
        "table" => table::print(&args.next().context("FILE")?),
        other => bail!("{other}: no such mode"),
    }
}
