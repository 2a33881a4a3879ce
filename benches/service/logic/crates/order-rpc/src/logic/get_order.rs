use order_proto::order::{GetOrderRequest, GetOrderResponse};
use zgen_rt::Code;
use zgen_rt::trace::Span;

use crate::error::{Error, Result};
use crate::orders;
use crate::svc::ServiceContext;

/// Reads an order back.
pub async fn get_order(_svc: &ServiceContext, req: GetOrderRequest) -> Result<GetOrderResponse> {
    // In place of the query: a span like its own.
    let find = Span::client("FindOrder");
    find.set("db.system.name", "memory");
    find.set("db.operation.name", "SELECT");
    let found = orders::find(req.order_id);
    drop(find);
    let Some(order) = found else {
        return Err(Error::new(Code::NotFound, "order not found"));
    };

    Ok(GetOrderResponse {
        order_id: order.order_id,
        user_id: order.user_id,
        product_id: order.product_id,
        amount: order.amount,
        status: order.status,
        created_at: order.created_at,
    })
}
