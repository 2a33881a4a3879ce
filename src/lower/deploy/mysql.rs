//! The databases of a deployed system: users, tables, and where their passwords are.

use crate::lower::deploy::{Plan, Service, file, text};
use crate::rust::File;
use crate::rust::deploy::{Body, Database, Mysql, MysqlDatabase, MysqlSchema};

pub(super) fn files(plan: &Plan, out: &mut Vec<File>) {
    let mysql = view(plan);
    if mysql.databases.is_empty() {
        return;
    }
    let placeholder = "change-me";
    out.push(text(
        "deploy/secrets/mysql_root_password.example",
        format!("{placeholder}\n"),
    ));
    for (service, database) in plan.databases() {
        let secret = format!("deploy/secrets/{}.example", secret(database));
        out.push(text(secret, format!("{placeholder}\n")));
        let variables = format!("deploy/secrets/{}.example", variables(service));
        out.push(text(variables, dsn(database, placeholder)));
        let path = format!("deploy/mysql/{}", schema(service));
        out.push(file(path, Body::MysqlSchema(statements(service, database))));
    }
    // Sorted before the schemas: the container runs the files in the order of their names.
    out.push(file(
        "deploy/mysql/00-databases.sh",
        Body::MysqlUsers(mysql),
    ));
    // Only the examples belong into version control.
    let ignore = "*\n!.gitignore\n!*.example\n".to_owned();
    out.push(text("deploy/secrets/.gitignore", ignore));
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
fn secret(database: &Database) -> String {
    format!("mysql_{}_password", database.user)
}

/// The file with a service's secret variables.
pub(super) fn variables(service: &Service) -> String {
    format!("{}.env", service.process.host)
}

fn schema(service: &Service) -> String {
    format!("10-{}.sql", service.process.host)
}

fn dsn(database: &Database, password: &str) -> String {
    let Database { mysql, user, .. } = database;
    let secret = secret(database);
    format!(
        "# The password is the one in {secret}.\n\
         MYSQL_DSN={user}:{password}@tcp(mysql:3306)/{mysql}?charset=utf8mb4&parseTime=true\n"
    )
}

fn statements(service: &Service, database: &Database) -> MysqlSchema {
    let rpc = service.model;
    MysqlSchema {
        database: database.mysql.clone(),
        source: rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone()),
        statements: rpc.tables.iter().map(|table| table.ddl.clone()).collect(),
    }
}
