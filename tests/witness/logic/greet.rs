use std::time::Duration;

use zgen_rt::trace::current_ids;
use zgen_rt::{Code, FieldError};

use crate::error::{Error, Result};
use crate::svc::ServiceContext;

pub async fn greet(_svc: &ServiceContext, req: String) -> Result<String> {
    match req.as_str() {
        "" => Err(Error::invalid(vec![FieldError {
            field: "value".to_owned(),
            reason: "must not be empty".into(),
        }])),
        "nobody" => Err(Error::new(Code::NotFound, "nobody is not at home")),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok("at last".to_owned())
        }
        "trace" => Ok(current_ids().map_or_else(String::new, |ids| ids.trace_id.to_string())),
        name => Ok(format!("hello, {name}")),
    }
}
