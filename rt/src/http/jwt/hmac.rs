//! HMAC with SHA-2 for `jsonwebtoken`: its own backends bring RSA or a C library along, and neither is needed here.

use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sha2::{Sha256, Sha384, Sha512};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// For the whole process; one that a service has installed itself stays.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

// The provider has them by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let secret = key.as_bytes();
    Ok(match algorithm {
        Algorithm::HS256 => Box::new(Key::<Hmac<Sha256>>::new(*algorithm, secret)?),
        Algorithm::HS384 => Box::new(Key::<Hmac<Sha384>>::new(*algorithm, secret)?),
        Algorithm::HS512 => Box::new(Key::<Hmac<Sha512>>::new(*algorithm, secret)?),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    })
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let secret = key.try_get_as_bytes()?;
    Ok(match algorithm {
        Algorithm::HS256 => Box::new(Key::<Hmac<Sha256>>::new(*algorithm, secret)?),
        Algorithm::HS384 => Box::new(Key::<Hmac<Sha384>>::new(*algorithm, secret)?),
        Algorithm::HS512 => Box::new(Key::<Hmac<Sha512>>::new(*algorithm, secret)?),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    })
}

struct Key<M> {
    algorithm: Algorithm,
    mac: M,
}

impl<M: KeyInit> Key<M> {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, Error> {
        let mac = M::new_from_slice(secret)
            .map_err(|InvalidLength| Error::from(ErrorKind::InvalidKeyFormat))?;
        Ok(Self { algorithm, mac })
    }
}

impl<M: Mac + Clone> Signer<Vec<u8>> for Key<M> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mac = self.mac.clone().chain_update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl<M: Mac + Clone> JwtSigner for Key<M> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl<M: Mac + Clone> Verifier<Vec<u8>> for Key<M> {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let mac = self.mac.clone().chain_update(message);
        mac.verify_slice(signature)
            .map_err(|_| signature::Error::new())
    }
}

impl<M: Mac + Clone> JwtVerifier for Key<M> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
