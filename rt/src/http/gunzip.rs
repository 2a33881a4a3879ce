//! Bodies that callers have compressed (go-zero's `rest/handler/gunziphandler.go`). They are taken apart bit by bit and only
//! as far as somebody reads, so that the limit of a body counts what comes out: a small "bomb" is no large body.

use std::io::{self, BufRead, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use flate2::bufread::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body::Frame;

/// What comes out at one time.
const STEP: usize = 16 * 1024;

pub(super) async fn gunzip(mut request: Request, next: Next) -> Response {
    if is_gzip(request.headers()) {
        request.headers_mut().remove(CONTENT_ENCODING);
        request.headers_mut().remove(CONTENT_LENGTH);
        request = request.map(|body| {
            Body::new(Unpacked {
                body,
                decoder: None,
                step: vec![0; STEP],
            })
        });
    }
    next.run(request).await
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING);
    let encoding = encoding.and_then(|encoding| encoding.to_str().ok());
    encoding.is_some_and(|encoding| {
        let encoding = encoding.trim();
        encoding.eq_ignore_ascii_case("gzip") || encoding.eq_ignore_ascii_case("x-gzip")
    })
}

struct Unpacked {
    body: Body,
    /// From the first byte on: it looks for a header at once.
    decoder: Option<MultiGzDecoder<Input>>,
    step: Vec<u8>,
}

impl http_body::Body for Unpacked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        loop {
            if let Some(decoder) = &mut this.decoder {
                match decoder.read(&mut this.step) {
                    Ok(0) => return Poll::Ready(None),
                    Ok(count) => {
                        let data = Bytes::copy_from_slice(&this.step[..count]);
                        return Poll::Ready(Some(Ok(Frame::data(data))));
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Poll::Ready(Some(Err(axum::Error::new(error)))),
                }
            }
            let input = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Input {
                        data,
                        is_last: false,
                    },
                    // Trailers say nothing about the content.
                    Err(_) => continue,
                },
                None => Input {
                    data: Bytes::new(),
                    is_last: true,
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            };
            match &mut this.decoder {
                Some(decoder) => *decoder.get_mut() = input,
                None => this.decoder = Some(MultiGzDecoder::new(input)),
            }
        }
    }
}

/// What has come of a body and not been read yet.
struct Input {
    data: Bytes,
    is_last: bool,
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.data.is_empty() && !self.is_last {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.data)
    }

    fn consume(&mut self, amount: usize) {
        let _ = self.data.split_to(amount.min(self.data.len()));
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}
