//! Following the names by which parts of a [`System`] refer to each other.

use crate::model::{Gateway, Rpc, RpcMethod, RpcService, Struct, System};

impl System {
    /// The service of this name, as in [`super::RouteCall::rpc`].
    pub fn rpc(&self, name: &str) -> Option<&Rpc> {
        self.rpcs.iter().find(|rpc| rpc.name == name)
    }
}

impl Gateway {
    /// The declared type of this name, as in [`super::Type::Named`].
    pub fn find_type(&self, name: &str) -> Option<&Struct> {
        self.types.iter().find(|each| each.name == name)
    }
}

impl Rpc {
    /// The service of this name, as in [`super::RouteCall::service`].
    pub fn service(&self, name: &str) -> Option<&RpcService> {
        let by = |same: fn(&RpcService) -> &str| self.services.iter().find(|it| same(it) == name);
        by(|service| &service.full_name).or_else(|| by(|service| &service.name))
    }

    /// What [`super::RouteCall::service`] calls a service: its own name, if no other of the process has it.
    pub fn short_name<'a>(&self, service: &'a RpcService) -> &'a str {
        let named = self.services.iter().filter(|it| it.name == service.name);
        match named.count() {
            0 | 1 => &service.name,
            _ => &service.full_name,
        }
    }

    /// The method of these names, as in [`super::RouteCall`].
    pub fn method(&self, service: &str, method: &str) -> Option<&RpcMethod> {
        let service = self.service(service)?;
        service.methods.iter().find(|each| each.name == method)
    }
}
