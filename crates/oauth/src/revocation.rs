//! Revocation (RFC 7009): which tokens a client may end, and what ends with them.

use crate::Timestamp;
use crate::access_token::{Claims, Invalid};
use crate::error::{Error, ErrorCode};
use crate::jose::VerifyError;

/// What was found under a token.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// What verifying an access token said.
    Access(Result<&'a Claims, Invalid>),
    /// A refresh token's client and grant.
    Refresh {
        /// The client that it was issued to.
        client_id: &'a str,
        /// The grant that it renews.
        grant_id: &'a str,
    },
    /// [`Shape::NoToken`](crate::presented::Shape::NoToken).
    NoToken,
    /// Nothing.
    Nothing,
}

/// What must be stored before the answer, which is always 200 with an empty body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Nothing: what is not there is as good as revoked (RFC 7009 §2.2).
    Nothing,
    /// This one access token.
    EndToken {
        /// Its id.
        jti: &'a str,
        /// When it would have ended.
        expires_at: Timestamp,
    },
    /// The grant: its refresh token and every access token of it (RFC 7009 §2.1).
    EndGrant {
        /// The grant.
        grant_id: &'a str,
    },
}

/// Decides what a revocation request of an authenticated client does.
///
/// # Errors
/// `invalid_grant` for another client's token (RFC 7009 §2.1: refused, and told so); `unsupported_token_type` for what
/// is neither an access nor a refresh token.
pub fn decide<'a>(client_id: &str, found: Found<'a>) -> Result<Effect<'a>, Error> {
    let own = |owner: &str, effect| {
        if owner == client_id {
            return Ok(effect);
        }
        let error = Error::new(ErrorCode::InvalidGrant, "the token was issued to another app");
        Err(error.with_hint(owner))
    };
    match found {
        Found::Access(Ok(claims)) => {
            own(&claims.client_id, Effect::EndToken { jti: &claims.jti, expires_at: claims.expires_at })
        }
        Found::Refresh { client_id, grant_id } => own(client_id, Effect::EndGrant { grant_id }),
        // RFC 7009 §2.2.1: an ID token, say, cannot be taken back.
        Found::NoToken | Found::Access(Err(Invalid::Forged(VerifyError::WrongType))) => {
            Err(Error::new(ErrorCode::UnsupportedTokenType, "only access and refresh tokens can be revoked"))
        }
        Found::Nothing | Found::Access(Err(_)) => Ok(Effect::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::PiiMode;
    use crate::examples::{ISSUER, NOW};
    use crate::scope::ScopeSet;

    fn claims() -> Claims {
        Claims {
            issuer: ISSUER.into(),
            subject: "s".into(),
            audience: Vec::new(),
            expires_at: NOW,
            issued_at: NOW,
            not_before: NOW,
            jti: "grt_1.x".into(),
            client_id: "SDXE-AC-MYAPP".into(),
            scopes: ScopeSet::default(),
            account_code: "HOTL".into(),
            pii_mode: PiiMode::Hide,
            jkt: None,
            actor: None,
            is_test: false,
        }
    }

    // security: U03
    #[test]
    fn an_access_token_ends_alone_and_a_refresh_token_takes_its_grant_along() {
        let claims = claims();
        let end = Effect::EndToken { jti: "grt_1.x", expires_at: NOW };
        assert_eq!(decide("SDXE-AC-MYAPP", Found::Access(Ok(&claims))), Ok(end));
        let refresh = Found::Refresh { client_id: "SDXE-AC-MYAPP", grant_id: "grt_1" };
        assert_eq!(decide("SDXE-AC-MYAPP", refresh), Ok(Effect::EndGrant { grant_id: "grt_1" }));
    }

    // security: U03
    #[test]
    fn no_client_ends_anothers_tokens() {
        let claims = claims();
        let refresh = Found::Refresh { client_id: "SDXE-AC-MYAPP", grant_id: "grt_1" };
        for client_id in ["SDXE-AC-OTHER", "SDXE-AC-MYAP", "sdxe-ac-myapp", ""] {
            for found in [Found::Access(Ok(&claims)), refresh] {
                let refused = decide(client_id, found).map_err(|e| e.code);
                assert_eq!(refused, Err(ErrorCode::InvalidGrant), "{client_id}");
            }
        }
    }

    // security: U03
    #[test]
    fn what_is_unknown_or_dead_is_as_good_as_revoked_and_other_things_are_no_tokens() {
        let nothing = [
            Found::Nothing,
            Found::Access(Err(Invalid::Expired)),
            Found::Access(Err(Invalid::Issuer)),
            Found::Access(Err(Invalid::Forged(VerifyError::BadSignature))),
        ];
        for found in nothing {
            assert_eq!(decide("SDXE-AC-MYAPP", found), Ok(Effect::Nothing), "{found:?}");
        }
        for found in [Found::NoToken, Found::Access(Err(Invalid::Forged(VerifyError::WrongType)))] {
            let refused = decide("SDXE-AC-MYAPP", found).map_err(|e| e.code);
            assert_eq!(refused, Err(ErrorCode::UnsupportedTokenType));
        }
    }
}
