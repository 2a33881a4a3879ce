//! As `scenarios.rs`: what happens to an edited file whose scaffold changes.

use zgen::emit::Owner::User;

use crate::scenarios::{NOTHING, Remove, Scenario, Write};

const TEXT_1: &str = "one\ntwo\nthree\nfour\n";
const TEXT_2: &str = "one\ntwo\n3\nfour\n";
const TEXT_EDITED: &str = "mine\none\ntwo\nthree\nfour\n";

pub(crate) const MERGES: &[Scenario] = &[
    Scenario {
        name: "an edited scaffold that changed stays, and the change is shown",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", TEXT_EDITED)],
        then: &[("a.txt", User, TEXT_2)],
        plan: &[("a.txt", "Keep Behind")],
        after: &[
            ("a.txt", Some(TEXT_EDITED)),
            (".zgen/base/a.txt", Some(TEXT_1)),
        ],
        note: "-three\n+3\n",
        ..NOTHING
    },
    Scenario {
        name: "merge puts the change beside the edit",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", TEXT_EDITED)],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Update Merged")],
        after: &[
            ("a.txt", Some("mine\none\ntwo\n3\nfour\n")),
            (".zgen/base/a.txt", Some(TEXT_2)),
        ],
        note: "merged into it",
    },
    Scenario {
        name: "merge keeps the user's line ends",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", "mine\r\none\r\ntwo\r\nthree\r\nfour\r\n")],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Update Merged")],
        after: &[("a.txt", Some("mine\r\none\r\ntwo\r\n3\r\nfour\r\n"))],
        ..NOTHING
    },
    Scenario {
        name: "merge marks what both changed, and only that",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", "mine\none\ntwo\nthird\nfour\n")],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Update Clashed")],
        after: &[(
            "a.txt",
            Some("mine\none\ntwo\n<<<<<<< yours\nthird\n=======\n3\n>>>>>>> zgen\nfour\n"),
        )],
        note: "look for `<<<<<<<`",
    },
    Scenario {
        name: "merge with the same change on both sides changes nothing",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", "mine\none\ntwo\n3\nfour\n")],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Keep Edited")],
        after: &[("a.txt", Some("mine\none\ntwo\n3\nfour\n"))],
        ..NOTHING
    },
    Scenario {
        name: "merge of Rust works on formatted text",
        first: &[("a.rs", User, "fn a( ){ b( ); }\nfn z() {}\n")],
        edits: &[Write(
            "a.rs",
            "fn a() {\n    b();\n}\n\nfn mine() {}\nfn z() {}\n",
        )],
        then: &[("a.rs", User, "fn a( ){ c( ); }\nfn z() {}\n")],
        rules: &["merge"],
        plan: &[("a.rs", "Update Merged")],
        after: &[(
            "a.rs",
            Some("fn a() {\n    c();\n}\n\nfn mine() {}\nfn z() {}\n"),
        )],
        ..NOTHING
    },
    Scenario {
        name: "without its base nothing can be merged, and nothing is lost",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Write("a.txt", TEXT_EDITED), Remove(".zgen/base/a.txt")],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Keep Behind")],
        after: &[("a.txt", Some(TEXT_EDITED))],
        ..NOTHING
    },
    Scenario {
        name: "an edited base is no base",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[
            Write("a.txt", TEXT_EDITED),
            Write(".zgen/base/a.txt", "something else\n"),
        ],
        then: &[("a.txt", User, TEXT_2)],
        rules: &["merge"],
        plan: &[("a.txt", "Keep Behind")],
        after: &[("a.txt", Some(TEXT_EDITED))],
        ..NOTHING
    },
    Scenario {
        name: "an edited configuration gets the section that it lacks",
        first: &[("etc/a.yaml", User, "Name: a\nPort: 1\n")],
        edits: &[Write("etc/a.yaml", "# mine\nName: b\nPort: 1 # mine too\n")],
        then: &[(
            "etc/a.yaml",
            User,
            "Name: a\nPort: 1\n\n# Where it is.\nUserRpc:\n  Target: x\n",
        )],
        plan: &[("etc/a.yaml", "Update Grown")],
        after: &[
            (
                "etc/a.yaml",
                Some(
                    "# mine\nName: b\nPort: 1 # mine too\n\n# Where it is.\nUserRpc:\n  Target: x\n",
                ),
            ),
            (
                ".zgen/base/etc/a.yaml",
                Some("Name: a\nPort: 1\n\n# Where it is.\nUserRpc:\n  Target: x\n"),
            ),
        ],
        note: "what was missing is added",
        ..NOTHING
    },
    Scenario {
        name: "a section that the user took out stays out",
        first: &[("etc/a.yaml", User, "Name: a\nLog:\n  Level: info\n")],
        edits: &[Write("etc/a.yaml", "Name: a\n")],
        then: &[(
            "etc/a.yaml",
            User,
            "Name: a\nLog:\n  Level: info\nPort: 1\n",
        )],
        plan: &[("etc/a.yaml", "Update Grown")],
        after: &[("etc/a.yaml", Some("Name: a\nPort: 1\n"))],
        ..NOTHING
    },
    Scenario {
        name: "a changed default in an edited configuration is for the user to take",
        first: &[("etc/a.yaml", User, "Name: a\nPort: 1\n")],
        edits: &[Write("etc/a.yaml", "Name: b\nPort: 1\n")],
        then: &[("etc/a.yaml", User, "Name: a\nPort: 2\n")],
        plan: &[("etc/a.yaml", "Keep Behind")],
        after: &[("etc/a.yaml", Some("Name: b\nPort: 1\n"))],
        ..NOTHING
    },
    Scenario {
        name: "a configuration that is no plain mapping is not extended",
        first: &[("etc/a.yaml", User, "Name: a\n")],
        edits: &[Write("etc/a.yaml", "{Name: b}\n")],
        then: &[("etc/a.yaml", User, "Name: a\nPort: 2\n")],
        plan: &[("etc/a.yaml", "Keep Behind")],
        after: &[("etc/a.yaml", Some("{Name: b}\n"))],
        ..NOTHING
    },
    Scenario {
        name: "the base goes with its file",
        first: &[("a.txt", User, TEXT_1), ("deep/b.txt", User, TEXT_1)],
        then: &[("a.txt", User, TEXT_1)],
        plan: &[("deep/b.txt", "Delete Orphan")],
        after: &[
            ("deep/b.txt", None),
            (".zgen/base/deep/b.txt", None),
            (".zgen/base/a.txt", Some(TEXT_1)),
        ],
        ..NOTHING
    },
    Scenario {
        name: "a base that was removed comes back while the file is as zgen wrote it",
        first: &[("a.txt", User, TEXT_1)],
        edits: &[Remove(".zgen/base/a.txt")],
        then: &[("a.txt", User, TEXT_1)],
        plan: &[("a.txt", "Keep Same")],
        after: &[(".zgen/base/a.txt", Some(TEXT_1))],
        ..NOTHING
    },
];
