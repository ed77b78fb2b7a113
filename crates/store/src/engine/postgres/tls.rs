//! How a PostgreSQL server proves who it is.

use crate::OpenError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a server must prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing: `sslmode=require` protects from those who only listen.
    Nothing,
    /// That a trusted authority vouches for it, under whatever name: `sslmode=verify-ca`.
    Chain,
    /// That it has the name it was called by: `sslmode=verify-full`.
    Name,
}

/// Prepares for connections. `roots` is a PEM file of the authorities to trust instead of the public ones.
pub(super) fn connector(proof: Proof, roots: Option<&Path>) -> Result<MakeRustlsConnect, OpenError> {
    let verifier = Verifier::new(proof, roots)?;
    let config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn unusable(cause: impl std::fmt::Display) -> OpenError {
    OpenError::Config(format!("TLS for the database cannot be set up: {cause}"))
}

fn trusted(file: Option<&Path>) -> Result<RootCertStore, OpenError> {
    let Some(file) = file else {
        return Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect());
    };
    let unreadable = |cause: String| OpenError::Config(format!("sslrootcert {}: {cause}", file.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
    }
    if roots.is_empty() { Err(unreadable("no certificate in it".to_owned())) } else { Ok(roots) }
}

#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
}

impl Verifier {
    fn new(proof: Proof, roots: Option<&Path>) -> Result<Verifier, OpenError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = match proof {
            Proof::Nothing => None,
            Proof::Chain | Proof::Name => {
                let roots = Arc::new(trusted(roots)?);
                let chain = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
                Some(chain.map_err(unusable)?)
            }
        };
        Ok(Verifier { provider, chain, name: proof == Proof::Name })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
            // The name is looked at last: everything else was found to be right.
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn authority() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        CertifiedIssuer::self_signed(params, key).expect("an authority")
    }

    fn server(authority: &Authority) -> CertificateDer<'static> {
        let params = CertificateParams::new(vec!["db.example".to_owned()]).expect("parameters");
        let key = KeyPair::generate().expect("a key");
        params.signed_by(&key, authority).expect("a certificate").der().clone()
    }

    #[test]
    fn a_server_proves_no_less_than_it_is_asked_for() {
        let (trusted, stranger) = (authority(), authority());
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("root.pem");
        std::fs::write(&file, trusted.pem()).expect("a file");
        let accepts = |proof, authority, name: &'static str| {
            let verifier = Verifier::new(proof, Some(&file)).expect("a verifier");
            let name = ServerName::try_from(name).expect("a name");
            verifier.verify_server_cert(&server(authority), &[], &name, &[], UnixTime::now()).is_ok()
        };
        assert!(accepts(Proof::Name, &trusted, "db.example"));
        assert!(!accepts(Proof::Name, &trusted, "other.example"));
        assert!(!accepts(Proof::Name, &stranger, "db.example"));
        assert!(accepts(Proof::Chain, &trusted, "other.example"));
        assert!(!accepts(Proof::Chain, &stranger, "db.example"));
        assert!(accepts(Proof::Nothing, &stranger, "other.example"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let refused = Verifier::new(Proof::Name, Some(file.path())).expect_err("nothing to trust");
        assert!(refused.to_string().contains("no certificate"), "{refused}");
    }
}
