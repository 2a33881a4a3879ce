//! `zgen.yaml`, as zgen lays it out and as people do.

use super::*;

/// A file, those that belong to it, and behind ` into ` a process.
fn add(project: &mut Project, input: &str) -> Result<(), Error> {
    let (input, into) = match input.split_once(" into ") {
        Some((input, name)) => (input, Some(name)),
        None => (input, None),
    };
    let mut words = input.split(' ').map(Utf8PathBuf::from);
    let file = words.next().unwrap_or_default();
    let more: Vec<Utf8PathBuf> = words.collect();
    if file.extension() == Some("api") {
        project.add_api(&file, &more)
    } else {
        project.add_rpc(&RpcInput {
            sql: more,
            into: into.map(str::to_owned),
            ..RpcInput::of(file)
        })
    }
}

#[test]
fn the_order_of_commands_does_not_matter() {
    let inputs = ["x/b.api", "x/a.api r.proto", "x/b.proto b.sql", "x/a.proto"];
    let text = |order: &[usize]| {
        let mut project = Project::empty("x/out");
        for at in order {
            add(&mut project, inputs[*at]).expect("an input");
            // The same again is no change.
            add(&mut project, inputs[*at]).expect("an input");
        }
        project.text().to_owned()
    };
    let expected = text(&[0, 1, 2, 3]);
    for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
        assert_eq!(text(&order), expected);
    }
    assert!(
        expected.contains(
            "\napi:\n  - file: ../a.api\n    rpc:\n      - ../../r.proto\n  - file: ../b.api\n"
        ),
        "{expected}"
    );
    let read = Project::parse("x/out".into(), &expected).expect("zgen's own text");
    assert_eq!(read.text(), expected);
    assert_eq!(read.resolved_inputs().rpc[1].sql, ["b.sql"]);
    assert_eq!(read.resolved_inputs().api[0].file, "x/a.api");
}

#[test]
fn what_zgen_writes_it_can_read() {
    let odd = [
        "*",
        "**/a b.rs",
        "true",
        "1.5",
        "a: b",
        "# c",
        "订单/x.rs",
        "\"q\"\\",
        "-",
        "a:",
        "",
        ".5",
        "~",
    ];
    let own = Patterns::new(odd.map(str::to_owned).to_vec());
    let text = Document::of(&Inputs::default(), &Options::default(), &own, None).render();
    let project = Project::parse("".into(), &text).expect("zgen's own text");
    assert_eq!(project.own.as_slice(), odd, "{text}");
    assert_eq!(
        Project::parse("".into(), "# nothing\n")
            .expect("a comment")
            .inputs,
        Inputs::default()
    );
    assert_eq!(
        Project::parse("".into(), "api:\nown:\n")
            .expect("nulls")
            .inputs,
        Inputs::default()
    );
}

#[test]
fn mistakes_have_a_place() {
    for (text, line, part) in [
        ("api:\n  - file: a.api\nsql: []\n", 3, "sql"),
        ("api:\n  - fil: a.api\n", 2, "fil"),
        ("api: 3\n", 1, "a list"),
        ("api:\n  - a.api\n", 2, "`file: order.api`"),
        ("options:\n  namespace: [a]\n", 2, "a text"),
        ("options:\n  envelop: true\n", 2, "envelope"),
        ("options:\n  envelope: maybe\n", 2, "boolean"),
        ("api: [\n", 1, "bracket"),
        ("own:\n  - *.rs\n", 2, "quotes"),
    ] {
        let error = Project::parse("out".into(), text).expect_err(text);
        let shown = error.to_string();
        let Error::Syntax {
            line: found,
            message,
            ..
        } = error
        else {
            panic!("{text}: {shown}");
        };
        assert!(shown.starts_with("out/zgen.yaml:"), "{shown}");
        assert_eq!(found, line, "{text}: {shown}");
        assert!(
            message.contains(part) && message.lines().count() == 1,
            "{text}: {shown}"
        );
    }
}

#[test]
fn an_edited_file_gets_the_needed_lines_only() {
    let cases = [
        (
            "# mine\napi: []\n",
            "a.api",
            "# mine\napi:\n  - file: a.api\n",
        ),
        (
            "api: [] # none yet\n",
            "a.api",
            "api: # none yet\n  - file: a.api\n",
        ),
        (
            "# mine\nown: [x]",
            "a.api",
            "# mine\nown: [x]\napi:\n  - file: a.api\n",
        ),
        (
            "rpc: # services\n- file: b.proto # b\n\n# about own\nown: []\n",
            "a.proto a.sql",
            "rpc: # services\n- file: b.proto # b\n- file: a.proto\n  sql:\n    - a.sql\n\n# about own\nown: []\n",
        ),
        (
            "rpc:\n    - file: a.proto # a\n      sql:\n          - a.sql # one\n    # about b\n    - file: \"b.proto\"\n",
            "a.proto a.sql b.sql",
            "rpc:\n    - file: a.proto # a\n      sql:\n          - a.sql # one\n          - b.sql\n    # about b\n    - file: \"b.proto\"\n",
        ),
        (
            "rpc:\n  - file: a.proto\n\n  # about b\n  - file: b.proto\n# mine\n",
            "a.proto a.sql",
            "rpc:\n  - file: a.proto\n    sql:\n      - a.sql\n\n  # about b\n  - file: b.proto\n# mine\n",
        ),
        (
            "# mine\nrpc: []\n",
            "a.proto a.sql into shop",
            "# mine\nrpc:\n  - file: a.proto\n    into: shop\n    sql:\n      - a.sql\n",
        ),
        (
            "rpc:\n    - file: a.proto # a\n      sql:\n        - a.sql\n    - file: b.proto\n",
            "a.proto into shop",
            "rpc:\n    - file: a.proto # a\n      into: shop\n      sql:\n        - a.sql\n    - file: b.proto\n",
        ),
        (
            "rpc:\n- file: a.proto\n  into: shop\n# mine\n",
            "a.proto a.sql into store",
            "rpc:\n- file: a.proto\n  into: store\n  sql:\n    - a.sql\n# mine\n",
        ),
        // Without a name the file stays where it is.
        (
            "rpc:\n- file: a.proto\n  into: shop\n# mine\n",
            "a.proto",
            "rpc:\n- file: a.proto\n  into: shop\n# mine\n",
        ),
        (
            "# mine\r\napi:\r\n  - file: b.api\r\n",
            "a.api",
            "# mine\r\napi:\r\n  - file: b.api\r\n  - file: a.api\r\n",
        ),
        (
            "# mine\napi:\n  - file: a.api\n",
            "a.api",
            "# mine\napi:\n  - file: a.api\n",
        ),
    ];
    for (before, input, after) in cases {
        let mut project = Project::parse("".into(), before).expect(before);
        add(&mut project, input).expect(before);
        assert_eq!(project.text(), after);
        let again = Project::parse("".into(), after).expect(after);
        assert_eq!(again.inputs, project.inputs, "{after}");
    }
}

#[test]
fn a_chart_is_remembered_in_any_layout() {
    let ours = {
        let mut project = Project::empty("");
        add(&mut project, "a.api").expect("an input");
        project.text().to_owned()
    };
    let helm = "\n# How it is deployed: images, replicas, resources, hosts and more, see docs/deploy.md of zgen.\n\
        deploy:\n  helm: true\n";
    let cases = [
        (ours.clone(), format!("{ours}{helm}")),
        (
            "# mine\n".to_owned(),
            "# mine\n\ndeploy:\n  helm: true\n".to_owned(),
        ),
        (
            "deploy:\n    # so\n    monitor: true\nown: [] # none\n".to_owned(),
            "deploy:\n    helm: true\n    # so\n    monitor: true\nown: [] # none\n".to_owned(),
        ),
        (
            "deploy:\n  monitor: true\n  helm: false\n".to_owned(),
            "deploy:\n  monitor: true\n  helm: true\n".to_owned(),
        ),
        (
            "deploy: {helm: true}\n".to_owned(),
            "deploy: {helm: true}\n".to_owned(),
        ),
    ];
    for (before, after) in cases {
        let mut project = Project::parse("".into(), &before).expect(&before);
        project.add_helm().expect(&before);
        assert_eq!(project.text(), after);
        assert!(project.options.deploy.helm);
        // Inputs find their place beside it.
        let mut read = Project::parse("".into(), &after).expect(&after);
        assert_eq!(read.options, project.options, "{after}");
        add(&mut read, "b.api").expect(&after);
        assert!(read.options.deploy.helm);
    }
    for before in ["deploy: {monitor: true}\n", "{ deploy: {} }\n"] {
        let mut project = Project::parse("".into(), before).expect(before);
        let error = project.add_helm().expect_err(before).to_string();
        assert!(error.contains("deploy:\n  helm: true\n"), "{error}");
    }
}

#[test]
fn where_no_line_can_be_added_there_is_advice() {
    for (before, input) in [
        ("api: [{ file: b.api }]\n", "a.api"),
        ("{ api: [] }\n", "a.api"),
        (
            "# x\nrpc:\n  - file: a.proto\n    sql: [a.sql]\n",
            "a.proto a.sql b.sql",
        ),
        (
            "# x\nrpc:\n  - file: a.proto\n    sql:\n      - a.sql\n",
            "a.proto b.sql",
        ),
        (
            "# x\nrpc:\n  - include: [p]\n    file: a.proto\n",
            "a.proto b.sql",
        ),
        ("# x\nrpc:\n  - { file: a.proto }\n", "a.proto into shop"),
    ] {
        let mut project = Project::parse("".into(), before).expect(before);
        let known = project.clone();
        let error = add(&mut project, input).expect_err(before);
        let file = input.split(' ').next().unwrap_or_default();
        assert!(
            error.to_string().contains(&format!("- file: {file}")),
            "{error}"
        );
        assert_eq!(project, known, "{before}");
    }
}

#[test]
fn a_store_is_added_and_grows() {
    let mine = "# mine\nrpc:\n- file: a.proto\n";
    let mut project = Project::parse("out".into(), mine).expect("a project");
    let model = |file: &str, cache| ModelInput {
        name: "shop".to_owned(),
        sql: vec![Utf8Path::new("out").join(file)],
        dialect: None,
        tables: TableOptions {
            cache,
            ..TableOptions::default()
        },
    };
    project.add_model(&model("shop.sql", None)).expect("one");
    let one = format!("{mine}model:\n  - name: shop\n    sql:\n      - shop.sql\n");
    assert_eq!(project.text(), one);
    project
        .add_model(&model("more.sql", Some(false)))
        .expect("two");
    let two = format!("{one}      - more.sql\n    tables:\n      cache: false\n");
    assert_eq!(project.text(), two);
    project.add_model(&model("shop.sql", None)).expect("again");
    assert_eq!(project.text(), two);
    // What is laid out by a person is theirs to change.
    assert!(project.add_model(&model("shop.sql", Some(true))).is_err());

    let mut project = Project::empty("out");
    project
        .add_model(&model("shop.sql", Some(false)))
        .expect("new");
    let read = Project::parse("out".into(), project.text()).expect("zgen's own text");
    assert_eq!(read.inputs, project.inputs);
    assert_eq!(read.text(), project.text());
}
