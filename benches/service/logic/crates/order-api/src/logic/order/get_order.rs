use order_proto::order::GetOrderRequest;
use zgen_rt::Code;
use zgen_rt::trace::Span;

use crate::error::{Error, Result};
use crate::generated::types::{GetOrderReq, GetOrderResp};
use crate::orders;
use crate::svc::ServiceContext;

/// `GET /api/v1/orders/:order_id`
pub async fn get_order(svc: &ServiceContext, req: GetOrderReq) -> Result<GetOrderResp> {
    if orders::alone() {
        let found = orders::find(req.order_id);
        let order = found.ok_or_else(|| Error::new(Code::NotFound, "order not found"))?;
        return Ok(GetOrderResp {
            order_id: order.order_id,
            user_id: order.user_id,
            product_id: order.product_id,
            amount: order.amount,
            status: order.status,
            created_at: order.created_at,
        });
    }
    let span = Span::current();
    span.set("rpc.order_id", req.order_id);

    let request = GetOrderRequest {
        order_id: req.order_id,
    };
    let reply = svc.order.clone().get_order(request).await?.into_inner();
    span.set("rpc.user_id", reply.user_id);
    span.set("rpc.product_id", reply.product_id);

    Ok(GetOrderResp {
        order_id: reply.order_id,
        user_id: reply.user_id,
        product_id: reply.product_id,
        amount: reply.amount,
        status: reply.status,
        created_at: reply.created_at,
    })
}
