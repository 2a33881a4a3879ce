//! What types are called in `generated/convert.rs`: both sides by their modules, since many have one name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::lower::layout;
use crate::lower::names::{self, Unique};
use crate::lower::proto::{self, Place};
use crate::lower::scope::Scope;
use crate::model::Rpc;
use crate::rust::Use;

/// Grows as names are asked for.
pub(super) struct Names<'a> {
    scope: &'a Scope<'a>,
    modules: RefCell<Modules>,
}

struct Modules {
    /// By the path of the module, what it is called here.
    known: BTreeMap<String, String>,
    taken: Unique,
}

impl<'a> Names<'a> {
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        let taken = ["anyhow", "convert", "crate", "std", "types", "zgen_rt"];
        Self {
            scope,
            modules: RefCell::new(Modules {
                known: BTreeMap::new(),
                taken: Unique::with(&taken, "_proto"),
            }),
        }
    }

    /// A declared type.
    pub(super) fn body(&self, name: &str) -> String {
        format!("types::{}", self.scope.ty(name))
    }

    /// A message or an enum: `order::Item`, `shop_order_v1::outer::Item`.
    pub(super) fn place(&self, rpc: &Rpc, place: &Place) -> String {
        let mut path = self.module(rpc, &place.package);
        for part in place.outer.iter().chain([&place.name]) {
            path.push_str("::");
            path.push_str(part);
        }
        path
    }

    fn module(&self, rpc: &Rpc, package: &str) -> String {
        let path = proto::module_path(&rpc.name, package);
        let mut modules = self.modules.borrow_mut();
        if let Some(known) = modules.known.get(&path) {
            return known.clone();
        }
        // Of a file without a package, the crate itself.
        let name = if package.is_empty() {
            path.clone()
        } else {
            modules.taken.take(names::value(&package.replace('.', "_")))
        };
        modules.known.insert(path, name.clone());
        name
    }

    /// The `use` lines of the modules that were asked for.
    pub(super) fn uses(&self) -> Vec<Use> {
        let modules = self.modules.borrow();
        let lines = modules.known.iter().filter_map(|(path, name)| {
            let (outer, last) = path.rsplit_once("::")?;
            let item = if last == name {
                last.to_owned()
            } else {
                format!("{last} as {name}")
            };
            layout::use_of(outer, &[item])
        });
        lines.collect()
    }
}
