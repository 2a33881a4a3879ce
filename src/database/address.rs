//! Where a database is. Holds a password, and shows everything but that.

use std::fmt;

use super::Error;
use crate::model::Dialect;

/// As a URL says it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) server: Server,
    /// As the driver reads it. Never printed.
    pub(super) url: String,
    /// Without password and options.
    shown: String,
    database: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    MySql,
    Postgres,
    Sqlite,
}

impl Address {
    /// What `--database` may say: a URL, `env:NAME` for one in the environment, or go-zero's
    /// `user:password@tcp(host:3306)/database`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.strip_prefix("env:") {
            None => Self::of(text),
            Some(name) => match std::env::var(name) {
                Ok(url) if !url.trim().is_empty() => Self::of(url.trim()),
                _ => Err(Error::Variable(name.to_owned())),
            },
        }
    }

    /// What the store is called unless it is said: the database, or the file without its ending.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whose words the DDL will be in.
    pub fn dialect(&self) -> Dialect {
        match self.server {
            Server::MySql => Dialect::MySql,
            Server::Postgres | Server::Sqlite => Dialect::Postgres,
        }
    }

    fn of(text: &str) -> Result<Self, Error> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            return Self::of_file(file);
        }
        if let Some((user, rest)) = text.split_once("@tcp(") {
            return Self::of_go(user, rest);
        }
        let refused = |reason: &str| Err(Error::Address(reason.to_owned()));
        let Some((scheme, rest)) = text.split_once("://") else {
            return refused("that is no URL");
        };
        let (server, scheme) = match scheme {
            "mysql" | "mariadb" => (Server::MySql, "mysql"),
            "postgres" | "postgresql" => (Server::Postgres, "postgres"),
            _ => return refused("that is the URL of no database that zgen reads"),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !authority.contains('@') && path.contains('@') {
            // Else a part of it would be taken for a host, and shown.
            return refused(
                "a user or a password has `/`, `?` or `#` in it, which URLs write as %2F, %3F and %23",
            );
        }
        let database = path.strip_prefix('/').unwrap_or_default();
        let database = database.split(['?', '#']).next().unwrap_or_default();
        let database = decoded(database);
        if database.is_empty() {
            return refused("the URL names no database");
        }
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let user = login.split(':').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        Ok(Self {
            server,
            url: format!("{scheme}://{rest}"),
            shown: format!("{scheme}://{user}{at}{host}/{database}"),
            database,
        })
    }

    fn of_file(path: &str) -> Result<Self, Error> {
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or_default();
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
        if name.is_empty() || path.starts_with(':') {
            return Err(Error::Address("`sqlite:` is followed by a file".to_owned()));
        }
        Ok(Self {
            server: Server::Sqlite,
            url: path.to_owned(),
            shown: format!("sqlite:{path}"),
            database: name.to_owned(),
        })
    }

    /// The rest is behind `@tcp(`. Options are those of Go's driver, and say nothing about reading.
    fn of_go(login: &str, rest: &str) -> Result<Self, Error> {
        let parts = rest.split_once(")/");
        let Some((host, database)) = parts.filter(|(host, _)| !host.contains(['@', '/'])) else {
            let reason = "`@tcp(` is followed by `host:port)/database`";
            return Err(Error::Address(reason.to_owned()));
        };
        let database = database.split('?').next().unwrap_or_default();
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (user, password) = (encoded(user), encoded(password));
        Self::of(&format!("mysql://{user}:{password}@{host}/{database}"))
    }
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Without the password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

/// `%2F` is `/`. What is no text is left as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|two| str::from_utf8(two).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte.filter(|_| *first == b'%') {
            out.push(byte);
            rest = &behind[2..];
        } else {
            out.push(*first);
            rest = behind;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn passwords_are_never_shown() {
        let cases = [
            (
                "mysql://u:secret@h:3306/shop?ssl-mode=REQUIRED",
                "mysql://u@h:3306/shop",
                "shop",
            ),
            ("mariadb://h/shop", "mysql://h/shop", "shop"),
            (
                "postgresql://u:se%2Fcret@[::1]/a%20b",
                "postgres://u@[::1]/a b",
                "a b",
            ),
            (
                "u:se/c@ret@tcp(h:3306)/shop?parseTime=true",
                "mysql://u@h:3306/shop",
                "shop",
            ),
            (
                "sqlite://data/shop.db?mode=ro",
                "sqlite:data/shop.db",
                "shop",
            ),
            ("sqlite:shop", "sqlite:shop", "shop"),
        ];
        for (text, shown, database) in cases {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(address.database(), database);
            assert_eq!(format!("{address:?}"), format!("Address({shown})"));
        }
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        let cases = [
            "secret",
            "secret.proto",
            "oracle://u:secret@h/shop",
            "mysql://u:secret@h:3306",
            "mysql://u:12/secret@h/shop",
            "mysql://u:12?secret@h/shop",
            "postgres://u:secret@h/",
            "u:secret@tcp(h:3306)",
            "sqlite::secret:",
            "env:ZGEN_NO_SUCH_VARIABLE",
            "",
        ];
        for text in cases {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("--database: "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
