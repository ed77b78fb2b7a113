//! The layer: a `tower` service that answers by itself what may not come through.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use grantry_oauth::bearer;
use http::request::Parts;
use http::{HeaderValue, Request, Response, header};
use tower::{Layer, Service};

use crate::{Refused, Token, Verifier};

/// Lets through what has a good token with one of some scopes. Made by [`Verifier::require`].
#[derive(Clone, Debug)]
pub struct Require {
    verifier: Verifier,
    any_of: Arc<[String]>,
}

impl Require {
    pub(crate) fn new(verifier: Verifier, any_of: &[&str]) -> Self {
        Self { verifier, any_of: any_of.iter().map(|scope| (*scope).to_owned()).collect() }
    }

    async fn check(&self, request: &Parts) -> Result<Token, Refused> {
        let token = self.verifier.verify(request).await?;
        let any_of: Vec<&str> = self.any_of.iter().map(String::as_str).collect();
        if !any_of.is_empty() {
            bearer::require_scope(&token.scopes, &any_of).map_err(Refused::Token)?;
        }
        Ok(token)
    }

    /// An answer without a body: RFC 6750 §3 puts everything into the header.
    fn answer<B: Default>(&self, refused: &Refused) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = refused.status();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match refused {
            Refused::Token(refused) => {
                if let Some(challenge) = self.verifier.challenge(refused) {
                    headers.insert(header::WWW_AUTHENTICATE, challenge);
                }
            }
            Refused::Blind => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
        }
        response
    }
}

impl<S> Layer<S> for Require {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, require: self.clone() }
    }
}

/// A service behind [`Require`].
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    inner: S,
    require: Require,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default + Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that said it was ready goes; its copy stays.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        let require = self.require.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match require.check(&parts).await {
                Ok(token) => {
                    parts.extensions.insert(token);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refused) => Ok(require.answer(&refused)),
            }
        })
    }
}
