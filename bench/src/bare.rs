//! The yardstick: an axum handler that signs one ES256 token per request and answers it, with nothing looked up.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::net::TcpListener;

struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    header: String,
}

/// Serves until it is stopped; prints its address first.
pub(crate) async fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let signer = Signer {
        key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
        random: SystemRandom::new(),
        header: BASE64_URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"ES256","kid":"2026-bare"}"#),
    };
    let app = Router::new()
        .route("/connect/token", any(token))
        .route("/healthz", get(async || "ok"))
        .with_state(Arc::new(signer));
    let listener = TcpListener::bind(listen).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn token(State(signer): State<Arc<Signer>>) -> Response {
    match signer.sign() {
        Ok(token) => {
            Json(json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": "reservations.read" }))
                .into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Signer {
    #[expect(clippy::disallowed_methods, reason = "a yardstick has no clock to ask; it is not the product")]
    fn sign(&self) -> anyhow::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut jti = [0_u8; 16];
        fill(&mut jti).ok().context("random bytes")?;
        // As large as a token of Grantry's, so that encoding and hashing cost the same.
        let claims = json!({
            "iss": "http://127.0.0.1:8080", "sub": "HOTL-SP-LOAD", "aud": ["api", "http://127.0.0.1:8080/resources"],
            "exp": now + 3600, "iat": now, "nbf": now, "jti": BASE64_URL_SAFE_NO_PAD.encode(jti),
            "client_id": "HOTL-SP-LOAD", "scope": "reservations.read", "account_code": "HOTL", "pii": "retrieve",
        });
        let mut token = format!("{}.{}", self.header, BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(&self.random, token.as_bytes()).ok().context("signing")?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token)
    }
}
