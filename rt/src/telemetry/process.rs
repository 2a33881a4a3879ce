//! What the operating system says about this process (Linux; elsewhere nothing).

use std::time::Duration;

/// Of `/proc/self`, whose times are counted a hundred times a second on every kernel that is in use.
const TICK: Duration = Duration::from_millis(10);

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// Bytes in memory, and of address space.
    pub(crate) resident: u64,
    pub(crate) virtual_size: u64,
    pub(crate) threads: u64,
    pub(crate) open_files: u64,
}

pub(crate) fn usage() -> Option<Usage> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count();
    // The one that lists them is open, too.
    let open_files = open_files.saturating_sub(1) as u64;
    parse(&stat, &status).map(|usage| Usage {
        open_files,
        ..usage
    })
}

/// `proc(5)`: the name of the command may hold spaces and brackets.
fn parse(stat: &str, status: &str) -> Option<Usage> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // The first behind the name is the third of all.
    let field = |number: usize| -> Option<u64> { fields.get(number - 3)?.parse().ok() };
    let ticks = |number: usize| -> Option<Duration> {
        Some(TICK * u32::try_from(field(number)?).unwrap_or(u32::MAX))
    };
    let kibibytes = status.lines().find_map(|line| {
        let value = line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?;
        value.trim().parse::<u64>().ok()
    });
    Some(Usage {
        user: ticks(14)?,
        system: ticks(15)?,
        resident: kibibytes.unwrap_or_default() * 1024,
        virtual_size: field(23)?,
        threads: field(20)?,
        open_files: 0,
    })
}
