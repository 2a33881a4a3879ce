//! The groups of a gateway as a tree of modules: `group: admin/user` is `admin::user`.

use std::collections::BTreeMap;

use super::super::names;
use crate::model::{Gateway, Route};

/// One module below `handler` and `logic`.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) children: BTreeMap<String, Node<'a>>,
    /// In source order.
    pub(super) routes: Vec<&'a Route>,
}

impl<'a> Node<'a> {
    pub(super) fn of(gateway: &'a Gateway) -> Self {
        let mut root = Self::default();
        for group in &gateway.groups {
            let mut node = &mut root;
            for module in modules(group.group.as_deref()) {
                node = node.children.entry(module).or_default();
            }
            node.routes.extend(&group.routes);
        }
        root
    }

    /// Every module with its path, parents first.
    pub(super) fn all(&self) -> Vec<(Vec<String>, &Self)> {
        let mut found = Vec::new();
        self.collect(&[], &mut found);
        found
    }

    fn collect<'n>(&'n self, path: &[String], found: &mut Vec<(Vec<String>, &'n Self)>) {
        found.push((path.to_vec(), self));
        for (name, child) in &self.children {
            let path = [path, std::slice::from_ref(name)].concat();
            child.collect(&path, found);
        }
    }
}

/// `admin/user` as `["admin", "user"]`.
pub(super) fn modules(group: Option<&str>) -> Vec<String> {
    let parts = group
        .unwrap_or_default()
        .split('/')
        .filter(|part| !part.is_empty());
    parts.map(names::module).collect()
}

/// The name of a route's handler and logic function.
pub(super) fn function(route: &Route) -> String {
    names::value(&route.handler)
}

/// Prefix of the span attributes of a module: its last part, or the service.
pub(super) fn attribute_prefix(path: &[String], gateway: &Gateway) -> String {
    let service = gateway.name.strip_suffix("-api").unwrap_or(&gateway.name);
    path.last().map_or_else(
        || service.replace('-', "_"),
        // `type_` is a module only because `type` cannot be one.
        |module| module.trim_end_matches('_').to_owned(),
    )
}
