//! Connections to services, in plain text or over TLS.

use tonic::transport::{Channel, Endpoint};

use crate::config::TlsClientConf;

/// How a service is reached. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Dial {
    #[cfg(feature = "tls")]
    tls: Option<crate::tls::Connector>,
}

impl Dial {
    /// Without a section, in plain text.
    #[cfg_attr(not(feature = "tls"), allow(clippy::unnecessary_wraps))]
    pub(crate) fn new(conf: Option<&TlsClientConf>) -> anyhow::Result<Self> {
        #[cfg(not(feature = "tls"))]
        let _ = conf;
        Ok(Self {
            #[cfg(feature = "tls")]
            tls: match conf {
                Some(conf) => Some(crate::tls::Connector::new(conf, &["h2"])?),
                None => None,
            },
        })
    }

    /// A channel that connects on its first use. The endpoint's scheme is `http`, also where TLS is.
    #[cfg_attr(
        not(feature = "tls"),
        allow(clippy::needless_pass_by_value, clippy::unused_self)
    )]
    pub(crate) fn connect(&self, endpoint: Endpoint) -> Channel {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return over_tls(tls.clone(), endpoint);
        }
        endpoint.connect_lazy()
    }
}

/// Not by tonic's own TLS, which has no way to renew certificates, nor to leave the check of them out.
#[cfg(feature = "tls")]
fn over_tls(tls: crate::tls::Connector, endpoint: Endpoint) -> Channel {
    use http::Uri;
    use http::uri::Scheme;
    use hyper_util::rt::TokioIo;

    let mut origin = endpoint.uri().clone().into_parts();
    origin.scheme = Some(Scheme::HTTPS);
    let endpoint = match Uri::from_parts(origin) {
        Ok(origin) => endpoint.origin(origin),
        Err(_) => endpoint,
    };
    let connector = tower::service_fn(move |uri: Uri| {
        let tls = tls.clone();
        async move {
            let host = uri.host().unwrap_or_default();
            let address = uri.authority().map_or(host, |authority| authority.as_str());
            let io = tokio::net::TcpStream::connect(address).await?;
            io.set_nodelay(true)?;
            // The brackets of an IPv6 address are no part of the name.
            let host = host.trim_start_matches('[').trim_end_matches(']');
            tls.connect(host, io).await.map(TokioIo::new)
        }
    });
    endpoint.connect_with_connector_lazy(connector)
}
