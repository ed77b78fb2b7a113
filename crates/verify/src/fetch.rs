//! Asking the server: documents of a bounded size in a bounded time, and no redirects.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use reqwest::Client;
use serde::de::DeserializeOwned;

use crate::Error;

/// How long an answer may take that need not wait for anything.
pub(crate) const TIME: Duration = Duration::from_secs(5);

/// The largest answer: a full one of the feed has some 150 KB.
const LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// The client that is used unless the API brings its own.
pub(crate) fn client() -> Result<Client, Error> {
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Error::Client(why.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    #[expect(
        clippy::disallowed_methods,
        reason = "a library in somebody else's program: it asks one server, its own"
    )]
    let builder = Client::builder();
    builder
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("grantry-verify/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|why| Error::Client(why.to_string()))
}

/// A JSON document, with the headers of its answer.
pub(crate) async fn json<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
    url: &str,
    time: Duration,
) -> Result<(T, HeaderMap), Error> {
    let failed = |why: String| Error::Unreachable { url: url.to_owned(), why };
    let mut answer = request.timeout(time).send().await.map_err(|error| failed(plain(&error)))?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(Error::Secret { url: url.to_owned() }),
        other => return Err(failed(format!("the answer's status is {other}"))),
    }
    let headers = answer.headers().clone();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(plain(&error)))? {
        if body.len() + chunk.len() > LIMIT_BYTES {
            return Err(failed("the answer is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    let document =
        serde_json::from_slice(&body).map_err(|_| failed("the answer is something else".to_owned()))?;
    Ok((document, headers))
}

/// What went wrong, without the URL, which is said already.
fn plain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}
