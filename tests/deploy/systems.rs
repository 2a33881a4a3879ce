//! Systems made by hand: only what deployment looks at is filled in.

use indexmap::IndexMap;
use zgen::model::{
    Dialect, Gateway, Group, Messages, Methods, Migrations, Rpc, RpcService, Schema, System, Table,
};
use zgen::source::{FileId, Span};

/// One gateway, one service with a table.
pub(crate) fn order() -> System {
    System {
        gateways: vec![gateway("order-api")],
        rpcs: vec![rpc("order", "Order", Some("orders"))],
        ..System::default()
    }
}

pub(crate) fn without_tables() -> System {
    System {
        gateways: vec![gateway("order-api")],
        rpcs: vec![rpc("order", "Order", None)],
        ..System::default()
    }
}

pub(crate) fn without_rpc() -> System {
    System {
        gateways: vec![gateway("order-api")],
        rpcs: Vec::new(),
        ..System::default()
    }
}

pub(crate) fn without_gateway() -> System {
    System {
        gateways: Vec::new(),
        rpcs: vec![rpc("order", "Order", Some("orders"))],
        ..System::default()
    }
}

pub(crate) fn two_services() -> System {
    System {
        gateways: vec![gateway("order-api")],
        rpcs: vec![
            rpc("order", "Order", Some("orders")),
            rpc("shop.user.v1", "User", Some("users")),
        ],
        ..System::default()
    }
}

pub(crate) fn two_gateways() -> System {
    System {
        gateways: vec![gateway("admin-api"), gateway("order-api")],
        ..order()
    }
}

/// The gateway calls a service that this workspace does not contain.
pub(crate) fn service_elsewhere() -> System {
    let mut system = without_tables();
    system.rpcs[0].serve = false;
    system
}

/// Gateways that ask for tokens: one of one kind, one of two.
pub(crate) fn tokens() -> System {
    let mut system = two_gateways();
    system.gateways[0].groups = vec![group("Auth", None), group("Auth", None)];
    system.gateways[1].groups = vec![group("Auth", Some("JwtTrans"))];
    system
}

/// A gateway whose callers sign, and nothing else.
pub(crate) fn signed() -> System {
    let mut system = without_rpc();
    system.gateways[0].groups = vec![Group {
        jwt: None,
        signature: true,
        ..group("", None)
    }];
    system
}

fn group(jwt: &str, transition: Option<&str>) -> Group {
    Group {
        group: None,
        prefix: String::new(),
        jwt: Some(jwt.to_owned()),
        jwt_transition: transition.map(str::to_owned),
        middleware: Vec::new(),
        signature: false,
        timeout: None,
        max_bytes: None,
        sse: false,
        properties: IndexMap::new(),
        routes: Vec::new(),
    }
}

fn gateway(name: &str) -> Gateway {
    Gateway {
        name: name.to_owned(),
        file: "order.api".to_owned(),
        info: IndexMap::new(),
        types: Vec::new(),
        groups: Vec::new(),
        links: Vec::new(),
    }
}

fn rpc(name: &str, service: &str, table: Option<&str>) -> Rpc {
    Rpc {
        merged: false,
        name: name.to_owned(),
        package: name.to_owned(),
        serve: true,
        file: format!("{name}.proto"),
        services: vec![RpcService {
            name: service.to_owned(),
            full_name: format!("{name}.{service}"),
            package: name.to_owned(),
            methods: Methods::default(),
            docs: Vec::new(),
        }],
        messages: Messages::default(),
        imported: Messages::default(),
        enums: Vec::new(),
        tables: table.map(self::table).into_iter().collect(),
        dialect: Dialect::default(),
        schema: Schema::default(),
        migrations: Migrations::default(),
        sql_file: table.map(|_| format!("{name}.sql")),
    }
}

fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        label: None,
        uncached: false,
        columns: Vec::new(),
        primary_key: vec!["id".to_owned()],
        unique_keys: Vec::new(),
        indexes: Vec::new(),
        soft_delete: None,
        version: None,
        docs: Vec::new(),
        written: Vec::new(),
        keys: Vec::new(),
        ddl: format!("CREATE TABLE `{name}` (\n  `id` BIGINT NOT NULL,\n  PRIMARY KEY (`id`)\n)"),
        span: Span::new(FileId(0), 0, 0),
    }
}
