//! Every OAuth error code, the HTTP status it means, and the three levels of words around it.

use std::fmt;

use serde::Serialize;

/// The registered error codes that Grantry answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed (RFC 6749 §5.2).
    InvalidRequest,
    /// Client authentication failed (RFC 6749 §5.2).
    InvalidClient,
    /// Code or refresh token is unknown, used, expired, or another client's (RFC 6749 §5.2).
    InvalidGrant,
    /// The client may not use this grant (RFC 6749 §5.2).
    UnauthorizedClient,
    /// No such grant (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// No such response type (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
    /// A scope is unknown or not the client's (RFC 6749 §5.2).
    InvalidScope,
    /// A resource is unknown (RFC 8707 §2).
    InvalidTarget,
    /// The person said no (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// Nobody is signed in and nobody may be asked (OIDC Core §3.1.2.6).
    LoginRequired,
    /// Consent is missing and nobody may be asked (OIDC Core §3.1.2.6).
    ConsentRequired,
    /// An account must be chosen and nobody may be asked (OIDC Core §3.1.2.6).
    AccountSelectionRequired,
    /// A person must act and nobody may be asked (OIDC Core §3.1.2.6).
    InteractionRequired,
    /// The request object is broken, forged or not meant for us (RFC 9101 §7).
    InvalidRequestObject,
    /// Nothing that may be used is behind `request_uri` (RFC 9101 §7, RFC 9126 §4).
    InvalidRequestUri,
    /// A way to sign in was demanded that cannot be promised (OIDC Unmet Authentication Requirements §3).
    UnmetAuthenticationRequirements,
    /// The access token is missing, wrong or dead (RFC 6750 §3.1).
    InvalidToken,
    /// The access token lacks a scope (RFC 6750 §3.1).
    InsufficientScope,
    /// Only access and refresh tokens can be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// The DPoP proof is missing or wrong (RFC 9449 §5, §7.1).
    InvalidDpopProof,
    /// The DPoP proof must repeat a nonce (RFC 9449 §8).
    UseDpopNonce,
    /// Nobody has decided yet (RFC 8628 §3.5).
    AuthorizationPending,
    /// The device asks too often (RFC 8628 §3.5).
    SlowDown,
    /// The device code has ended (RFC 8628 §3.5).
    ExpiredToken,
    /// A redirect URI may not be registered (RFC 7591 §3.2.2).
    InvalidRedirectUri,
    /// Something else of a registration may not be registered (RFC 7591 §3.2.2).
    InvalidClientMetadata,
    /// Our mistake (RFC 6749 §4.1.2.1).
    ServerError,
    /// Too busy now (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The code on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// The status of a direct answer (token, introspection, userinfo endpoints).
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            Self::InvalidRequest
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::InvalidTarget
            | Self::AccessDenied
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::AccountSelectionRequired
            | Self::InteractionRequired
            | Self::InvalidRequestObject
            | Self::InvalidRequestUri
            | Self::UnmetAuthenticationRequirements
            | Self::UnsupportedTokenType
            | Self::InvalidDpopProof
            | Self::UseDpopNonce
            | Self::AuthorizationPending
            | Self::SlowDown
            | Self::ExpiredToken
            | Self::InvalidRedirectUri
            | Self::InvalidClientMetadata => 400,
        }
    }
}

/// A refusal of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What the client program reads.
    pub code: ErrorCode,
    /// For the client's developer: a fixed, safe, ASCII sentence that repeats nothing of the request.
    pub description: &'static str,
    /// For the app's owner, in the dashboard only: may name the offending value. Never goes to the wire.
    pub hint: Option<String>,
}

impl Error {
    /// A refusal without a hint.
    #[must_use]
    pub fn new(code: ErrorCode, description: &'static str) -> Self {
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E. Every test that meets a refusal proves it for that refusal.
        debug_assert!(description.bytes().all(|b| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
        Self { code, description, hint: None }
    }

    /// What a direct answer carries.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        ErrorBody { error: self.code.as_str(), error_description: self.description }
    }

    /// The same refusal with more for the app's owner.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The JSON object of RFC 6749 §5.2. The hint has no place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// The code on the wire.
    pub error: &'static str,
    /// The sentence for the client's developer.
    pub error_description: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    // security: T20
    #[test]
    fn the_hint_for_the_owner_never_reaches_the_wire() {
        let error = Error::new(ErrorCode::InvalidScope, "a scope is not registered for this app");
        let body = serde_json::to_string(&error.with_hint("<script>").body()).expect("JSON");
        assert_eq!(
            body,
            r#"{"error":"invalid_scope","error_description":"a scope is not registered for this app"}"#
        );
    }

    // security: T08
    #[test]
    fn failed_authentication_is_401_and_other_faults_of_the_client_are_400() {
        assert_eq!(ErrorCode::InvalidClient.http_status(), 401);
        assert_eq!(ErrorCode::InvalidGrant.http_status(), 400);
        assert_eq!(ErrorCode::InsufficientScope.http_status(), 403);
    }
}
