//! The user's logic: the steps, then the query that answers the method, or an honest UNIMPLEMENTED.

use crate::lower::layout::{self, is_wide};
use crate::lower::names;
use crate::lower::proto::Message;
use crate::model::{Rpc, RpcMethod, TableOp};
use crate::rust::service::{Logic, Step};

use super::server::messages;
use super::store::Called;
use super::table;

pub(super) fn logic(rpc: &Rpc, called: &Called<'_>, method: &RpcMethod) -> Logic {
    let name = names::value(&method.name);
    let message = |full_name: &str| Message::of(rpc, full_name).name;
    let (request, response) = (message(&method.input), message(&method.output));
    let table = table::call(rpc, called, method);
    // A step looks at the request before it is served; a stream has none to look at.
    let steps = if method.client_streaming {
        &[]
    } else {
        method.steps.as_slice()
    };
    let is_read = table.is_some() || !steps.is_empty();
    let unused = if is_read { "" } else { "_" };
    let parameter = if method.client_streaming {
        format!("{unused}requests: Streaming<{request}>")
    } else {
        format!("{unused}req: {request}")
    };
    let answer = if method.server_streaming {
        format!("Replies<{response}, Error>")
    } else {
        response.clone()
    };
    let signature = format!(
        "pub async fn {name}({unused}svc: &ServiceContext, {parameter}) -> Result<{answer}> {{"
    );
    let in_table = |word: &str| {
        let table = table.iter();
        let mut texts = table.flat_map(|table| {
            let convert = table
                .convert
                .iter()
                .flat_map(|it| [&it.signature, &it.body]);
            (table.blocks.iter().flatten())
                .chain([&table.response])
                .chain(convert)
        });
        texts.any(|text| text.contains(word))
    };
    let uses_code = table.is_none() || in_table("Code::");
    let mut imports = messages(rpc, std::iter::once(method));
    imports.add_if(method.client_streaming, "tonic", &["Streaming"]);
    imports.add_if(uses_code, "zgen_rt", &["Code"]);
    imports.add_if(method.server_streaming, "zgen_rt::rpc", &["Replies"]);
    imports.add_if(in_table("column::"), "zgen_rt::sql", &["column"]);
    imports.add_if(in_table("field::"), "zgen_rt::sql", &["field"]);
    if let Some(TableOp::FindBy { .. }) = method.call.as_ref().map(|call| &call.op) {
        let request = Message::of(rpc, &method.input);
        let outer = method.input.rsplit('.').next().map(names::value);
        if let (Some(module), Some(outer)) = (&request.module, outer) {
            imports.add(module, &[&outer]);
        }
    }
    for labels in table.iter().flat_map(|table| &table.labels) {
        imports.add("zgen_rt::sql", &["Labels"]);
        imports.add(&labels.module, &[&labels.item]);
    }
    imports.add_if(in_table("Decimal::"), "zgen_rt::sql", &["Decimal"]);
    imports.add_if(in_table("Uuid::"), "zgen_rt::sql", &["Uuid"]);
    imports.add_if(in_table("(now("), "zgen_rt::time", &["now"]);
    imports.add_if(in_table(" now("), "zgen_rt::time", &["now"]);
    imports.add_if(in_table("unix_now("), "zgen_rt::time", &["unix_now"]);
    if let Some(row) = (method.call.as_ref()).and_then(|call| call.row.as_ref()) {
        let message = Message::of(rpc, &row.message);
        if let Some(module) = &message.module {
            imports.add(module, &[&message.item()]);
        }
    }
    imports.add_if(!steps.is_empty(), "zgen_rt::trace", &["step"]);
    Logic {
        docs: method.docs.clone(),
        imports: imports.lines(),
        wide: is_wide(0, &signature),
        unused,
        uses_code,
        steps: steps.iter().map(|each| step(each, &request)).collect(),
        table,
        unwritten: layout::unwritten(&method.name),
        name,
        parameter,
        request,
        response,
        answer,
    }
}

fn step(span: &str, request: &str) -> Step {
    let name = names::value(span);
    let call = format!("step(\"{span}\", {name}(svc, &req))");
    let signature =
        format!("async fn {name}(_svc: &ServiceContext, _req: &{request}) -> Result<()> {{");
    Step {
        call: layout::chain(4, 4, &call, &[".await?"], ";"),
        wide: is_wide(0, &signature),
        span: span.to_owned(),
        name,
    }
}
