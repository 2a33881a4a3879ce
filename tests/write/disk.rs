//! Paths that lead elsewhere, modes, and two runs at once.

use std::fs;

use zgen::emit::{FileTree, Owner::Zgen};
use zgen::write::{self, Disk, Guard, LOCK, Lock, Rules};

use crate::support::{Files, Workspace};

const TREE: Files = &[("deep/a.txt", Zgen, "a\n")];

#[test]
fn a_tree_cannot_leave_its_folder_or_name_zgens_own_files() {
    let paths = [
        "../a",
        "a/../../b",
        "/a",
        "",
        "..",
        "a/..",
        "a\\b",
        "a\nb",
        LOCK,
        ".zgen-stage/lock",
        ".zgen-stage",
    ];
    for path in paths {
        let workspace = Workspace::with(TREE);
        let before = workspace.snapshot();
        let mut tree = FileTree::default();
        tree.insert(path, Zgen, "x");
        let disk = Disk::at(workspace.dir());
        let lock = Lock::read(&disk).expect("a lock");
        let refused = write::plan(&tree, &disk, &lock, &Rules::default());
        assert!(refused.is_err(), "{path:?} was accepted");
        assert_eq!(workspace.snapshot(), before, "{path:?}");
    }
}

#[test]
fn a_lock_cannot_lead_out_either() {
    let workspace = Workspace::with(TREE);
    let outside = workspace.dir().parent().expect("a parent").join("precious");
    fs::write(&outside, "precious").expect("a file");
    let lock = workspace.read(LOCK).expect("a lock");
    let evil = lock.replace("deep/a.txt", "../precious");
    workspace.write(LOCK, &evil);
    let lock = Lock::read(&Disk::at(workspace.dir())).expect("a lock");
    assert_eq!(lock.state(), write::State::Damaged);
    workspace.run(
        &[],
        &Rules {
            prune: true,
            force: true,
            ..Rules::default()
        },
    );
    assert!(outside.exists());
}

#[cfg(unix)]
#[test]
fn symlinks_are_followed_inside_and_refused_outside() {
    use std::os::unix::fs::symlink;

    for (link, target, fine) in [
        ("deep", "../elsewhere", false),
        ("deep", "/", false),
        ("deep/a.txt", "../../elsewhere/b", false),
        ("deep", "inside", true),
        ("deep/a.txt", "../inside/b", true),
        ("deep", "nowhere", false),
    ] {
        let workspace = Workspace::new();
        let dir = workspace.dir();
        workspace.write("inside/b", "b\n");
        workspace.write("../elsewhere/b", "b\n");
        fs::create_dir_all(dir.join(link).parent().expect("a parent")).expect("folders");
        symlink(target, dir.join(link)).expect("a link");
        let disk = Disk::at(dir);
        let lock = Lock::read(&disk).expect("a lock");
        let rules = Rules {
            force: true,
            ..Rules::default()
        };
        let plan = write::plan(&crate::support::tree(TREE), &disk, &lock, &rules);
        assert_eq!(plan.is_ok(), fine, "{link} -> {target}");
        if fine {
            workspace.run(TREE, &rules);
            assert!(
                dir.join(link).is_symlink(),
                "{link} -> {target} was replaced"
            );
            assert_eq!(
                workspace.read("deep/a.txt").as_deref(),
                Some("a\n"),
                "{link} -> {target}"
            );
        }
        assert_eq!(
            fs::read_to_string(dir.join("../elsewhere/b")).expect("b"),
            "b\n"
        );
    }
}

#[cfg(unix)]
#[test]
fn modes_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;

    let workspace = Workspace::with(TREE);
    let path = workspace.dir().join("deep/a.txt");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).expect("a mode");
    workspace.generate(&[("deep/a.txt", Zgen, "b\n")]);
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[test]
fn one_at_a_time() {
    let workspace = Workspace::with(TREE);
    let first = Guard::acquire(workspace.dir()).expect("the first");
    let second = Guard::acquire(workspace.dir()).expect_err("a second at the same time");
    assert!(
        second.to_string().contains("another zgen is at work"),
        "{second}"
    );
    drop(first);
    Guard::acquire(workspace.dir()).expect("one after the other");
}

#[test]
fn a_run_that_writes_nothing_leaves_no_folder() {
    let workspace = Workspace::new();
    drop(Guard::acquire(&workspace.dir().join("a/b")).expect("a guard"));
    assert!(!workspace.dir().exists());
}

#[test]
fn the_lock_moves_only_with_its_content() {
    let workspace = Workspace::with(TREE);
    // As another version of zgen would have written it.
    let older = workspace
        .read(LOCK)
        .expect("a lock")
        .replace("version ", "version 0.0.");
    workspace.write(LOCK, &older);
    workspace.generate(TREE);
    assert_eq!(workspace.read(LOCK), Some(older));
}

#[test]
fn bytes_that_are_no_text_are_an_edit() {
    let workspace = Workspace::with(TREE);
    fs::write(workspace.dir().join("deep/a.txt"), [0xff, 0xfe]).expect("bytes");
    let plan = workspace.plan(TREE, &Rules::default());
    assert_eq!(plan.conflicts().count(), 1);
}
