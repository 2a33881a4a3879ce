//! What both sides of a call say about it (semantic conventions 1.42, RPC).

use std::borrow::Cow;
use std::sync::LazyLock;

use tonic::Code;

use super::code_name;
use crate::trace::{Span, attr};

/// Whether to say it in the older words too, which go-zero's services use:
/// `OTEL_SEMCONV_STABILITY_OPT_IN=rpc/dup`.
static DUPLICATE: LazyLock<bool> = LazyLock::new(|| {
    std::env::var("OTEL_SEMCONV_STABILITY_OPT_IN")
        .is_ok_and(|list| list.split(',').any(|item| item.trim() == "rpc/dup"))
});

/// `method` is `order.Order/CreateOrder`.
pub(super) fn describe(span: &Span, method: &str) {
    if !span.is_recording() {
        return;
    }
    span.set(attr::RPC_SYSTEM_NAME, Cow::Borrowed("grpc"));
    span.set(attr::RPC_METHOD, method);
    if *DUPLICATE {
        // The older `rpc.method` is the bare name, and one key has one value: the new one stays.
        span.set("rpc.system", "grpc");
        span.set("rpc.service", method.split('/').next().unwrap_or_default());
    }
}

pub(super) fn status(span: &Span, code: Code) {
    span.set(
        attr::RPC_RESPONSE_STATUS_CODE,
        Cow::Borrowed(code_name(code)),
    );
    if *DUPLICATE {
        span.set("rpc.grpc.status_code", i32::from(code));
    }
}
