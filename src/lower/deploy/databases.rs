//! The databases of a deployed system, and their users; the tables are the services' own business.

use crate::lower::deploy::{Plan, Service, file};
use crate::rust::File;
use crate::rust::deploy::{Body, Database, Databases, MYSQL, POSTGRES, ServedDatabase, Server};

pub(super) fn files(plan: &Plan, out: &mut Vec<File>) {
    for server in [MYSQL, POSTGRES] {
        let databases = view(plan, server);
        if databases.databases.is_empty() {
            continue;
        }
        let path = format!("deploy/{}/00-databases.sh", server.host);
        out.push(file(
            path,
            if server.is_postgres {
                Body::PostgresUsers(databases)
            } else {
                Body::MysqlUsers(databases)
            },
        ));
    }
}

pub(super) fn view(plan: &Plan, server: Server) -> Databases {
    let database = |(_, database): (&Service, &Database)| ServedDatabase {
        name: database.name.clone(),
        user: database.user.clone(),
        secret: secret(database),
    };
    let of_server = |(_, database): &(&Service, &Database)| database.server == server;
    Databases {
        databases: plan.databases().filter(of_server).map(database).collect(),
    }
}

/// The kinds of servers that there are to be.
pub(super) fn servers(plan: &Plan) -> Vec<Server> {
    let is_used = |server: &Server| (plan.databases()).any(|(_, it)| it.server == *server);
    [MYSQL, POSTGRES].into_iter().filter(is_used).collect()
}

/// The compose secret with the password of a server's own user.
pub(super) fn root_secret(server: Server) -> String {
    format!("{}_root_password", server.host)
}

/// The compose secret with a user's password.
pub(super) fn secret(database: &Database) -> String {
    format!("{}_{}_password", database.server.host, database.user)
}
