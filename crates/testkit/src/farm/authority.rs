//! A certificate authority that only the tests trust, and what it signs.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// An authority with a key of its own.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority can sign itself");
        Self { issuer }
    }

    /// For `[outbound] ca_file`.
    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's side of TLS with a certificate for these names and addresses, and the hash of its key.
    pub(super) fn acceptor(&self, names: &[&str]) -> (TlsAcceptor, String) {
        let key = KeyPair::generate().expect("a key can be made");
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let params = CertificateParams::new(names).expect("the names can stand in a certificate");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        let hash = STANDARD.encode(digest(&SHA256, &key.subject_public_key_info()));
        (acceptor(&certificate, &key), hash)
    }
}

fn acceptor(certificate: &Certificate, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("the key is PKCS #8");
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS has versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the certificate belongs to the key");
    TlsAcceptor::from(Arc::new(tls))
}
