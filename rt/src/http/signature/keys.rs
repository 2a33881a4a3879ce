//! The RSA keys of a gateway (go-zero's `core/codec/rsa.go`).

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};

use crate::base64;
use crate::config::SignatureConf;

/// The section `Signature` of the configuration, ready to check with.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    keys: BTreeMap<String, PrivateKey>,
    conf: SignatureConf,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.0.conf).finish()
    }
}

impl Keys {
    /// Reads the files. Without a key no request can be signed: then all are refused, or none if not `Strict`.
    pub fn load(conf: &SignatureConf) -> anyhow::Result<Self> {
        let mut keys = BTreeMap::new();
        for (index, key) in conf.private_keys.iter().enumerate() {
            let at = || format!("Signature.PrivateKeys[{index}]");
            let private = PrivateKey::read(&key.key_file)
                .with_context(|| format!("{}.KeyFile: {}", at(), key.key_file.display()))?;
            let is_new = keys.insert(key.fingerprint.clone(), private).is_none();
            ensure!(is_new, "{}.Fingerprint: another key has the same", at());
        }
        if keys.is_empty() {
            let strict = conf.strict;
            tracing::warn!(
                strict,
                "Signature.PrivateKeys is empty: no request can be signed"
            );
        }
        let conf = conf.clone();
        Ok(Self(Arc::new(Inner { keys, conf })))
    }

    pub(super) fn find(&self, fingerprint: &str) -> Option<&PrivateKey> {
        self.0.keys.get(fingerprint)
    }

    pub(super) fn is_strict(&self) -> bool {
        self.0.conf.strict
    }

    pub(super) fn tolerance(&self) -> Duration {
        self.0.conf.expiry.duration()
    }

    pub(super) fn trusts_request_uri(&self) -> bool {
        self.0.conf.trust_request_uri
    }
}

/// More than the longest secret needs; each block costs the gateway a millisecond.
const MAX_BLOCKS: usize = 4;

/// RSA with the padding of PKCS#1, version 1.5.
pub(super) struct PrivateKey(Pkcs1PrivateDecryptingKey);

impl PrivateKey {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).context("it cannot be read")?;
        let (label, der) = pem(&text).ok_or_else(|| anyhow!("it is no PEM"))?;
        let der = match label {
            "PRIVATE KEY" => der,
            "RSA PRIVATE KEY" => pkcs8(&der),
            other => anyhow::bail!("it holds a {other}, not an RSA PRIVATE KEY"),
        };
        let key = PrivateDecryptingKey::from_pkcs8(&der)
            .map_err(|_| anyhow!("it holds no RSA key of 2048 to 8192 bits"))?;
        let key = Pkcs1PrivateDecryptingKey::new(key).map_err(|_| anyhow!("it cannot be used"))?;
        Ok(Self(key))
    }

    /// What was encrypted, block by block, with the public half.
    pub(super) fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let sealed = base64::decode(sealed)?;
        let size = self.0.key_size_bytes();
        if sealed.len() > MAX_BLOCKS * size {
            return None;
        }
        let mut opened = Vec::new();
        let mut block = vec![0; self.0.min_output_size()];
        for part in sealed.chunks(size) {
            opened.extend_from_slice(self.0.decrypt(part, &mut block).ok()?);
        }
        Some(opened)
    }
}

/// The label and the content of the first block (RFC 7468).
fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let digits: String = body.split_whitespace().collect();
    Some((label, base64::decode(&digits)?))
}

/// An RSA key of PKCS#1, which go-zero has, in the wrapping of PKCS#8 (RFC 5208): version 0, `rsaEncryption`, the key.
fn pkcs8(key: &[u8]) -> Vec<u8> {
    const VERSION_AND_ALGORITHM: &[u8] = &[
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
        0x01, 0x05, 0x00,
    ];
    const OCTET_STRING: u8 = 0x04;
    const SEQUENCE: u8 = 0x30;
    let inner = [VERSION_AND_ALGORITHM, &element(OCTET_STRING, key)].concat();
    element(SEQUENCE, &inner)
}

/// One element in DER: its tag, its length in the fewest bytes, its content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let length = &length[zeros..];
    let mut out = vec![tag];
    match length {
        [] => out.push(0),
        [short @ 0..0x80] => out.push(*short),
        // At most eight bytes.
        #[allow(clippy::cast_possible_truncation)]
        long => {
            out.push(0x80 | long.len() as u8);
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}
