use futures_util::stream;
use zgen_rt::Code;
use zgen_rt::rpc::Replies;

use crate::error::{Error, Result};
use crate::svc::ServiceContext;

pub async fn count(_svc: &ServiceContext, req: i64) -> Result<Replies<i64, Error>> {
    if req < 0 {
        return Err(Error::new(Code::OutOfRange, "below nothing"));
    }
    Ok(Box::pin(stream::iter((0..req).rev().map(Ok))))
}
