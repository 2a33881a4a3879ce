//! `--key value`, and what is behind `--`.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::Context as _;

pub struct Flags {
    values: BTreeMap<String, String>,
    pub rest: Vec<String>,
}

impl Flags {
    pub fn read(mut args: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut values = BTreeMap::new();
        while let Some(arg) = args.next() {
            if arg == "--" {
                break;
            }
            let key = arg.strip_prefix("--").with_context(|| arg.clone())?;
            let value = args.next().with_context(|| format!("--{key}: no value"))?;
            values.insert(key.to_owned(), value);
        }
        let rest = args.collect();
        Ok(Self { values, rest })
    }

    pub fn text(&self, key: &str) -> anyhow::Result<&str> {
        let value = self.values.get(key);
        Ok(value.with_context(|| format!("--{key} is missing"))?)
    }

    pub fn number<T: FromStr>(&self, key: &str) -> anyhow::Result<Option<T>> {
        let Some(text) = self.values.get(key) else {
            return Ok(None);
        };
        let number = text.parse().ok();
        Ok(Some(number.with_context(|| format!("--{key} {text}"))?))
    }
}
