//! Security headers, by the kind of route.

use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

use crate::routes::Kind;

/// Put into a response by a door page of a pending authorization: Chromium applies `form-action` to the whole redirect
/// chain that follows a form, so the page must name where the app's answer goes, and where the app goes on from there
/// (docs/decisions/0001-form-action.md).
#[derive(Debug, Clone)]
pub struct FormAction(pub String);

/// A page whose own script must run (form_post): the CSP names this nonce.
#[derive(Debug, Clone)]
pub struct ScriptNonce(pub String);

const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()";

/// Adds what every response of this kind must carry.
pub fn apply(kind: Kind, https: bool, response: &mut Response) {
    let form_action = response.extensions_mut().remove::<FormAction>();
    let nonce = response.extensions_mut().remove::<ScriptNonce>();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    match kind {
        Kind::Page | Kind::Public => {
            set(header::CACHE_CONTROL, "no-store");
            set(header::X_FRAME_OPTIONS, "DENY");
            set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
            set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
            let policy = content_security_policy(form_action.as_ref(), nonce.as_ref());
            if let Ok(value) = HeaderValue::from_str(&policy) {
                headers.insert(header::CONTENT_SECURITY_POLICY, value);
            }
        }
        Kind::Api | Kind::Endpoint => {
            set(header::CACHE_CONTROL, "no-store");
            set(header::PRAGMA, "no-cache");
            set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        }
        Kind::Metadata => {
            set(header::CACHE_CONTROL, "public, max-age=3600");
            // The same for everybody, so every site may read it.
            set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
        Kind::Asset => set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    }
}

fn content_security_policy(form_action: Option<&FormAction>, nonce: Option<&ScriptNonce>) -> String {
    let target = form_action.map(|FormAction(t)| format!(" {t}")).unwrap_or_default();
    let script = nonce.map(|ScriptNonce(n)| format!(" 'nonce-{n}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'"
    )
}
