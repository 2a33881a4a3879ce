//! One request after the other on a connection: HTTP/1.1 with keep-alive, or one stream of an HTTP/2 connection.

use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use bytes::{BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use proto::order::{CreateOrderRequest, GetOrderRequest};
use tokio::net::TcpStream;

/// Orders that are there after the warm-up.
const KNOWN_ORDERS: u64 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Http,
    Grpc,
}

impl FromStr for Over {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        match text {
            "http" => Ok(Self::Http),
            "grpc" => Ok(Self::Grpc),
            _ => bail!("http or grpc"),
        }
    }
}

/// Where requests go out; a clone of a gRPC lane shares its connection.
pub enum Lane {
    Http(http1::SendRequest<Full<Bytes>>),
    Grpc(http2::SendRequest<Full<Bytes>>),
}

impl Lane {
    pub async fn open(over: Over, address: &str) -> anyhow::Result<Self> {
        let io = TcpStream::connect(address).await?;
        io.set_nodelay(true)?;
        let io = TokioIo::new(io);
        Ok(match over {
            Over::Http => {
                let (sender, connection) = http1::handshake(io).await?;
                tokio::spawn(connection);
                Self::Http(sender)
            }
            Over::Grpc => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
                tokio::spawn(connection);
                Self::Grpc(sender)
            }
        })
    }

    /// Another lane of the same connection, if the protocol has such.
    pub fn beside(&self) -> Option<Self> {
        match self {
            Self::Http(_) => None,
            Self::Grpc(sender) => Some(Self::Grpc(sender.clone())),
        }
    }

    /// Whether nothing more can be asked on this connection.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Http(sender) => sender.is_closed(),
            Self::Grpc(sender) => sender.is_closed(),
        }
    }

    /// Creates an order; every so many requests read one, with 0 none.
    pub async fn request(&mut self, turn: u64, reads: u64) -> anyhow::Result<()> {
        let read = reads > 0 && turn.is_multiple_of(reads);
        let order_id = (turn % KNOWN_ORDERS + 1).cast_signed();
        match self {
            Self::Http(sender) => {
                sender.ready().await?;
                let request = if read {
                    http_request("GET", &format!("/api/v1/orders/{order_id}"), Bytes::new())
                } else {
                    let order =
                        Bytes::from_static(br#"{"user_id":7,"product_id":42,"amount":99.5}"#);
                    http_request("POST", "/api/v1/orders", order)
                };
                let response = sender.send_request(request?).await?;
                let status = response.status();
                response.into_body().collect().await?;
                ensure!(status == StatusCode::OK, "{status}");
            }
            Self::Grpc(sender) => {
                sender.ready().await?;
                let request = if read {
                    grpc_request("GetOrder", &GetOrderRequest { order_id })
                } else {
                    let order = CreateOrderRequest {
                        user_id: 7,
                        product_id: 42,
                        amount: 99.5,
                    };
                    grpc_request("CreateOrder", &order)
                };
                grpc_answer(sender.send_request(request?).await?).await?;
            }
        }
        Ok(())
    }
}

fn http_request(method: &str, path: &str, body: Bytes) -> anyhow::Result<Request<Full<Bytes>>> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", "application/json");
    Ok(request.body(Full::new(body))?)
}

fn grpc_request(method: &str, message: &impl Message) -> anyhow::Result<Request<Full<Bytes>>> {
    let mut body = BytesMut::with_capacity(64);
    body.put_u8(0);
    body.put_u32(u32::try_from(message.encoded_len())?);
    message.encode(&mut body)?;
    let request = Request::post(format!("http://localhost/order.Order/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    Ok(request.body(Full::new(body.freeze()))?)
}

async fn grpc_answer(response: Response<Incoming>) -> anyhow::Result<()> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await?;
    let status = body
        .trailers()
        .and_then(|trailers| trailers.get("grpc-status"))
        .or_else(|| parts.headers.get("grpc-status"));
    let status = status.context("no grpc-status")?;
    ensure!(status == "0", "grpc-status {status:?}");
    Ok(())
}
