//! One `etc/*.yaml`, read as the service's runtime reads it: keys in any case, `${VAR}` from the environment, and
//! `<NAME>__<KEY>` variables over the file.

use anyhow::{Context as _, bail};
use camino::Utf8Path;
use serde_json::{Map, Value};

/// Where variables come from: the process's environment, or a test's.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

pub struct Settings<'a> {
    root: Map<String, Value>,
    /// The service's own `Name`.
    pub name: String,
    env: Env<'a>,
}

impl<'a> Settings<'a> {
    /// `path` is for messages only.
    pub fn parse(path: &Utf8Path, text: &str, env: Env<'a>) -> anyhow::Result<Self> {
        let root: Map<String, Value> =
            serde_saphyr::from_str(text).with_context(|| format!("{path} is not valid YAML"))?;
        let name = match entry(&root, "Name") {
            Some(Value::String(name)) => expand(name, env),
            _ => bail!("{path} has no `Name:`"),
        };
        Ok(Self { root, name, env })
    }

    /// A scalar by its path of keys, as text.
    pub fn text(&self, keys: &[&str]) -> Option<String> {
        if let Some(text) = (self.env)(&variable(&self.name, keys)) {
            return Some(text);
        }
        match self.value(keys)? {
            Value::String(text) => Some(expand(text, self.env)),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(bool) => Some(bool.to_string()),
            _ => None,
        }
    }

    /// A list of texts by its path of keys; a comma list in a variable.
    pub fn list(&self, keys: &[&str]) -> Option<Vec<String>> {
        if let Some(text) = (self.env)(&variable(&self.name, keys)) {
            return Some(text.split(',').map(|item| item.trim().to_owned()).collect());
        }
        let items = self.value(keys)?.as_array()?.iter();
        let texts = items.filter_map(Value::as_str);
        Some(texts.map(|text| expand(text, self.env)).collect())
    }

    /// The keys of the sections at the top.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        let sections = self.root.iter().filter(|(_, value)| value.is_object());
        sections.map(|(key, _)| key.as_str())
    }

    fn value(&self, keys: &[&str]) -> Option<&Value> {
        let (last, sections) = keys.split_last()?;
        let mut section = &self.root;
        for key in sections {
            section = entry(section, key)?.as_object()?;
        }
        entry(section, last)
    }
}

/// The variable that overrides a key: `ORDER_API__ORDERRPC__ENDPOINTS` for `OrderRpc.Endpoints` of `order-api`.
pub fn variable(name: &str, keys: &[&str]) -> String {
    let name = name.chars().map(|char| {
        if char.is_ascii_alphanumeric() {
            char
        } else {
            '_'
        }
    });
    let mut variable = name.collect::<String>().to_uppercase();
    for key in keys {
        variable.push_str("__");
        variable.push_str(&key.to_uppercase());
    }
    variable
}

fn entry<'v>(section: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let mut entries = section.iter();
    let found = entries.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(found.1)
}

/// Fills in `${VAR}` and `${VAR:-otherwise}`.
fn expand(text: &str, env: Env<'_>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (inside, after))) = rest
        .split_once("${")
        .and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        let (name, otherwise) = match inside.split_once(":-") {
            Some((name, otherwise)) => (name, Some(otherwise)),
            None => (inside, None),
        };
        // What follows `:-` stands in for an empty variable too, as in a shell.
        let value = env(name).filter(|value| !value.is_empty());
        expanded.push_str(before);
        expanded.push_str(value.as_deref().or(otherwise).unwrap_or_default());
        rest = after;
    }
    expanded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
Name: order-api
Host: 0.0.0.0
port: 8888
OrderRpc:
  Endpoints: [127.0.0.1:8080, \"${PEER}:8081\"]
  Timeout: 2000
DevServer:
  Port: ${DEV_PORT:-6060}
  Enabled: false
";

    #[test]
    fn reads_as_the_runtime_does() -> anyhow::Result<()> {
        let env = |name: &str| match name {
            "PEER" => Some("peer".to_owned()),
            "DEV_PORT" => Some(String::new()),
            "ORDER_API__ORDERRPC__TIMEOUT" => Some("500".to_owned()),
            _ => None,
        };
        let settings = Settings::parse("etc/order-api.yaml".into(), FILE, &env)?;
        let cases: [(&[&str], Option<&str>); 7] = [
            (&["Name"], Some("order-api")),
            (&["Port"], Some("8888")),
            (&["orderrpc", "timeout"], Some("500")),
            (&["DevServer", "Port"], Some("6060")),
            (&["DevServer", "Enabled"], Some("false")),
            (&["DevServer"], None),
            (&["Host", "Port"], None),
        ];
        for (keys, expected) in cases {
            assert_eq!(settings.text(keys).as_deref(), expected, "{keys:?}");
        }
        let endpoints = settings.list(&["OrderRpc", "Endpoints"]);
        let expected = ["127.0.0.1:8080", "peer:8081"].map(str::to_owned);
        assert_eq!(endpoints, Some(expected.to_vec()));
        let sections: Vec<_> = settings.sections().collect();
        assert_eq!(sections, ["OrderRpc", "DevServer"]);
        Ok(())
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("Port: 1", "etc/a.yaml has no `Name:`"),
            ("Name: [", "etc/a.yaml is not valid YAML"),
            ("- a", "etc/a.yaml is not valid YAML"),
        ];
        for (text, expected) in cases {
            let error = Settings::parse("etc/a.yaml".into(), text, &|_| None).err();
            let error = error.map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_the_overriding_variable() {
        assert_eq!(variable("order-api", &["Port"]), "ORDER_API__PORT");
        assert_eq!(
            variable("order.rpc", &["DevServer", "Port"]),
            "ORDER_RPC__DEVSERVER__PORT"
        );
    }
}
