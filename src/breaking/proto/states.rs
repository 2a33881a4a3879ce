//! The two states, and which of their names belong together.

use std::collections::BTreeSet;

use crate::model::wire::{Contract, Type};

pub(super) struct States<'a> {
    pub(super) old: &'a Contract,
    pub(super) new: &'a Contract,
    /// Messages and enums that earlier callers of the services send or get, by full name.
    called: BTreeSet<&'a str>,
    /// Those, and all that the root's own messages hold.
    known: BTreeSet<&'a str>,
}

impl<'a> States<'a> {
    pub(super) fn new(old: &'a Contract, new: &'a Contract) -> Self {
        let methods = old.services.iter().flat_map(|service| &service.methods);
        let called = methods.flat_map(|method| [method.input.as_str(), method.output.as_str()]);
        let of_root = old.messages.iter().filter(|(_, message)| message.of_root);
        let of_root = of_root.map(|(name, _)| name.as_str());
        let enums = old.enums.iter().filter(|(_, each)| each.of_root);
        let enums = enums.map(|(name, _)| name.as_str());
        let called = reachable(old, called);
        Self {
            known: reachable(old, called.iter().copied().chain(of_root).chain(enums)),
            called,
            old,
            new,
        }
    }

    /// The present name of an earlier message or enum: another package alone makes it no other type.
    pub(super) fn present(&self, old: &str) -> String {
        match relative(old, &self.old.package) {
            Some(name) if self.new.package.is_empty() => name.to_owned(),
            Some(name) => format!("{}.{name}", self.new.package),
            None => old.to_owned(),
        }
    }

    /// Whether a finding about this type is a finding about the root.
    pub(super) fn is_known(&self, old: &str) -> bool {
        self.known.contains(old)
    }

    /// Whether its end is told where it was used.
    pub(super) fn is_called(&self, old: &str) -> bool {
        self.called.contains(old)
    }
}

fn relative<'n>(name: &'n str, package: &str) -> Option<&'n str> {
    if package.is_empty() {
        return Some(name);
    }
    name.strip_prefix(package)?.strip_prefix('.')
}

fn reachable<'a>(contract: &'a Contract, from: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut queue: Vec<&str> = from.collect();
    while let Some(name) = queue.pop() {
        if !seen.insert(name) {
            continue;
        }
        let fields = contract.messages.get(name).into_iter();
        queue.extend(fields.flat_map(|message| &message.fields).filter_map(
            |field| match &field.ty {
                Type::Scalar(_) => None,
                Type::Message(name) | Type::Group(name) | Type::Enum(name) => Some(name.as_str()),
            },
        ));
    }
    seen
}
