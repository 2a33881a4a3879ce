//! Following the names by which parts of a [`System`] refer to each other.

use crate::model::{Gateway, Rpc, RpcMethod, Struct, System};

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
    /// The method of these names, as in [`super::RouteCall`].
    pub fn method(&self, service: &str, method: &str) -> Option<&RpcMethod> {
        let mut services = self.services.iter();
        let service = services.find(|each| each.name == service)?;
        service.methods.iter().find(|each| each.name == method)
    }
}
