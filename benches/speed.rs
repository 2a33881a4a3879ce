//! How long `zgen` takes and how much memory, as a program over files on disk: `benches/zgen` runs this.
//!
//! `speed ZGEN [--goctl GOCTL] [--runs N] [--only WORD] [--keep]`. Prints a table of Markdown, judges nothing.

mod inputs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// What is asked for on the command line.
struct Settings {
    zgen: PathBuf,
    goctl: Option<PathBuf>,
    runs: usize,
    only: String,
}

fn main() -> ExitCode {
    let Some(settings) = settings() else {
        eprintln!("speed ZGEN [--goctl GOCTL] [--runs N] [--only WORD]");
        return ExitCode::from(2);
    };
    let lab = std::env::temp_dir().join(format!("zgen-speed-{}", std::process::id()));
    let done = measure(&settings, &lab);
    let _ = fs::remove_dir_all(&lab);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Option<Settings> {
    let mut settings = Settings {
        zgen: PathBuf::new(),
        goctl: None,
        runs: 5,
        only: String::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--goctl" => settings.goctl = Some(fs::canonicalize(arguments.next()?).ok()?),
            "--runs" => settings.runs = arguments.next()?.parse().ok()?,
            "--only" => settings.only = arguments.next()?,
            // What `cargo bench` says to every program.
            "--bench" => {}
            _ => settings.zgen = fs::canonicalize(argument).ok()?,
        }
    }
    (settings.runs > 0 && settings.zgen.is_file()).then_some(settings)
}

/// One row of the table.
struct Case {
    what: String,
    program: PathBuf,
    arguments: Vec<String>,
    /// Where it runs.
    folder: PathBuf,
    /// What goes before every run, for those that begin with nothing.
    fresh: Option<PathBuf>,
    /// Without the folder of rustfmt in `PATH`.
    is_bare: bool,
    /// What the time is divided by.
    parts: usize,
    part: &'static str,
}

impl Case {
    fn new(settings: &Settings, folder: &Path, what: &str, arguments: &str) -> Self {
        Self {
            what: what.to_owned(),
            program: settings.zgen.clone(),
            arguments: arguments.split(' ').map(str::to_owned).collect(),
            folder: folder.to_owned(),
            fresh: None,
            is_bare: false,
            parts: 1,
            part: "",
        }
    }

    fn fresh(mut self, output: &str) -> Self {
        self.fresh = Some(self.folder.join(output));
        self
    }

    fn per(mut self, parts: usize, part: &'static str) -> Self {
        (self.parts, self.part) = (parts, part);
        self
    }

    fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }
}

fn measure(settings: &Settings, lab: &Path) -> Result<(), String> {
    println!("| what | best | median | each | peak memory |\n|---|---|---|---|---|");
    let is_wanted = |what: &str| what.contains(&settings.only);
    for routes in [100, 1000, 10_000] {
        if is_wanted("routes") {
            gateway(settings, lab, routes)?;
        }
    }
    if is_wanted("files") {
        many_files(settings, lab)?;
    }
    if is_wanted("methods") {
        let folder = room(
            lab,
            "methods",
            &[("large.proto", inputs::proto("large", 1000))],
        )?;
        let case = Case::new(
            settings,
            &folder,
            "a service of 1,000 methods, cold",
            "rpc large.proto -o out",
        );
        report(settings, &case.fresh("out").per(1000, "method"))?;
    }
    if is_wanted("tables") {
        let files = [
            ("large.proto", inputs::proto("large", 10)),
            ("large.sql", inputs::sql(1000)),
        ];
        let folder = room(lab, "tables", &files)?;
        let arguments = "rpc large.proto --sql large.sql -o out";
        let case = Case::new(
            settings,
            &folder,
            "a service of 1,000 tables, cold",
            arguments,
        );
        report(settings, &case.fresh("out").per(1000, "table"))?;
    }
    if is_wanted("services") {
        services(settings, lab)?;
    }
    Ok(())
}

fn gateway(settings: &Settings, lab: &Path, routes: usize) -> Result<(), String> {
    let folder = room(
        lab,
        &format!("routes{routes}"),
        &[("one.api", inputs::api(routes))],
    )?;
    let name = thousands(routes);
    let case = |what: &str, arguments: &str| {
        let what = format!("{name} routes{what}");
        Case::new(settings, &folder, &what, arguments).per(routes, "route")
    };
    report(settings, &case(", cold", "api one.api -o out").fresh("out"))?;
    let bare = case(", cold, no rustfmt at hand", "api one.api -o bare");
    report(settings, &bare.fresh("bare").bare())?;
    report(settings, &case(", nothing changed", "gen out"))?;
    report(settings, &case(", `gen --check`", "gen out --check"))?;
    report(settings, &case(", `check`", "check one.api"))?;
    report(settings, &case(", `fmt --check`", "fmt --check one.api"))?;
    let files = inputs::api_in_files(routes);
    if files.len() > 2 {
        let what = format!("{} files", files.len());
        let folder = room(lab, &format!("split{routes}"), &files)?;
        let what = format!("{name} routes in {what}, cold");
        let case = Case::new(settings, &folder, &what, "api large.api -o out");
        report(settings, &case.fresh("out").per(routes, "route"))?;
    }
    // Beyond this it takes minutes, and the ratio is clear.
    if let Some(goctl) = settings.goctl.as_ref().filter(|_| routes <= 1000) {
        let mut case = case(", goctl, cold", "api go -api one.api -dir go").fresh("go");
        case.program.clone_from(goctl);
        report(settings, &case)?;
    }
    Ok(())
}

fn many_files(settings: &Settings, lab: &Path) -> Result<(), String> {
    let files: Vec<(String, String)> = (0..1000)
        .map(|number| (format!("f{number}.api"), inputs::api(5)))
        .collect();
    let folder = room(lab, "files", &files)?;
    for (what, arguments) in [
        ("`check` of 1,000 files of 5 routes", "check ."),
        ("`fmt --check` of the same", "fmt --check ."),
        ("`fmt` of the same", "fmt ."),
    ] {
        let case = Case::new(settings, &folder, what, arguments);
        report(settings, &case.per(1000, "file"))?;
    }
    Ok(())
}

/// A workspace of a hundred services and one gateway.
fn services(settings: &Settings, lab: &Path) -> Result<(), String> {
    let names: Vec<String> = (0..100).map(|number| format!("svc{number}")).collect();
    let mut files: Vec<(String, String)> = names
        .iter()
        .map(|name| (format!("{name}.proto"), inputs::proto(name, 10)))
        .collect();
    let listed: Vec<String> = files
        .iter()
        .map(|(file, _)| format!("  - file: ../{file}\n"))
        .collect();
    files.push(("one.api".to_owned(), inputs::api(100)));
    let folder = room(lab, "services", &files)?;
    let project = format!("api:\n  - file: ../one.api\nrpc:\n{}", listed.concat());
    let again = room(&folder, "out", &[("zgen.yaml", project)])?;
    let case = |what: &str, arguments: &str| {
        let case = Case::new(settings, &folder, what, arguments);
        case.per(100, "service")
    };
    // Everything but the list of what there is goes before each run.
    let cold = case("a workspace of 100 services of 10 methods, cold", "gen out");
    report(settings, &cold.fresh("out/crates"))?;
    report(settings, &case("the same, nothing changed", "gen out"))?;
    drop(again);
    Ok(())
}

/// A folder with these files.
fn room<N: AsRef<str>>(lab: &Path, name: &str, files: &[(N, String)]) -> Result<PathBuf, String> {
    let folder = lab.join(name);
    let write = || {
        fs::create_dir_all(&folder)?;
        for (file, text) in files {
            fs::write(folder.join(file.as_ref()), text)?;
        }
        Ok(())
    };
    write().map_err(|error: std::io::Error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn report(settings: &Settings, case: &Case) -> Result<(), String> {
    let mut times = Vec::with_capacity(settings.runs);
    for _ in 0..settings.runs {
        clear(case)?;
        times.push(time(case)?);
    }
    times.sort_unstable();
    clear(case)?;
    let memory = memory(case)?;
    let (best, median) = (times[0], times[times.len() / 2]);
    let each = match case.part {
        "" => String::new(),
        part => format!(
            "{:.0} µs a {part}",
            best.as_secs_f64() * 1e6 / as_f64(case.parts)
        ),
    };
    let memory = memory.map_or("unknown".to_owned(), |kib| {
        format!("{:.0} MB", as_f64(kib) * 1024.0 / 1e6)
    });
    println!(
        "| {} | {} | {} | {each} | {memory} |",
        case.what,
        shown(best),
        shown(median)
    );
    Ok(())
}

fn clear(case: &Case) -> Result<(), String> {
    match case.fresh.as_ref().filter(|folder| folder.exists()) {
        Some(folder) => fs::remove_dir_all(folder).map_err(|error| error.to_string()),
        None => Ok(()),
    }
}

fn command(case: &Case) -> Command {
    let mut command = Command::new(&case.program);
    command.args(&case.arguments).current_dir(&case.folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if case.is_bare {
        command.env("PATH", "/nonexistent");
    }
    command
}

fn time(case: &Case) -> Result<Duration, String> {
    let start = Instant::now();
    let status = command(case).status().map_err(|error| error.to_string())?;
    let took = start.elapsed();
    // 1 is an answer, too: `fmt --check` of what is not formatted.
    match status.code() {
        Some(0 | 1) => Ok(took),
        _ => Err(format!("{}: {status}", case.what)),
    }
}

/// The most memory in KiB that the program itself had, read from Linux once a millisecond in a run of its own.
fn memory(case: &Case) -> Result<Option<usize>, String> {
    let mut child = command(case).spawn().map_err(|error| error.to_string())?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    loop {
        if child
            .try_wait()
            .map_err(|error| error.to_string())?
            .is_some()
        {
            return Ok(most);
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        most = most.max(now);
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 10.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}

fn thousands(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", number / 1000, number % 1000),
    }
}

// Counts of this size are exact.
#[allow(clippy::cast_precision_loss)]
fn as_f64(number: usize) -> f64 {
    number as f64
}
