//! A generated client, and go-zero's server: found in etcd, called in every way.

use tonic::codegen::http::HeaderMap;
use tonic::{Code, Request};
use witness_v1_proto::witness::v1::witness_client::WitnessClient;
use zgen_rt::config::{ConfigFile, RpcClientConf};
use zgen_rt::rpc::{Channel, fields_of_status};
use zgen_rt::trace::{Span, testing};

type Client = WitnessClient<Channel>;

fn client() -> anyhow::Result<Client> {
    let etcd = std::env::var("WITNESS_ETCD")?;
    let yaml = format!("Timeout: 500\nEtcd:\n  Hosts: ['{etcd}']\n  Key: witness.rpc\n");
    let conf: RpcClientConf = ConfigFile::from_yaml(&yaml)?.root()?;
    let channel = Channel::new("WitnessRpc", &conf)?
        .with_stream("/witness.v1.Witness/Count")
        .with_stream("/witness.v1.Witness/Sum")
        .with_stream("/witness.v1.Witness/Echo");
    Ok(WitnessClient::new(channel))
}

/// The server may not be registered yet.
async fn known() -> anyhow::Result<Client> {
    let mut client = client()?;
    for _ in 0..100 {
        if client.greet("Ada".to_owned()).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Ok(client)
}

#[tokio::test]
async fn calls() -> anyhow::Result<()> {
    let captured = testing::capture();
    let mut client = known().await?;
    let greeting = client.greet("Ada".to_owned()).await?.into_inner();
    assert_eq!(greeting, "hello, Ada");

    let refused = client.greet(String::new()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let fields = fields_of_status(&refused);
    assert_eq!(
        (fields[0].field.as_str(), &*fields[0].reason),
        ("value", "must not be empty")
    );

    let late = client.greet("slow".to_owned()).await.unwrap_err();
    assert_eq!(late.code(), Code::DeadlineExceeded);
    let deadline = client.greet("deadline".to_owned()).await?.into_inner();
    assert_eq!(deadline, "true true");

    let root = Span::server("Root", &HeaderMap::new());
    let traced = root
        .scope(client.greet("trace".to_owned()))
        .await?
        .into_inner();
    let ids = root.ids().expect("a sampled trace");
    assert!(traced.contains(&ids.trace_id.to_string()), "{traced}");
    drop(captured);
    Ok(())
}

#[tokio::test]
async fn streams() -> anyhow::Result<()> {
    let mut client = known().await?;
    let mut replies = client.count(3).await?.into_inner();
    let mut numbers = Vec::new();
    while let Some(number) = replies.message().await? {
        numbers.push(number);
    }
    assert_eq!(numbers, [2, 1, 0]);

    let numbers = futures_util::stream::iter([1, 2, 3, 4]);
    assert_eq!(client.sum(Request::new(numbers)).await?.into_inner(), 10);

    let words = futures_util::stream::iter(["a".to_owned(), "b".to_owned()]);
    let mut replies = client.echo(words).await?.into_inner();
    let mut said = Vec::new();
    while let Some(text) = replies.message().await? {
        said.push(text);
    }
    assert_eq!(said, ["a a", "b b"]);
    Ok(())
}
