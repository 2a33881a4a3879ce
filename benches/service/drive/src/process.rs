//! What processes use, by `/proc`.

use std::fs;

use anyhow::Context as _;

/// `/proc/PID/stat` counts in hundredths of a second (proc_pid_stat(5)).
const TICKS: f64 = 100.0;

pub struct Processes(Vec<u32>);

impl Processes {
    /// `12,34`
    pub fn of(list: &str) -> anyhow::Result<Self> {
        let pids = list.split(',').filter(|pid| !pid.is_empty());
        let pids = pids.map(|pid| pid.parse().with_context(|| format!("--pids {pid}")));
        Ok(Self(pids.collect::<anyhow::Result<_>>()?))
    }

    /// Seconds of processor time of each so far.
    pub fn cpu(&self) -> anyhow::Result<Vec<f64>> {
        self.0.iter().map(|pid| cpu(*pid)).collect()
    }

    /// Megabytes of memory of each now.
    pub fn rss(&self) -> anyhow::Result<Vec<f64>> {
        self.0.iter().map(|pid| rss(*pid)).collect()
    }
}

fn cpu(pid: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program, in parentheses, may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat")?;
    let mut times = fields.split_whitespace().skip(11);
    let mut time = || anyhow::Ok(times.next().context("/proc/PID/stat")?.parse::<f64>()?);
    Ok((time()? + time()?) / TICKS)
}

pub fn rss(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.context("VmRSS")?.parse::<f64>()? / 1024.0)
}
