//! The databases of a deployed system: users and tables.

use crate::lower::deploy::{Plan, Service, file};
use crate::rust::File;
use crate::rust::deploy::{Body, Database, Mysql, MysqlDatabase, MysqlSchema};

pub(super) fn files(plan: &Plan, out: &mut Vec<File>) {
    let mysql = view(plan);
    if mysql.databases.is_empty() {
        return;
    }
    for (service, database) in plan.databases() {
        let path = format!("deploy/mysql/{}", schema(service));
        out.push(file(path, Body::MysqlSchema(statements(service, database))));
    }
    // Sorted before the schemas: the container runs the files in the order of their names.
    out.push(file(
        "deploy/mysql/00-databases.sh",
        Body::MysqlUsers(mysql),
    ));
}

pub(super) fn view(plan: &Plan) -> Mysql {
    let database = |(service, database): (&Service, &Database)| MysqlDatabase {
        name: database.mysql.clone(),
        user: database.user.clone(),
        secret: secret(database),
        schema: schema(service),
    };
    Mysql {
        databases: plan.databases().map(database).collect(),
    }
}

/// The compose secret with a user's password.
pub(super) fn secret(database: &Database) -> String {
    format!("mysql_{}_password", database.user)
}

fn schema(service: &Service) -> String {
    format!("10-{}.sql", service.process.host)
}

fn statements(service: &Service, database: &Database) -> MysqlSchema {
    let rpc = service.model;
    MysqlSchema {
        database: database.mysql.clone(),
        source: rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone()),
        statements: rpc.tables.iter().map(|table| table.ddl.clone()).collect(),
    }
}
