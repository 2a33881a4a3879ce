//! Configuration files: what is read, what is refused, and what is said about it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use zgen_rt::config::{
    Batcher, CacheConf, ConfigFile, DatabaseConf, Encoding, Error, Level, Millis, RestConf,
    RpcClientConf, RpcServerConf,
};

const GATEWAY: &str = "\
Name: order-api
Host: 0.0.0.0
Port: 8888

# OpenTelemetry: where spans go
OpenTelemetry:
  Endpoint: localhost:4317
  Sampler: 1.0  # all of them

OrderRpc:
  Etcd:
    Hosts:
      - localhost:2379
    Key: order.rpc
  Timeout: 5000
";

const SERVICE: &str = "\
Name: order.rpc
ListenOn: 0.0.0.0:8080

Etcd:
  Hosts:
    - localhost:2379
  Key: order.rpc

Database:
  DataSource: root:password@tcp(localhost:3306)/order?charset=utf8mb4&parseTime=true

Redis:
  Host: localhost:6379
  Type: node
";

/// Reads a text in an environment of these variables.
fn parse(text: &str, environment: &[(&str, &str)]) -> Result<ConfigFile, Error> {
    let pairs = || {
        let own = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
        environment.iter().map(own)
    };
    let variables: HashMap<String, String> = pairs().collect();
    let variable = |name: &str| variables.get(name).cloned();
    ConfigFile::parse(Path::new("etc/it.yaml"), text, &variable, pairs())
}

fn gateway(text: &str, environment: &[(&str, &str)]) -> Result<RestConf, Error> {
    parse(text, environment)?.root()
}

#[test]
fn files_in_the_shape_of_go_zero_load() {
    let file = parse(GATEWAY, &[]).unwrap();
    let rest: RestConf = file.root().unwrap();
    assert_eq!(rest.name, "order-api");
    assert_eq!((rest.host.as_str(), rest.port), ("0.0.0.0", 8888));
    let telemetry = rest.open_telemetry.unwrap();
    assert_eq!(telemetry.endpoint.as_deref(), Some("localhost:4317"));
    let rpc: RpcClientConf = file.section("OrderRpc").unwrap();
    assert_eq!(rpc.timeout, Millis::new(5000));
    let etcd = rpc.etcd.unwrap();
    assert_eq!((etcd.key.as_str(), etcd.hosts.len()), ("order.rpc", 1));
    assert_eq!(file.unread(), [""; 0]);

    let file = parse(SERVICE, &[]).unwrap();
    let rpc: RpcServerConf = file.root().unwrap();
    assert_eq!(rpc.listen_on, "0.0.0.0:8080");
    let database: DatabaseConf = file.section("Database").unwrap();
    assert_eq!(database.max_open_conns, 10);
    let cache: CacheConf = file.section("Redis").unwrap();
    assert_eq!(cache.host, "localhost:6379");
    assert_eq!(file.unread(), [""; 0]);
}

#[test]
fn defaults_are_those_of_go_zero() {
    let rest = gateway("{Name: a, Port: 1}", &[]).unwrap();
    assert_eq!(rest.host, "0.0.0.0");
    assert_eq!(rest.timeout, Millis::new(3000));
    assert_eq!(rest.max_bytes, 1_048_576);
    assert_eq!(rest.log.level, Level::Info);
    assert_eq!(rest.log.encoding, Encoding::Json);
    assert!(rest.open_telemetry.is_none() && rest.dev_server.is_none());
    assert_eq!(rest.shutdown.wrap_up_time, Millis::new(1000));
    assert_eq!(rest.shutdown.wait_time, Millis::new(5500));

    let rpc: RpcServerConf = parse("{Name: a, ListenOn: ':1'}", &[])
        .unwrap()
        .root()
        .unwrap();
    assert_eq!(rpc.timeout, Millis::new(2000));
    assert!(rpc.health && rpc.etcd.is_none());

    let with_dev = gateway("{Name: a, Port: 1, DevServer: {}, Telemetry: {}}", &[]).unwrap();
    let dev = with_dev.dev_server.unwrap();
    assert!(dev.enabled);
    assert_eq!((dev.host.as_str(), dev.port), ("0.0.0.0", 6060));
    assert_eq!(
        (dev.metrics_path.as_str(), dev.health_path.as_str()),
        ("/metrics", "/healthz")
    );
    let telemetry = with_dev.open_telemetry.unwrap();
    assert!((telemetry.sampler - 1.0).abs() < f64::EPSILON && !telemetry.disabled);

    // As in go-zero, a section without a value is no section.
    let null = gateway("{Name: a, Port: 1, DevServer: }", &[]).unwrap();
    assert!(null.dev_server.is_none());
}

#[test]
fn keys_come_in_any_case() {
    let texts = [
        "{Name: a, Port: 8, Telemetry: {Sampler: 0.5}}",
        "{name: a, port: 8, telemetry: {sampler: 0.5}}",
        "{NAME: a, PORT: 8, TELEMETRY: {SAMPLER: 0.5}}",
        "{Name: a, pOrT: 8, OpenTelemetry: {Sampler: 0.5}}",
        "{name: a, port: 8, opentelemetry: {sampler: 0.5}}",
        "{name: a, port: '8', OPENTELEMETRY: {sampler: '0.5'}}",
        "{name: a, port: ' 8 ', openTelemetry: {Sampler: 5e-1}}",
        "\u{feff}name: a\r\nport: 8\r\ntelemetry:\r\n  sampler: 0.5\r\n",
    ];
    for text in texts {
        let rest = gateway(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((rest.name.as_str(), rest.port), ("a", 8), "{text}");
        let sampler = rest.open_telemetry.map(|telemetry| telemetry.sampler);
        assert_eq!(sampler, Some(0.5), "{text}");
    }
}

#[test]
fn variables_are_expanded_in_values_only() {
    let environment = [("HOST", "h"), ("EMPTY", ""), ("ODD", "a: [b, # c")];
    let rows = [
        ("${HOST}", Ok("h")),
        ("x-${HOST}-${HOST}", Ok("x-h-h")),
        ("${HOST:-d}", Ok("h")),
        ("${NONE:-d}", Ok("d")),
        ("${NONE:-}", Ok("")),
        ("${EMPTY:-d}", Ok("d")),
        ("${EMPTY}", Ok("")),
        ("${NONE:-a:-b}", Ok("a:-b")),
        ("$HOST", Ok("$HOST")),
        ("a$b", Ok("a$b")),
        ("${HOST", Ok("${HOST")),
        // What a variable holds is never read as YAML, nor expanded again.
        ("${ODD}", Ok("a: [b, # c")),
        ("${NONE}", Err("NONE")),
        ("${NONE} ${HOST}", Err("NONE")),
    ];
    for (value, expected) in rows {
        let text = format!("Name: a\nPort: 1\nHost: \"{value}\" # ${{COMMENTED}}\n# ${{OUT}}\n");
        match (gateway(&text, &environment), expected) {
            (Ok(rest), Ok(host)) => assert_eq!(rest.host, host, "{value}"),
            (Err(error), Err(name)) => {
                let error = error.to_string();
                assert!(
                    error.contains(&format!("`{name}`")) && error.contains("`Host`"),
                    "{value}: {error}"
                );
            }
            (got, _) => panic!("{value}: {got:?}"),
        }
    }
    let rest = gateway("{Name: a, Port: '${PORT:-9}'}", &[("PORT", "10")]).unwrap();
    assert_eq!(rest.port, 10);
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = format!("{GATEWAY}DevServer:\n");
    let environment = [
        ("ORDER_API__PORT", "9000"),
        ("ORDER_API__ORDERRPC__ENDPOINTS", "a:1, b:2"),
        ("ORDER_API__ORDERRPC__ETCD__KEY", "other"),
        ("ORDER_API__DEVSERVER__PORT", "7000"),
        ("ORDER_API__OPENTELEMETRY__SAMPLER", "0.25"),
        ("ORDER_API__LOG__LEVEL", "ERROR"),
        ("ORDER_API__MAXBYTES", "77"),
        ("ORDER_API__TIMEOUT", "1m"),
        ("ORDER_API_PORT", "1"),
        ("OTHER__PORT", "2"),
        ("order_api__port", "3"),
    ];
    let file = parse(&text, &environment).unwrap();
    let rest: RestConf = file.root().unwrap();
    assert_eq!(rest.port, 9000);
    assert_eq!(rest.dev_server.map(|dev| dev.port), Some(7000));
    assert_eq!(
        rest.open_telemetry.map(|telemetry| telemetry.sampler),
        Some(0.25)
    );
    assert_eq!(rest.log.level, Level::Error);
    assert_eq!(rest.max_bytes, 77);
    assert_eq!(rest.timeout, Millis::new(60_000));
    let rpc: RpcClientConf = file.section("OrderRpc").unwrap();
    assert_eq!(rpc.endpoints, ["a:1", "b:2"]);
    assert_eq!(rpc.etcd.map(|etcd| etcd.key).as_deref(), Some("other"));

    let rpc: RpcServerConf = parse(SERVICE, &[("ORDER_RPC__LISTENON", "127.0.0.1:1")])
        .unwrap()
        .root()
        .unwrap();
    assert_eq!(rpc.listen_on, "127.0.0.1:1");
}

#[test]
fn times_are_milliseconds_or_texts() {
    let rows = [
        ("0", Some(Duration::ZERO)),
        ("250", Some(Duration::from_millis(250))),
        ("\"250\"", Some(Duration::from_millis(250))),
        ("200ms", Some(Duration::from_millis(200))),
        ("1.5s", Some(Duration::from_millis(1500))),
        ("1m30s", Some(Duration::from_secs(90))),
        ("2h", Some(Duration::from_hours(2))),
        ("10us", Some(Duration::from_micros(10))),
        ("10µs", Some(Duration::from_micros(10))),
        ("", None),
        ("\"\"", None),
        ("-5", None),
        ("-5s", None),
        ("5 s", None),
        ("5d", None),
        ("s", None),
        ("1.2.3s", None),
        ("1s5", None),
        ("1.5", None),
        (".inf", None),
        (".nan", None),
        ("[1]", None),
        ("true", None),
        ("99999999999999999999", None),
        ("9999999999999999999999h", None),
        // Each part fits, the sum does not.
        ("5000000000000000h5000000000000000h", None),
    ];
    for (value, expected) in rows {
        let rest = gateway(&format!("Name: a\nPort: 1\nTimeout: {value}\n"), &[]);
        match expected {
            Some(time) => assert_eq!(rest.unwrap().timeout.duration(), time, "{value}"),
            None => assert!(rest.is_err(), "{value}: {rest:?}"),
        }
    }
    assert_eq!(Millis::new(0).limit(), None);
    assert_eq!(Millis::new(1).limit(), Some(Duration::from_millis(1)));
}

#[test]
fn errors_name_the_file_and_the_key_and_no_value() {
    let rows = [
        ("Name: a\nPort: hunter2", "Port"),
        ("Name: a\nPort: 70000", "Port"),
        ("Name: a\nPort: -1", "Port"),
        ("Name: a\nPort: 1.5", "Port"),
        ("Name: a\nPort: [hunter2]", "Port"),
        ("Name: a\nPort: {x: hunter2}", "Port"),
        ("Name: a\nPort:", "Port"),
        ("Name: a\nport: 1\nPORT: 2", "Port"),
        ("Name: [hunter2]\nPort: 1", "Name"),
        ("Port: 1", "Name"),
        ("Name: a", "Port"),
        ("", "Name"),
        ("# nothing\n", "Name"),
        ("Name: a\nPort: 1\nLog: {Level: hunter2}", "Log.Level"),
        ("Name: a\nPort: 1\nLog: hunter2", "Log"),
        ("Name: a\nPort: 1\nLog: [hunter2]", "Log"),
        ("Name: a\nPort: 1\ntelemetry: {sampler: hunter2}", "Sampler"),
        (
            "Name: a\nPort: 1\nTelemetry: {Disabled: hunter2}",
            "Disabled",
        ),
        ("Name: a\nPort: 1\nTelemetry: {Batcher: hunter2}", "Batcher"),
        (
            "Name: a\nPort: 1\nTelemetry: {Priority: [{Attribute: hunter2}]}",
            "Attribute",
        ),
        ("Name: a\nPort: 1\nTimeout: hunter2", "Timeout"),
        (
            "Name: a\nPort: 1\nShutdown: {WaitTime: hunter2}",
            "Shutdown.WaitTime",
        ),
    ];
    for (text, key) in rows {
        let error = gateway(text, &[]).expect_err(text).to_string();
        assert!(error.contains("etc/it.yaml"), "{text}: {error}");
        assert!(error.contains(key), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{text}: {error}");
        assert!(!error.contains("70000"), "{text}: {error}");
    }
}

#[test]
fn what_is_not_yaml_is_refused_without_a_value() {
    let rows = [
        "Name: a\nPass: \"hunter2\nPort: 1\n",
        "Name: a\n\tPass: hunter2\n",
        "Pass: hunter2: hunter2\n",
        "Pass: [hunter2\n",
        "Pass: *hunter2\n",
        "Pass: hunter2\nPass: hunter2\n",
        "- hunter2\n",
        "hunter2",
        "Pass: hunter2\n---\nPass: hunter2\n",
    ];
    for text in rows {
        let error = parse(text, &[]).expect_err(text);
        for shown in [format!("{error}"), format!("{error:?}")] {
            assert!(shown.contains("etc/it.yaml"), "{text}: {shown}");
            assert!(!shown.contains("hunter2"), "{text}: {shown}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = ConfigFile::read(Path::new("no/such.yaml")).unwrap_err();
    assert!(missing.to_string().contains("no/such.yaml"), "{missing}");

    let path = std::env::temp_dir().join(format!("zgen-rt-config-{}.yaml", std::process::id()));
    std::fs::write(&path, b"Name: \xff\n").unwrap();
    let binary = ConfigFile::read(&path).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(binary.contains("zgen-rt-config-"), "{binary}");
}

#[test]
fn hostile_nesting_is_refused() {
    let deep = format!("Name: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(&deep, &[]).is_err());
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let aliases = vec![before; 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    assert!(parse(&bomb, &[]).is_err());
}

#[test]
fn secrets_stay_out_of_debug() {
    let file = parse(
        "{Name: a, Database: {DataSource: hunter2}, Redis: {Host: 'h:1', Pass: hunter2}}",
        &[],
    )
    .unwrap();
    let database: DatabaseConf = file.section("Database").unwrap();
    let cache: CacheConf = file.section("Redis").unwrap();
    let shown = format!("{database:?} {cache:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(database.data_source, "hunter2");
}

#[test]
fn telemetry_has_the_keys_of_go_zero_and_its_own() {
    let text = "{Name: a, Port: 1, Telemetry: {Name: b, Endpoint: 'h:4318', Sampler: 0.5, \
        Batcher: otlphttp, OtlpHeaders: {Authorization: hunter2}, OtlpHttpPath: /p, \
        OtlpHttpSecure: true, Disabled: false, Priority: [{Header: x, Values: 'a, b'}], \
        OtlpTimeout: 3s, MaxQueueSize: 7}}";
    let conf = gateway(text, &[]).unwrap().open_telemetry.unwrap();
    assert_eq!(conf.batcher, Batcher::OtlpHttp);
    assert_eq!(conf.otlp_headers["Authorization"], "hunter2");
    assert_eq!(conf.otlp_http_path.as_deref(), Some("/p"));
    assert!(conf.otlp_http_secure && conf.metrics && !conf.logs);
    assert_eq!(conf.priority[0].header.as_deref(), Some("x"));
    assert_eq!(conf.priority[0].values, ["a", "b"]);
    assert_eq!(conf.otlp_timeout, Millis::new(3000));
    let sizes = (conf.max_queue_size, conf.max_export_batch_size);
    assert_eq!(sizes, (7, 512));
    let shown = format!("{conf:?}");
    assert!(
        !shown.contains("hunter2") && shown.contains("Authorization"),
        "{shown}"
    );
}

#[test]
fn words_and_digits_stay_what_they_are() {
    let texts = [
        "yes", "no", "on", "off", "y", "N", "0123", "1_000", "12345", "-7", "1.2.3",
    ];
    for text in texts {
        let rest = gateway(&format!("Name: a\nPort: 1\nHost: {text}\n"), &[]).unwrap();
        assert_eq!(rest.host, text);
    }
    let flags = [
        ("true", true),
        ("yes", true),
        ("ON", true),
        ("\"true\"", true),
        ("False", false),
        ("no", false),
        ("off", false),
    ];
    for (text, expected) in flags {
        let rest = gateway(
            &format!("Name: a\nPort: 1\nTelemetry: {{Disabled: {text}}}\n"),
            &[],
        );
        let disabled = rest.unwrap().open_telemetry.map(|conf| conf.disabled);
        assert_eq!(disabled, Some(expected), "{text}");
    }
    for port in ["0080", "80", "\"80\""] {
        let rest = gateway(&format!("Name: a\nPort: {port}\n"), &[]).unwrap();
        assert_eq!(rest.port, 80, "{port}");
    }
}

#[test]
fn sections_are_optional_or_named_when_missing() {
    let file = parse("{Name: a, orderrpc: {timeout: 1s}, Empty: }", &[]).unwrap();
    let found: RpcClientConf = file.section("OrderRpc").unwrap();
    assert_eq!(found.timeout, Millis::new(1000));
    for key in ["Empty", "Missing"] {
        assert!(file.optional::<CacheConf>(key).unwrap().is_none(), "{key}");
        let error = file.section::<CacheConf>(key).unwrap_err().to_string();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
    let error = parse("{Name: a, Redis: {Host: [1]}}", &[])
        .unwrap()
        .section::<CacheConf>("Redis")
        .unwrap_err()
        .to_string();
    assert!(error.contains("`Redis.Host`"), "{error}");
    // What is to come from the environment is named as the environment has it.
    let error = parse("{Name: order-api, Redis: {Type: node}}", &[]).unwrap();
    let error = error.section::<CacheConf>("Redis").unwrap_err().to_string();
    let expected = "`Redis.Host`: is missing; the variable ORDER_API__REDIS__HOST gives it";
    assert!(error.contains(expected), "{error}");
    let given = [("ORDER_API__REDIS__HOST", "redis:6379")];
    let file = parse("{Name: order-api, Redis: {Type: node}}", &given).unwrap();
    let redis: CacheConf = file.section("Redis").unwrap();
    assert_eq!(redis.host, "redis:6379");
}

#[test]
fn keys_that_nothing_reads_are_found() {
    let text = "\
Name: a
Prot: 8080
Port: 1
telemetry: {Endpont: x, Sampler: 1}
OrderRpc: {Endpoints: [a], Timout: 5}
Unused: {Deep: 1}
";
    let file = parse(text, &[]).unwrap();
    let _: RestConf = file.root().unwrap();
    let _: RpcClientConf = file.section("orderRPC").unwrap();
    let mut unread = file.unread();
    unread.sort();
    let expected = ["Prot", "Telemetry.Endpont", "Unused", "orderRPC.Timout"];
    assert_eq!(unread, expected);
}

#[test]
fn a_services_own_types_are_read_leniently() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Own {
        text: String,
        flag: bool,
        signed: i64,
        big: u64,
        ratio: f64,
        list: Vec<u16>,
        items: Vec<Item>,
        map: HashMap<String, String>,
        #[serde(default)]
        gone: Option<String>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Item {
        name: String,
    }
    let text = "\
Own:
  text: 123
  FLAG: \"true\"
  signed: \"-9223372036854775808\"
  big: 18446744073709551615
  ratio: 1
  list: \"1, 2,3\"
  items: [{NAME: x}, {name: y}]
  map: {Key: v, other: 5}
";
    let own: Own = parse(text, &[]).unwrap().section("own").unwrap();
    assert_eq!(own.text, "123");
    assert!(own.flag);
    assert_eq!((own.signed, own.big), (i64::MIN, u64::MAX));
    assert_eq!(own.list, [1, 2, 3]);
    assert_eq!(own.items[1].name, "y");
    // The keys of a map are data and keep their case.
    assert_eq!(own.map["Key"], "v");
    assert_eq!(own.map["other"], "5");

    let wrong = text.replace("text: 123", "text: 1.10");
    let error = parse(&wrong, &[]).unwrap().section::<Own>("own");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("quotes"), "{error}");

    let wrong = text.replace("[{NAME: x}, {name: y}]", "[{name: x}, {nme: y}]");
    let error = parse(&wrong, &[]).unwrap().section::<Own>("own");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("own.Items[1]"), "{error}");
}
