use order_proto::order::CreateOrderRequest;
use zgen_rt::trace::Span;

use crate::error::Result;
use crate::generated::types::{CreateOrderReq, CreateOrderResp};
use crate::orders;
use crate::svc::ServiceContext;

/// `POST /api/v1/orders`
pub async fn create_order(svc: &ServiceContext, req: CreateOrderReq) -> Result<CreateOrderResp> {
    if orders::alone() {
        let order = orders::insert(req.user_id, req.product_id, req.amount);
        return Ok(CreateOrderResp {
            order_id: order.order_id,
            status: order.status,
            created_at: order.created_at,
        });
    }
    let span = Span::current();
    span.set("rpc.user_id", req.user_id);
    span.set("rpc.product_id", req.product_id);

    let request = CreateOrderRequest {
        user_id: req.user_id,
        product_id: req.product_id,
        amount: req.amount,
    };
    let reply = svc.order.clone().create_order(request).await?.into_inner();
    span.set("rpc.order_id", reply.order_id);

    Ok(CreateOrderResp {
        order_id: reply.order_id,
        status: reply.status,
        created_at: reply.created_at,
    })
}
