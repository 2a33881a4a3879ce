//! The command line of a service.

use zgen_rt::args::{Args, Command, Migrate};

#[test]
fn a_command_line_is_read_or_refused() {
    type Read<'a> = Option<(&'a str, Command)>;
    const HELP: Command = Command::Show("");
    let rows: &[(&[&str], Read<'_>)] = &[
        (&[], Some(("etc/it.yaml", Command::Serve))),
        (&["-f", "x.yaml"], Some(("x.yaml", Command::Serve))),
        (&["-fx.yaml"], Some(("x.yaml", Command::Serve))),
        (&["-f=x.yaml"], Some(("x.yaml", Command::Serve))),
        (&["--config", "x.yaml"], Some(("x.yaml", Command::Serve))),
        (&["--config=x.yaml"], Some(("x.yaml", Command::Serve))),
        (&["-f", "a", "-f", "b"], Some(("b", Command::Serve))),
        (&["-f", "-"], Some(("-", Command::Serve))),
        (
            &["--check-config", "-f", "x"],
            Some(("x", Command::CheckConfig)),
        ),
        (
            &["healthcheck", "-f", "x"],
            Some(("x", Command::HealthCheck)),
        ),
        (
            &["-f", "x", "healthcheck"],
            Some(("x", Command::HealthCheck)),
        ),
        (&["-V"], Some(("etc/it.yaml", Command::Show("1.2.3")))),
        (
            &["--version"],
            Some(("etc/it.yaml", Command::Show("1.2.3"))),
        ),
        (&["-h"], Some(("etc/it.yaml", HELP))),
        (&["--help"], Some(("etc/it.yaml", HELP))),
        (&["-f"], None),
        (&["--config"], None),
        (&["-x"], None),
        (&["--nope"], None),
        (&["serve"], None),
        (&["--check-config=1"], None),
        (&["--"], Some(("etc/it.yaml", Command::Serve))),
        (&["--", "-f"], None),
    ];
    for (line, expected) in rows {
        let got = Args::parse_from(*line, "etc/it.yaml", "1.2.3");
        match (got, expected) {
            (Ok(args), Some((config, command))) => {
                assert_eq!(args.config.to_str(), Some(*config), "{line:?}");
                match (args.command, *command) {
                    (Command::Show(text), Command::Show("")) => {
                        assert!(text.contains("--check-config"), "{text}");
                    }
                    (got, expected) => assert_eq!(got, expected, "{line:?}"),
                }
            }
            (Err(error), None) => assert!(!error.to_string().is_empty(), "{line:?}"),
            (got, _) => panic!("{line:?}: {got:?}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let odd = OsStr::from_bytes(b"x-\xff.yaml");
    let args = Args::parse_from([OsStr::new("-f"), odd], "a", "1").unwrap();
    assert_eq!(args.config.as_os_str(), odd);
    assert!(Args::parse_from([odd], "a", "1").is_err());
}

#[test]
fn migrations_are_asked_for_where_there_are_some() {
    let rows: &[(&[&str], Option<Option<Migrate>>)] = &[
        (&[], Some(None)),
        (&["--migrate"], Some(Some(Migrate::Apply))),
        (&["-f", "x", "--migrate"], Some(Some(Migrate::Apply))),
        (&["--migrated", "3"], Some(Some(Migrate::Record(3)))),
        (&["--migrated=3"], Some(Some(Migrate::Record(3)))),
        (&["--migrated"], None),
        (&["--migrated", "x"], None),
        (&["--migrate=1"], None),
    ];
    for (line, expected) in rows {
        let got = Args::with_migrations_from(*line, "etc/it.yaml", "1.2.3").ok();
        assert_eq!(got.map(|args| args.migrate), *expected, "{line:?}");
        let is_there = Args::parse_from(*line, "etc/it.yaml", "1.2.3").is_ok();
        assert_eq!(is_there, line.is_empty(), "{line:?}");
    }
}
