//! etcd's API by hand: messages declared here and not shared with the client under test.

use prost::Message;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

#[derive(Clone, PartialEq, Message)]
struct Range {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    range_end: String,
}

#[derive(Clone, PartialEq, Message)]
struct Compaction {
    #[prost(int64, tag = "1")]
    revision: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(int64, tag = "3")]
    revision: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Found {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(message, repeated, tag = "2")]
    kvs: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "5")]
    pub(crate) value: String,
    #[prost(int64, tag = "6")]
    pub(crate) lease: i64,
}

/// A request of up to two texts: Put, DeleteRange, and most of Auth.
#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(string, tag = "1")]
    first: String,
    #[prost(string, tag = "2")]
    second: String,
}

#[derive(Clone, PartialEq, Message)]
struct Grant {
    #[prost(string, tag = "1")]
    role: String,
    #[prost(message, optional, tag = "2")]
    permission: Option<Permission>,
}

#[derive(Clone, PartialEq, Message)]
struct Permission {
    /// 2 is to read and to write.
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(string, tag = "2")]
    key: String,
    #[prost(string, tag = "3")]
    range_end: String,
}

#[derive(Clone, PartialEq, Message)]
struct Token {
    #[prost(string, tag = "2")]
    token: String,
}

#[derive(Clone, PartialEq, Message)]
struct Ignored {}

#[derive(Clone)]
pub(crate) struct Raw {
    channel: Channel,
    token: Option<String>,
}

impl Raw {
    pub(crate) fn new(address: &str) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self {
            channel: endpoint.connect_lazy(),
            token: None,
        }
    }

    pub(crate) async fn is_up(&self) -> bool {
        self.range("x/").await.is_ok()
    }

    /// The keys that begin with the prefix, which ends in `/`.
    pub(crate) async fn list(&self, prefix: &str) -> Vec<KeyValue> {
        self.range(prefix).await.unwrap()
    }

    async fn range(&self, prefix: &str) -> Result<Vec<KeyValue>, Status> {
        let key = prefix.to_owned();
        let range_end = prefix.replace('/', "0");
        let found: Found = self.call("KV/Range", Range { key, range_end }).await?;
        Ok(found.kvs)
    }

    /// Of the store.
    pub(crate) async fn revision(&self) -> i64 {
        let (key, range_end) = ("x".to_owned(), String::new());
        let found: Found = self
            .call("KV/Range", Range { key, range_end })
            .await
            .unwrap();
        found.header.unwrap().revision
    }

    /// Forgets what was before.
    pub(crate) async fn compact(&self, revision: i64) {
        let compaction = Compaction { revision };
        let _: Ignored = self.call("KV/Compact", compaction).await.unwrap();
    }

    pub(crate) async fn put(&self, key: &str, value: &str) {
        self.tell("KV/Put", key, value).await;
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.tell("KV/DeleteRange", key, "").await;
    }

    /// From now on, everybody needs an account: root (toor), and one that may only use the prefix.
    pub(crate) async fn require_account(&self, user: &str, pass: &str, prefix: &str) {
        for (name, pass) in [("root", "toor"), (user, pass)] {
            self.tell("Auth/UserAdd", name, pass).await;
            self.tell("Auth/RoleAdd", name, "").await;
            self.tell("Auth/UserGrantRole", name, name).await;
        }
        let permission = Permission {
            kind: 2,
            key: prefix.to_owned(),
            range_end: prefix.replace('/', "0"),
        };
        let grant = Grant {
            role: user.to_owned(),
            permission: Some(permission),
        };
        let _: Ignored = self.call("Auth/RoleGrantPermission", grant).await.unwrap();
        self.tell("Auth/AuthEnable", "", "").await;
    }

    pub(crate) async fn log_in(&self, user: &str, pass: &str) -> Self {
        let account = Pair {
            first: user.to_owned(),
            second: pass.to_owned(),
        };
        let answer: Token = self.call("Auth/Authenticate", account).await.unwrap();
        Self {
            token: Some(answer.token),
            ..self.clone()
        }
    }

    async fn tell(&self, method: &str, first: &str, second: &str) {
        let pair = Pair {
            first: first.to_owned(),
            second: second.to_owned(),
        };
        let _: Ignored = self.call(method, pair).await.unwrap();
    }

    async fn call<Q, A>(&self, method: &str, message: Q) -> Result<A, Status>
    where
        Q: Message + Default + 'static,
        A: Message + Default + 'static,
    {
        let mut client = Grpc::new(self.channel.clone());
        let ready = client.ready().await;
        ready.map_err(|error| Status::unavailable(error.to_string()))?;
        let path: PathAndQuery = format!("/etcdserverpb.{method}").parse().unwrap();
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            request
                .metadata_mut()
                .insert("token", token.parse().unwrap());
        }
        let codec = ProstCodec::<Q, A>::default();
        Ok(client.unary(request, path, codec).await?.into_inner())
    }
}
