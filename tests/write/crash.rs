//! A run that dies or fails at any moment.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zgen::emit::Owner::{User, Zgen};
use zgen::write::{self, Guard, Rules};

use crate::support::{Files, Workspace};

const BEFORE: Files = &[
    ("a.txt", Zgen, "a 1\n"),
    ("deep/b.txt", Zgen, "b 1\n"),
    ("gone/c.txt", Zgen, "c 1\n"),
    ("mine.txt", User, "mine 1\n"),
];
const AFTER: Files = &[
    ("a.txt", Zgen, "a 2\n"),
    ("deep/b.txt", Zgen, "b 2\n"),
    ("mine.txt", User, "mine 2\n"),
    ("new/d.txt", Zgen, "d 2\n"),
    ("new/er/e.txt", Zgen, "e 2\n"),
];

/// The descriptions may have changed by the time of the next run.
const LATER: Files = &[("a.txt", Zgen, "a 3\n"), ("mine.txt", User, "mine 3\n")];

/// Applies and stops in the way of `end` at touch number `stop`; false if there are not that many.
fn interrupt(workspace: &Workspace, stop: usize, end: fn() -> io::Result<()>) -> bool {
    let mut seen = 0;
    let mut stopped = false;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let guard = Guard::acquire(workspace.dir()).expect("a guard");
        let ready = workspace
            .plan(AFTER, &Rules::default())
            .ready()
            .expect("no conflict");
        let result = write::apply_observed(ready, &guard, &mut |_| {
            seen += 1;
            if seen > stop {
                stopped = true;
                return end();
            }
            Ok(())
        });
        assert_eq!(result.is_err(), stopped);
    }));
    drop(result);
    stopped
}

fn die() -> io::Result<()> {
    // Unwinds without any of the tidying that an error gets.
    std::panic::resume_unwind(Box::new("killed"))
}

fn fail() -> io::Result<()> {
    Err(io::Error::other("the disk is full"))
}

#[test]
fn a_killed_run_is_healed_by_the_next() {
    for next in [BEFORE, AFTER, LATER] {
        heal_with(next);
    }
}

fn heal_with(next: Files) {
    let expected = Workspace::with(next).texts();
    let mut stop = 0;
    loop {
        let workspace = Workspace::with(BEFORE);
        if !interrupt(&workspace, stop, die) {
            break;
        }
        for (path, ..) in BEFORE.iter().filter(|(path, ..)| *path != "gone/c.txt") {
            assert!(
                workspace.read(path).is_some(),
                "{path} is missing after {stop}"
            );
        }
        workspace.generate(next);
        assert_eq!(workspace.texts(), expected, "killed after {stop}");
        stop += 1;
    }
    // Six staged files, the journal, seven steps, the end.
    assert!(stop > 14, "only {stop} moments");
}

#[test]
fn an_edit_after_the_kill_survives() {
    let mut stop = 0;
    loop {
        let workspace = Workspace::with(BEFORE);
        if !interrupt(&workspace, stop, die) {
            break;
        }
        for path in ["a.txt", "mine.txt", "new/d.txt"] {
            workspace.write(path, "edited\n");
        }
        drop(Guard::acquire(workspace.dir()).expect("a healed workspace"));
        for path in ["a.txt", "mine.txt", "new/d.txt"] {
            assert_eq!(
                workspace.read(path).as_deref(),
                Some("edited\n"),
                "{path} after {stop}"
            );
        }
        let plan = workspace.plan(AFTER, &Rules::default());
        let conflicts: Vec<_> = plan
            .conflicts()
            .map(|change| change.path.as_str())
            .collect();
        assert_eq!(conflicts, ["a.txt", "new/d.txt"], "after {stop}");
        stop += 1;
    }
    assert!(stop > 12, "only {stop} moments");
}

#[test]
fn a_failed_run_leaves_the_tree_as_it_was() {
    let mut stop = 0;
    loop {
        let workspace = Workspace::with(BEFORE);
        let before = workspace.texts();
        if !interrupt(&workspace, stop, fail) {
            break;
        }
        // The last moment comes when all is done; the next run has nothing left to do.
        let texts = workspace.texts();
        if !texts.contains_key(camino::Utf8Path::new(".zgen-stage/journal")) {
            assert_eq!(texts, before, "failed after {stop}");
        }
        workspace.generate(AFTER);
        assert_eq!(
            workspace.texts(),
            Workspace::with(AFTER).texts(),
            "failed after {stop}"
        );
        stop += 1;
    }
    assert!(stop > 12, "only {stop} moments");
}

#[test]
fn a_folder_that_comes_meanwhile_keeps_what_is_in_it() {
    let workspace = Workspace::with(BEFORE);
    let guard = Guard::acquire(workspace.dir()).expect("a guard");
    let plan = workspace.plan(AFTER, &Rules::default());
    let ready = plan.ready().expect("no conflict");
    let come = &mut |touched: &str| {
        if touched == "journal" {
            workspace.write("new/theirs.txt", "theirs\n");
        }
        Ok(())
    };
    write::apply_observed(ready, &guard, come).expect("an applied plan");
    drop(guard);
    let mut expected = Workspace::with(AFTER).texts();
    expected.insert("new/theirs.txt".into(), b"theirs\n".to_vec());
    assert_eq!(workspace.texts(), expected);
}

#[test]
fn rubbish_in_the_staging_folder_is_dropped() {
    for (path, text) in [
        (".zgen-stage/0.new", "half a fi"),
        (".zgen-stage/journal.draft", "put 0"),
        (".zgen-stage/journal", "nonsense\nput 0 - 00 ../../evil\n"),
        (".zgen-stage/journal", ""),
    ] {
        let workspace = Workspace::with(BEFORE);
        let before = workspace.texts();
        workspace.write(path, text);
        let healed = Guard::acquire(workspace.dir());
        // A journal that leads out of the folder is refused, and nothing else.
        assert_eq!(healed.is_err(), text.contains("evil"), "{path}");
        drop(healed);
        if !text.contains("evil") {
            assert_eq!(workspace.texts(), before, "{path}");
        }
    }
}
