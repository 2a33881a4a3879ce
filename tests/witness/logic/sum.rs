use tonic::Streaming;

use crate::error::{Error, Result};
use crate::svc::ServiceContext;

pub async fn sum(_svc: &ServiceContext, mut requests: Streaming<i64>) -> Result<i64> {
    let mut sum = 0;
    while let Some(number) = requests
        .message()
        .await
        .map_err(|cause| Error::Internal(cause.into()))?
    {
        sum += number;
    }
    Ok(sum)
}
