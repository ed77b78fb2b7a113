//! HTTPS by the server itself: the certificate and key of the configuration.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// What accepts TLS connections (1.2 and 1.3), when a certificate is configured.
///
/// # Errors
/// A file that cannot be read, or a key that does not fit the certificate: a server that was told to speak TLS never
/// starts without it.
pub fn acceptor(settings: &Tls) -> anyhow::Result<Option<TlsAcceptor>> {
    let (Some(certificate), Some(key)) = (&settings.cert_file, &settings.key_file) else {
        return Ok(None);
    };
    let chain = chain(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("reading tls.key_file {}", key.display()))?;
    let provider = Arc::new(provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("setting up TLS")?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("tls.key_file {} does not fit {}", key.display(), certificate.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

/// RFC 9325 §4.2 names the suites that TLS 1.2 should have; FAPI 2.0 §5.2.1 allows no others. Whoever speaks TLS 1.3 chooses
/// among all of that.
fn provider() -> rustls::crypto::CryptoProvider {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    let is_named = |suite: &rustls::SupportedCipherSuite| {
        suite.tls13().is_some() || format!("{:?}", suite.suite()).contains("_GCM_")
    };
    provider.cipher_suites.retain(is_named);
    provider
}

fn chain(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let reading = || format!("reading tls.cert_file {}", file.display());
    let read = CertificateDer::pem_file_iter(file).with_context(reading)?;
    let chain = read.collect::<Result<Vec<_>, _>>().with_context(reading)?;
    anyhow::ensure!(!chain.is_empty(), "tls.cert_file {} holds no certificate", file.display());
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: W01
    #[test]
    fn tls_has_the_suites_that_rfc_9325_names() {
        let suites = provider().cipher_suites;
        let old: Vec<String> = suites
            .iter()
            .filter(|suite| suite.tls13().is_none())
            .map(|suite| format!("{:?}", suite.suite()))
            .collect();
        assert_eq!(old.len(), 4, "{old:?}");
        for kind in ["ECDHE_RSA", "ECDHE_ECDSA"] {
            for cipher in ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384"] {
                assert!(old.contains(&format!("TLS_{kind}_WITH_{cipher}")), "{old:?}");
            }
        }
        assert!(suites.iter().any(|suite| suite.tls13().is_some()), "TLS 1.3 is spoken, too");
    }
}
