//! Where the logic of each service is.

use std::collections::BTreeMap;

use super::store::Called;
use super::{Output, logic};
use crate::lower::names;
use crate::model::{Rpc, RpcService};
use crate::rust::Function;
use crate::rust::service::{Body, LogicMod};

/// The folder of a service below `src/logic/`; `None`: `logic/` itself.
///
/// That is where the first service of a file is, so that a second one that joins it moves nothing. A process of several
/// files is nobody's in particular.
pub(super) fn folder(rpc: &Rpc, service: &RpcService) -> Option<String> {
    let first = rpc.services.first().filter(|_| !rpc.merged);
    if first.is_some_and(|first| first.full_name == service.full_name) {
        return None;
    }
    let name = names::module(&rpc.short_name(service).replace('.', "_"));
    let mut methods = first.iter().flat_map(|first| &first.methods);
    if methods.any(|method| names::module(&method.name) == name) {
        return Some(format!("{name}_service"));
    }
    Some(name)
}

/// The logic of every method, and the `mod` lines above it.
pub(super) fn files(rpc: &Rpc, called: &Called<'_>, out: &mut Output) {
    let mut modules: Vec<String> = Vec::new();
    let mut functions: BTreeMap<Option<String>, Vec<Function>> =
        BTreeMap::from([(None, Vec::new())]);
    for service in &rpc.services {
        let folder = folder(rpc, service);
        modules.extend(
            folder
                .as_ref()
                .map(|folder| format!("pub(crate) mod {folder};")),
        );
        let found = functions.entry(folder).or_default();
        found.extend(service.methods.iter().map(|method| Function {
            module: names::module(&method.name),
            name: names::value(&method.name),
        }));
    }
    for (folder, mut functions) in functions {
        functions.sort();
        let own = functions
            .iter()
            .map(|function| format!("mod {};", function.module));
        let mut lines: Vec<String> = own.collect();
        if folder.is_none() {
            lines.append(&mut modules);
        }
        let view = LogicMod {
            source: rpc.file.clone(),
            modules: lines,
            functions,
        };
        let path = folder
            .map(|folder| format!("{folder}/"))
            .unwrap_or_default();
        out.zgen(format!("src/logic/{path}mod.rs"), Body::LogicMod(view));
    }
    for service in &rpc.services {
        let path = folder(rpc, service).map(|folder| format!("{folder}/"));
        let path = path.unwrap_or_default();
        for method in &service.methods {
            let file = names::module(&method.name);
            let view = logic::logic(rpc, called, method);
            out.user(format!("src/logic/{path}{file}.rs"), Body::Logic(view));
        }
    }
}
