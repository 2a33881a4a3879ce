use futures_util::StreamExt as _;
use tonic::Streaming;
use zgen_rt::rpc::Replies;

use crate::error::{Error, Result};
use crate::svc::ServiceContext;

pub async fn echo(
    _svc: &ServiceContext,
    requests: Streaming<String>,
) -> Result<Replies<String, Error>> {
    let replies = requests.map(|text| match text {
        Ok(text) => Ok(format!("{text} {text}")),
        Err(status) => Err(Error::Internal(status.into())),
    });
    Ok(Box::pin(replies))
}
