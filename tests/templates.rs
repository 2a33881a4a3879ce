//! Templates of the user's own: what is exported prints the same, what is changed is used, what is wrong has a place.

#[path = "support/files.rs"]
mod files;
#[path = "support/project.rs"]
mod project;

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use zgen::cli::{self, Console, Exit};
use zgen::project::Project;
use zgen::{emit, source};

use self::project::Fixture;

/// A workspace of the order sample in a folder of its own.
struct Place {
    dir: Utf8PathBuf,
    _temp: TempDir,
}

impl Place {
    fn new() -> Self {
        let temp = TempDir::new().expect("a folder");
        let dir = Utf8PathBuf::try_from(temp.path().to_owned()).expect("UTF-8");
        let place = Self { dir, _temp: temp };
        let api = Utf8Path::new("fixtures/order.api");
        place.write("order.api", &fs::read_to_string(api).expect("order.api"));
        let (exit, _, err) = place.zgen(&["api", "DIR/order.api", "-o", "DIR"]);
        assert_eq!(exit, Exit::Fine, "{err}");
        place
    }

    fn zgen(&self, words: &[&str]) -> (Exit, String, String) {
        let args = words
            .iter()
            .map(|word| word.replace("DIR", self.dir.as_str()));
        let args: Vec<String> = std::iter::once("zgen".to_owned()).chain(args).collect();
        let (out, err) = (Buffer::default(), Buffer::default());
        let mut console = Console {
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
            out_color: false,
            err_color: false,
        };
        let exit = cli::run(args, &mut console);
        (exit, out.text(), err.text())
    }

    fn write(&self, path: &str, text: &str) {
        files::write(&self.dir.join(path), text.as_bytes()).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Makes `zgen.yaml` name the folder `own`.
    fn use_own(&self) {
        let text = self.read("zgen.yaml") + "\ntemplates: own\n";
        self.write("zgen.yaml", &text);
    }
}

#[derive(Clone, Default)]
struct Buffer(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a lock").clone()).expect("text")
    }
}

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a lock").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn exported_templates_print_the_same() -> anyhow::Result<()> {
    let temp = TempDir::new()?;
    let folder = Utf8PathBuf::try_from(temp.path().to_owned())?;
    for name in emit::names() {
        let text = emit::exported(name).expect("a template of its name");
        assert_eq!(emit::origin(name, &text), Some(true), "{name}");
        files::write(&folder.join(name), text.as_bytes())?;
    }
    for fixture in Fixture::all()? {
        let mut project = fixture.project()?;
        // Everything that can be asked for.
        let values =
            "deploy: {helm: true, monitor: true, route: {ingress: a, tls: b}, memory_target: 80}\n";
        project.options.deploy = Project::parse("".into(), values)?.options.deploy;
        let theirs = zgen::generate(&project, &source::Disk);
        project.templates = Some(folder.clone());
        let ours = zgen::generate(&project, &source::Disk);
        let findings: Vec<_> = ours.report.iter().collect();
        let warned: Vec<_> = theirs.report.iter().collect();
        assert_eq!(findings, warned, "{}", fixture.name);
        let (Some(theirs), Some(ours)) = (theirs.tree, ours.tree) else {
            panic!("{}: nothing was generated", fixture.name);
        };
        for (path, file) in &theirs.0 {
            let text = &ours.0[path].text;
            assert_eq!(text, &file.text, "{}: {path}", fixture.name);
        }
        assert_eq!(ours.0.len(), theirs.0.len());
    }
    Ok(())
}

#[test]
fn a_changed_template_is_used() {
    let place = Place::new();
    let names = ["gateway/src/logic/route.rs.j2", "docs.j2"];
    let (exit, out, err) = place.zgen(&["template", "export", names[0], names[1], "-o", "DIR/own"]);
    assert_eq!(exit, Exit::Fine, "{err}");
    assert!(out.starts_with("2 templates"), "{out}");
    let path = format!("own/{}", names[0]);
    let text = place.read(&path).replacen("-#}\n", "-#}\n// Ours.\n", 1);
    place.write(&path, &text);
    place.use_own();

    let (exit, _, err) = place.zgen(&["gen", "DIR"]);
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
    let logic = "crates/order-api/src/logic/order/get_order.rs";
    assert!(place.read(logic).starts_with("// Ours.\n"));
    let (_, out, _) = place.zgen(&["template", "list", "DIR"]);
    assert!(out.contains(&format!("{}  (yours)\n", names[0])), "{out}");
    let (_, out, _) = place.zgen(&["template", "diff", "DIR"]);
    assert!(
        out.contains("\n+// Ours.\n") && !out.contains("docs.j2"),
        "{out}"
    );

    // A second export does not touch what is there.
    let (_, out, err) = place.zgen(&["template", "export", names[0], "-o", "DIR/own"]);
    assert!(
        out.starts_with("0 templates") && err.contains("left alone"),
        "{out}{err}"
    );
    assert_eq!(place.read(&path), text);

    // Without it all is as before.
    place.write(
        "zgen.yaml",
        &place.read("zgen.yaml").replace("templates: own\n", ""),
    );
    let (exit, _, err) = place.zgen(&["gen", "DIR"]);
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
    assert!(!place.read(logic).contains("Ours"));
}

#[test]
fn mistakes_have_a_place() {
    const NAME: &str = "gateway/src/svc.rs.j2";
    let old = "{#- Exported by zgen: gateway/src/svc.rs.j2 0123456789abcdef -#}\n";
    let now = emit::exported(NAME).expect("a template");
    let (_, body) = now.split_once('\n').expect("a first line");
    let old = format!("{old}{body}");
    // Name, text, exit, and what is said.
    let rows: [(&str, &str, Exit, &[&str]); 7] = [
        (
            NAME,
            "a\n{{ v.cleints }}\n",
            Exit::Findings,
            &[
                "error[zgen/template]",
                "own/gateway/src/svc.rs.j2:2:4",
                "{{ v.cleints }}",
                "`clients`",
            ],
        ),
        (
            NAME,
            "{% for x in v.clients %}\n",
            Exit::Findings,
            &[
                "error[zgen/template]",
                "own/gateway/src/svc.rs.j2:",
                "end of input",
            ],
        ),
        (
            NAME,
            "{% include \"nothing.j2\" %}\n",
            Exit::Findings,
            &["nothing.j2"],
        ),
        (
            NAME,
            &old,
            Exit::Fine,
            &["warning[zgen/old-template]", "zgen template diff"],
        ),
        (
            "gateway/src/svcs.rs.j2",
            "x\n",
            Exit::Fine,
            &[
                "warning[zgen/unused-template]",
                "did you mean `gateway/src/svc.rs.j2`?",
            ],
        ),
        (
            "docs.j2",
            "{{ nothing }}\n",
            Exit::Findings,
            &["own/docs.j2:1:4"],
        ),
        ("notes.txt", "no template\n", Exit::Fine, &[""]),
    ];
    for (name, text, expected, says) in rows {
        let place = Place::new();
        place.write(&format!("own/{name}"), text);
        place.use_own();
        let before = files::below(&place.dir).expect("files");
        let (exit, _, err) = place.zgen(&["gen", "DIR"]);
        assert_eq!(exit, expected, "{name}: {err}");
        for part in says {
            assert!(err.contains(part), "{name}: no {part} in\n{err}");
        }
        if expected == Exit::Findings {
            let after = files::below(&place.dir).expect("files");
            assert_eq!(after, before, "{name}: something was written");
        }
    }

    let place = Place::new();
    place.use_own();
    let (exit, _, err) = place.zgen(&["gen", "DIR"]);
    assert_eq!(exit, Exit::Findings, "{err}");
    assert!(err.contains("own"), "{err}");
    let (exit, _, err) = place.zgen(&["template", "export", "gateway/src/svc.rs"]);
    assert_eq!(exit, Exit::Failed, "{err}");
    assert!(
        err.contains("did you mean `gateway/src/svc.rs.j2`?"),
        "{err}"
    );
}
