//! `zgen dev`: builds and runs every service of a generated workspace beside a small OTLP receiver, and prints
//! each trace as a tree.
//!
//! [`receiver`], [`tree`] and [`fleet`] are also what the end-to-end tests stand on.

pub mod cargo;
mod client;
mod decode;
pub mod fleet;
mod interrupt;
mod output;
pub mod ports;
pub mod process;
pub mod receiver;
pub mod render;
mod sample;
mod secret;
pub mod services;
pub mod settings;
pub mod span;
#[cfg(test)]
mod testing;
mod text;
pub mod traces;
pub mod tree;

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use self::cargo::Build;
use self::fleet::{Fleet, Happening};
use self::interrupt::Interrupt;
use self::ports::Launch;
use self::receiver::Receiver;
use self::services::{Role, Service};
use self::traces::Traces;

/// Where the sample goes unless a directory is named: below `target/`, which nobody commits.
const SAMPLE_DIR: &str = "target/zgen-sample";
/// Between two looks at what has arrived.
const TICK: Duration = Duration::from_millis(100);

/// What the user has asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Generate the order sample, place an order and read it back, then stop; on free ports.
    pub sample: bool,
    pub release: bool,
    pub color: bool,
}

/// Runs the workspace in `dir` until Ctrl-C, or the sample session to its end. Everything for the user goes to
/// `out`. False when a service has ended by itself, or the sample session was not a success.
pub fn run(dir: &Utf8Path, options: &Options, out: &mut dyn Write) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the asynchronous runtime")?;
    runtime.block_on(session(dir, options, out))
}

async fn session(dir: &Utf8Path, options: &Options, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut interrupt = Interrupt::listen().context("listening for Ctrl-C")?;
    let dir = workspace(dir, options.sample, out)?;
    let services = found(&dir, out)?;
    // Before the build, which takes longer than the user wants to wait for this.
    let configured = if options.sample {
        None
    } else {
        Some(ports::configured(&services)?)
    };
    let build = Build {
        cargo: None,
        release: options.release,
        color: options.color,
    };
    let binaries = tokio::select! {
        binaries = build.run(&dir, out) => binaries?,
        () = interrupt.recv() => return Ok(!options.sample),
    };
    // After the build, during which a port may find another user.
    let launches = match configured {
        Some(launches) => launches,
        None => ports::free(&services).context("looking for free ports")?,
    };
    let receiver = Receiver::start()
        .await
        .context("starting the receiver of traces")?;
    let mut fleet = Fleet::new(&dir, receiver.endpoint());
    let mut traces = Traces::default();

    let work = async {
        fleet.start(&launches, &binaries).await?;
        announce(&fleet, &receiver, out)?;
        if options.sample {
            let gateway = gateway(&launches)?;
            sample::run(&gateway.address, &receiver, options.color, out).await
        } else {
            watch(&mut fleet, &receiver, &mut traces, options.color, out).await
        }
    };
    let result = tokio::select! {
        result = work => result,
        // The ordinary end of a live session.
        () = interrupt.recv() => Ok(!options.sample),
    };

    // Even when nobody reads any more, the services are stopped in order.
    let _ = writeln!(out, "\nstopping").and_then(|()| out.flush());
    let complaints = tokio::select! {
        complaints = fleet.stop() => complaints,
        () = interrupt.recv() => Vec::new(),
    };
    // Whatever a second Ctrl-C has left.
    fleet.kill();
    for complaint in complaints {
        writeln!(out, "{complaint}")?;
    }
    if !options.sample {
        traces.absorb(receiver.take(), Instant::now());
        show(traces.rest(), options.color, out)?;
    }
    result
}

/// The directory to work in, with the sample written into it if that is wanted.
fn workspace(dir: &Utf8Path, sample: bool, out: &mut dyn Write) -> anyhow::Result<Utf8PathBuf> {
    if !sample {
        return Ok(dir.to_owned());
    }
    let dir = if dir == "." {
        Utf8Path::new(SAMPLE_DIR)
    } else {
        dir
    };
    writeln!(out, "generating the order sample in {dir}")?;
    crate::sample::write(dir).context("generating the order sample")?;
    Ok(dir.to_owned())
}

fn found(dir: &Utf8Path, out: &mut dyn Write) -> anyhow::Result<Vec<Service>> {
    let found = services::find(dir, &|name| std::env::var(name).ok())?;
    for package in found.without_config {
        writeln!(out, "crates/{package} is not run: it has no config in etc/")?;
    }
    Ok(found.services)
}

fn gateway(launches: &[Launch]) -> anyhow::Result<&Launch> {
    let mut gateways = launches
        .iter()
        .filter(|launch| launch.service.role == Role::Gateway);
    gateways.next().context("the sample has no gateway")
}

fn announce(fleet: &Fleet, receiver: &Receiver, out: &mut dyn Write) -> anyhow::Result<()> {
    let processes = fleet.processes();
    let widths = processes.iter().map(|process| process.package().len());
    let width = widths.max().unwrap_or_default();
    for process in processes {
        let address = &process.launch.address;
        let address = match process.launch.service.role {
            Role::Gateway => format!("http://{address}"),
            Role::Service => format!("grpc://{address}"),
        };
        writeln!(
            out,
            "{:<width$}  {address}  {}",
            process.package(),
            process.log
        )?;
        // Whoever calls needs a token, and what signs it.
        for variable in &process.launch.service.secrets {
            let value = process.launch.env.get(variable);
            let value = value.map(String::as_str).unwrap_or_default();
            writeln!(out, "{:<width$}  {variable}={value}  (made up)", "")?;
        }
    }
    writeln!(out, "{:<width$}  {}", "traces", receiver.endpoint())?;
    out.flush()?;
    Ok(())
}

/// Prints traces as they settle, and what the logs have to say, until a service ends.
async fn watch(
    fleet: &mut Fleet,
    receiver: &Receiver,
    traces: &mut Traces,
    color: bool,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    writeln!(
        out,
        "each request prints its trace; Ctrl-C stops everything"
    )?;
    out.flush()?;
    loop {
        match fleet.happening(TICK).await {
            Some(Happening::Line(line)) => writeln!(out, "{line}")?,
            Some(Happening::Ended(how)) => {
                writeln!(out, "\n{how}")?;
                return Ok(false);
            }
            None => {}
        }
        let now = Instant::now();
        traces.absorb(receiver.take(), now);
        show(traces.settled(now), color, out)?;
        out.flush()?;
    }
}

fn show(traces: Vec<Vec<span::Span>>, color: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    for spans in traces {
        write!(out, "\n{}", render::trace(&spans, color))?;
    }
    Ok(())
}
