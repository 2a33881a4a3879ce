//! What a configuration asks for and this build does not have is an error at the start, with the way out.

use zgen_rt::config::{ConfigFile, RestConf, RpcClientConf, RpcServerConf};

/// The errors of reading a text as a gateway, a service and a caller.
fn errors(keys: &str) -> [Option<String>; 3] {
    let file = ConfigFile::from_yaml(&format!("{{Name: it, {keys}}}")).unwrap();
    let text = |error: zgen_rt::config::Error| error.to_string();
    [
        file.root::<RestConf>().err().map(text),
        file.root::<RpcServerConf>().err().map(text),
        file.root::<RpcClientConf>().err().map(text),
    ]
}

#[test]
// A table of cases.
#[allow(clippy::too_many_lines)]
fn what_is_not_built_in_is_said() {
    const ALL: &str = "Port: 1, ListenOn: 'h:1'";
    // (keys, the key in the error, the feature, whether it is built in, who reads the key)
    let tls = cfg!(feature = "tls");
    let redis = cfg!(feature = "redis");
    let gunzip = cfg!(feature = "gunzip");
    let etcd = "Etcd: {Hosts: ['h:1'], Key: k, ";
    let rows = [
        (
            "CertFile: a.pem",
            "CertFile",
            "tls",
            tls,
            [true, true, false],
        ),
        ("KeyFile: a.key", "KeyFile", "tls", tls, [true, true, false]),
        (
            "ClientCAFile: ca.pem",
            "ClientCAFile",
            "tls",
            tls,
            [true, true, false],
        ),
        ("Tls: {}", "Tls", "tls", tls, [false, false, true]),
        (
            "Tls: {InsecureSkipVerify: true}",
            "Tls.InsecureSkipVerify",
            "tls",
            tls,
            [false, false, true],
        ),
        (
            "RateLimit: {Redis: {Host: 'h:1'}}",
            "RateLimit.Redis",
            "redis",
            redis,
            [true, true, false],
        ),
        (
            "Redis: {Host: 'h:1', Type: cluster}",
            "Redis.Type",
            "redis-cluster",
            cfg!(feature = "redis-cluster"),
            [false, true, false],
        ),
        (
            "Redis: {Host: 'h:1', Tls: true}",
            "Redis.Tls",
            "tls",
            tls,
            [false, true, false],
        ),
        (
            "Redis: {Host: 'h:1', CACertFile: a}",
            "Redis.CACertFile",
            "tls",
            tls,
            [false, true, false],
        ),
        (
            "Middlewares: {Gunzip: true}",
            "Middlewares.Gunzip",
            "gunzip",
            gunzip,
            [true, false, false],
        ),
    ];
    let mut cases: Vec<_> = rows
        .map(|row| (row.0.to_owned(), row.1, row.2, row.3, row.4))
        .into();
    for (key, value) in [
        ("CertFile", "a"),
        ("CACertFile", "a"),
        ("InsecureSkipVerify", "true"),
    ] {
        let name = match key {
            "CertFile" => "Etcd.CertFile",
            "CACertFile" => "Etcd.CACertFile",
            _ => "Etcd.InsecureSkipVerify",
        };
        cases.push((
            format!("{etcd}{key}: {value}}}"),
            name,
            "tls",
            tls,
            [false, true, true],
        ));
    }
    for (keys, key, feature, is_there, read) in cases {
        let errors = errors(&format!("{ALL}, {keys}"));
        for (error, is_read) in errors.iter().zip(read) {
            match error {
                Some(error) => {
                    assert!(is_read && !is_there, "{keys}: {error}");
                    let way =
                        format!("`{key}`: needs the feature `{feature}` of zgen-rt; add it in");
                    assert!(error.contains(&way), "{keys}: {error}");
                }
                None => assert!(!is_read || is_there, "{keys}"),
            }
        }
    }
    // What is empty, as a variable that is not set may leave it, is not there.
    for keys in ["CertFile: ''", "Middlewares: {}", "Tls:", "RateLimit:"] {
        assert_eq!(
            errors(&format!("{ALL}, {keys}")),
            [None, None, None],
            "{keys}"
        );
    }
}
