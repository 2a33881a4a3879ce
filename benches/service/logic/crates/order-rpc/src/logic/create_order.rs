use order_proto::order::{CreateOrderRequest, CreateOrderResponse};
use zgen_rt::trace::{Span, step};

use crate::error::Result;
use crate::orders;
use crate::svc::ServiceContext;

/// Takes an order.
pub async fn create_order(
    svc: &ServiceContext,
    req: CreateOrderRequest,
) -> Result<CreateOrderResponse> {
    step("ValidateUser", validate_user(svc, &req)).await?;
    step("ValidateProduct", validate_product(svc, &req)).await?;

    // In place of the query: a span like its own.
    let insert = Span::client("InsertOrder");
    insert.set("db.system.name", "memory");
    insert.set("db.operation.name", "INSERT");
    let order = orders::insert(req.user_id, req.product_id, req.amount);
    drop(insert);

    Ok(CreateOrderResponse {
        order_id: order.order_id,
        status: order.status,
        created_at: order.created_at,
    })
}

/// Refuse the request here by returning an error.
async fn validate_user(_svc: &ServiceContext, _req: &CreateOrderRequest) -> Result<()> {
    Ok(())
}

/// Refuse the request here by returning an error.
async fn validate_product(_svc: &ServiceContext, _req: &CreateOrderRequest) -> Result<()> {
    Ok(())
}
