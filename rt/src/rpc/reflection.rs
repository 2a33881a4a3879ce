//! What a service says of itself to tools such as grpcurl (`grpc.reflection.v1`, and `v1alpha` for older ones). Only in
//! the modes in which nobody from outside asks.

use anyhow::Context as _;
use axum::Router;
use tonic::service::Routes;
use tonic_health::pb::FILE_DESCRIPTOR_SET as HEALTH;
use tonic_reflection::server::Builder;

use crate::config::Mode;

/// Whether a process of this mode describes itself, as in go-zero.
pub(super) fn is_on(mode: Mode) -> bool {
    matches!(mode, Mode::Dev | Mode::Test)
}

/// Serves descriptor sets; `names` are the services that callers should know of.
pub(super) fn router(sets: &[&'static [u8]], names: &[&'static str]) -> anyhow::Result<Router> {
    let builder = || {
        let builder = Builder::configure().register_encoded_file_descriptor_set(HEALTH);
        let builder = sets.iter().fold(builder, |builder, set| {
            builder.register_encoded_file_descriptor_set(set)
        });
        names
            .iter()
            .fold(builder, |builder, name| builder.with_service_name(*name))
    };
    let v1 = builder().build_v1().context("server reflection")?;
    let v1alpha = builder().build_v1alpha().context("server reflection")?;
    let routes = Routes::new(v1).add_service(v1alpha);
    Ok(routes.into_axum_router().reset_fallback())
}
