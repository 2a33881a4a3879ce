//! Encrypted bodies: AES in ECB mode with PKCS#7 padding, as base64 (go-zero's `core/codec/aesecb.go`). The mode shows
//! equal blocks as equal and is here for callers that have nothing else; the signature is what keeps others out.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};

use crate::base64;

pub(super) fn decrypt(key: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let mut bytes = base64::decode(text.trim())?;
    let key = PaddedBlockDecryptingKey::ecb_pkcs7(unbound(key)?).ok()?;
    let plain = key.decrypt(&mut bytes, DecryptionContext::None).ok()?;
    Some(plain.to_vec())
}

pub(super) fn encrypt(key: &[u8], body: &[u8]) -> Option<String> {
    let key = PaddedBlockEncryptingKey::ecb_pkcs7(unbound(key)?).ok()?;
    let mut bytes = body.to_vec();
    key.encrypt(&mut bytes).ok()?;
    Some(base64::encode(&bytes))
}

/// The length of the key says which AES it is.
fn unbound(key: &[u8]) -> Option<UnboundCipherKey> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return None,
    };
    UnboundCipherKey::new(algorithm, key).ok()
}
