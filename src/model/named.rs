//! Lists that are asked for what is of one name, again and again: with an index that cannot be another list's.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use serde::Serialize;

use crate::model::{Message, RpcMethod, TableCall};

/// Messages, found by their full names.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Messages {
    list: Vec<Message>,
    /// The first of each full name.
    #[serde(skip)]
    places: BTreeMap<String, usize>,
}

impl Messages {
    /// The message of this full name (`order.CreateOrderRequest`, no leading dot).
    pub fn named(&self, full_name: &str) -> Option<&Message> {
        self.list.get(*self.places.get(full_name)?)
    }
}

impl From<Vec<Message>> for Messages {
    fn from(list: Vec<Message>) -> Self {
        let mut places = BTreeMap::new();
        for (place, message) in list.iter().enumerate() {
            places.entry(message.full_name.clone()).or_insert(place);
        }
        Self { list, places }
    }
}

impl Deref for Messages {
    type Target = [Message];

    fn deref(&self) -> &[Message] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Messages {
    type Item = &'a Message;
    type IntoIter = std::slice::Iter<'a, Message>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The methods of a service, with the messages of their signatures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Methods {
    list: Vec<RpcMethod>,
    /// Full names of requests and responses, by the letters of their last part.
    #[serde(skip)]
    plain: BTreeMap<String, BTreeSet<String>>,
    /// Those whose last part has more than letters, digits and underscores.
    #[serde(skip)]
    odd: BTreeSet<String>,
}

impl Methods {
    /// Whether a method takes or gives this message.
    pub fn mention(&self, full_name: &str) -> bool {
        let alike = match letters(full_name) {
            Some(letters) => self.plain.get(&letters),
            None => Some(&self.odd),
        };
        alike.is_some_and(|names| names.contains(full_name))
    }

    /// The messages of signatures that may have the name of this one where case and underscores are not told apart.
    pub fn alike(&self, full_name: &str) -> impl Iterator<Item = &str> {
        let groups: Vec<_> = match letters(full_name) {
            Some(letters) => self.plain.get(&letters).into_iter().collect(),
            None => self.plain.values().collect(),
        };
        let names = groups.into_iter().chain([&self.odd]).flatten();
        names.map(String::as_str)
    }

    /// Says which operation of a table answers each method, in their order.
    pub fn set_calls(&mut self, calls: impl Iterator<Item = Option<TableCall>>) {
        for (method, call) in self.list.iter_mut().zip(calls) {
            method.call = call;
        }
    }
}

impl From<Vec<RpcMethod>> for Methods {
    fn from(list: Vec<RpcMethod>) -> Self {
        let mut methods = Self::default();
        for name in list
            .iter()
            .flat_map(|method| [&method.input, &method.output])
        {
            let alike = match letters(name) {
                Some(letters) => methods.plain.entry(letters).or_default(),
                None => &mut methods.odd,
            };
            if !alike.contains(name) {
                alike.insert(name.clone());
            }
        }
        Self { list, ..methods }
    }
}

impl Deref for Methods {
    type Target = [RpcMethod];

    fn deref(&self) -> &[RpcMethod] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Methods {
    type Item = &'a RpcMethod;
    type IntoIter = std::slice::Iter<'a, RpcMethod>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The last part of a name in lower case without underscores; `None` where it may be read in more than one way.
fn letters(full_name: &str) -> Option<String> {
    let name = full_name.rsplit('.').next().unwrap_or(full_name);
    let is_known = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    let mut letters = name.replace('_', "");
    let is_plain = name.bytes().all(is_known)
        && letters.starts_with(|first: char| first.is_ascii_alphabetic());
    letters.make_ascii_lowercase();
    is_plain.then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(names: &[&str]) -> Methods {
        let method = |name: &&str| RpcMethod {
            name: "Do".to_owned(),
            input: (*name).to_owned(),
            output: (*name).to_owned(),
            client_streaming: false,
            server_streaming: false,
            idempotent: false,
            docs: Vec::new(),
            steps: Vec::new(),
            call: None,
        };
        names.iter().map(method).collect::<Vec<_>>().into()
    }

    #[test]
    fn names_that_may_become_one_are_found_by_each_other() {
        let all = methods(&["a.GetReq", "a.get_req", "b.Get_Req", "a.Other", "a.1st"]);
        for (name, expected) in [
            (
                "a.GetReq",
                &["a.GetReq", "a.get_req", "b.Get_Req", "a.1st"][..],
            ),
            ("z.getReq", &["a.GetReq", "a.get_req", "b.Get_Req", "a.1st"]),
            ("a.Nothing", &["a.1st"]),
            (
                "a._1st",
                &["a.GetReq", "a.get_req", "b.Get_Req", "a.Other", "a.1st"],
            ),
        ] {
            let found: Vec<_> = all.alike(name).collect();
            assert_eq!(found, expected, "{name}");
        }
        for name in ["a.GetReq", "a.get_req", "a.1st"] {
            assert!(all.mention(name), "{name}");
        }
        for name in ["b.GetReq", "a.2nd", "GetReq"] {
            assert!(!all.mention(name), "{name}");
        }
    }
}
