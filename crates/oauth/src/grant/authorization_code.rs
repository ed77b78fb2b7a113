//! The authorization code grant: a code is exchanged once, by its client, for what was consented.

use std::time::Duration;

use super::{Asker, Consequence, Refused};
use crate::Timestamp;
use crate::error::Error;
use crate::parameters::Parameters;
use crate::pkce::{self, Challenge};

/// How long a code lives. RFC 6749 §4.1.2 allows ten minutes; ASVS 10.4.3 and FAPI 2.0 §5.3.2.1 ask for one.
pub const LIFETIME: Duration = Duration::from_secs(60);

/// What the client sends. `scope` is ignored: the code decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The code.
    pub code: String,
    /// The redirect URI of the authorization request.
    pub redirect_uri: Option<String>,
    /// The PKCE verifier.
    pub code_verifier: Option<String>,
    /// The APIs that the access token is for; not more than were granted.
    pub resource: Vec<String>,
}

impl Request {
    pub(super) fn parse(form: &Parameters) -> Result<Self, Error> {
        Ok(Self {
            code: form.require("code", "code is missing")?.to_owned(),
            redirect_uri: form.owned("redirect_uri"),
            code_verifier: form.owned("code_verifier"),
            resource: form.all("resource").map(str::to_owned).collect(),
        })
    }
}

/// What a code is bound to, as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The client that it was issued to.
    pub client_id: String,
    /// The redirect URI that it was sent to.
    pub redirect_uri: String,
    /// The PKCE challenge of the authorization request.
    pub code_challenge: Option<String>,
    /// The thumbprint of the key that the authorization request named (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// An earlier request used it.
    pub used: bool,
}

/// The refusal for a code that is unknown here; one of another client looks the same.
#[must_use]
pub fn unknown() -> Refused {
    Refused::grant("the code is not valid", Consequence::Keep).hint("there is no such code")
}

/// Checks a code that was found, for the client that authenticated.
///
/// The row must come from one conditional write that marks the code used for this client (or finds it used): of racing
/// requests one sees `used: false`.
///
/// # Errors
/// `invalid_grant`, with what must become of the code.
pub fn check(row: &Row, request: &Request, asker: Asker<'_>, now: Timestamp) -> Result<(), Refused> {
    // RFC 6749 §4.1.3: issued to this client. Another client never burns it, or anybody who sees a code could.
    if row.client_id != asker.client.client_id {
        return Err(unknown().hint("the code was issued to another app"));
    }
    // RFC 6749 §4.1.2, RFC 9700 §4.5: a second use is theft until proved otherwise, even when it comes late.
    if row.used {
        let refused = Refused::grant("the code was used before", Consequence::EndGrant);
        return Err(refused.hint("a code works once; the tokens of its first use were revoked"));
    }
    if row.expires_at <= now {
        return Err(Refused::grant("the code has expired", Consequence::Burn));
    }
    // RFC 6749 §4.1.3: identical to the one of the authorization request, which always has one here.
    if request.redirect_uri.as_deref() != Some(row.redirect_uri.as_str()) {
        let refused =
            Refused::grant("redirect_uri is not that of the authorization request", Consequence::Burn);
        return Err(refused.hint(format!(
            "the authorization request said {}, the token request {}",
            row.redirect_uri,
            request.redirect_uri.as_deref().unwrap_or("nothing"),
        )));
    }
    // RFC 9449 §10: whoever took the code on its way does not have the key.
    if row.dpop_jkt.as_deref().is_some_and(|named| asker.jkt != Some(named)) {
        let refused = Refused::grant("the code is bound to another DPoP key", Consequence::Burn);
        return Err(refused.hint("send a DPoP proof of the key that dpop_jkt named"));
    }
    // RFC 7636 §4.6
    let challenge = row.code_challenge.clone().map(Challenge::from_stored);
    pkce::check(challenge.as_ref(), request.code_verifier.as_deref())
        .map_err(|error| Refused { error, consequence: Consequence::Burn })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use crate::error::ErrorCode;
    use crate::examples::{CHALLENGE, NOW, VERIFIER, form, public_app, store_app};

    fn row() -> Row {
        Row {
            client_id: "SDXE-AC-MYAPP".into(),
            redirect_uri: "https://app.example/cb".into(),
            code_challenge: Some(CHALLENGE.into()),
            dpop_jkt: None,
            expires_at: NOW + LIFETIME,
            used: false,
        }
    }

    fn request() -> Request {
        Request::parse(&form(&[
            ("code", "grc_x"),
            ("redirect_uri", "https://app.example/cb"),
            ("code_verifier", VERIFIER),
            ("scope", "folios.manage"),
        ]))
        .expect("a request")
    }

    fn check(row: &Row, request: &Request, client: &Client, now: Timestamp) -> Result<(), Refused> {
        super::check(row, request, Asker { client, jkt: None }, now)
    }

    fn consequence(row: &Row, request: &Request, client: &Client) -> Option<Consequence> {
        let refused = check(row, request, client, NOW).err()?;
        assert_eq!(refused.error.code, ErrorCode::InvalidGrant);
        Some(refused.consequence)
    }

    // security: T01, T04
    #[test]
    fn a_code_is_good_for_its_client_its_redirect_uri_its_verifier_and_its_minute() {
        assert_eq!(check(&row(), &request(), &store_app(), NOW), Ok(()));
        let last = NOW + Duration::from_millis(59_999);
        assert_eq!(check(&row(), &request(), &store_app(), last), Ok(()));
        let late = check(&row(), &request(), &store_app(), NOW + LIFETIME).expect_err("expired");
        assert_eq!(late.error.code, ErrorCode::InvalidGrant);
    }

    // security: T04
    #[test]
    fn another_client_learns_nothing_and_burns_nothing() {
        let other = Client { client_id: "SDXE-AC-OTHER".into(), ..store_app() };
        for row in [row(), Row { used: true, ..row() }, Row { expires_at: NOW, ..row() }] {
            assert_eq!(consequence(&row, &request(), &other), Some(Consequence::Keep));
            let refused = check(&row, &request(), &other, NOW).expect_err("another client");
            assert_eq!(refused.error.body(), unknown().error.body());
        }
    }

    // security: T02
    #[test]
    fn a_second_use_ends_what_the_first_one_gave_even_when_it_comes_late() {
        let used = Row { used: true, ..row() };
        assert_eq!(consequence(&used, &request(), &store_app()), Some(Consequence::EndGrant));
        let late = Row { expires_at: Timestamp(0), ..used };
        assert_eq!(consequence(&late, &request(), &store_app()), Some(Consequence::EndGrant));
    }

    // security: T04, T05
    #[test]
    fn a_wrong_redirect_uri_or_verifier_of_the_right_client_burns_the_code() {
        for redirect_uri in [None, Some("https://app.example/cb/"), Some("https://app.example/other?x=1")] {
            let request = Request { redirect_uri: redirect_uri.map(str::to_owned), ..request() };
            assert_eq!(consequence(&row(), &request, &store_app()), Some(Consequence::Burn));
        }
        for verifier in [None, Some("short".to_owned()), Some("a".repeat(43))] {
            let request = Request { code_verifier: verifier, ..request() };
            assert_eq!(consequence(&row(), &request, &public_app()), Some(Consequence::Burn));
        }
        let without = Row { code_challenge: None, ..row() };
        assert_eq!(consequence(&without, &request(), &store_app()), Some(Consequence::Burn), "downgrade");
    }

    // security: D02, T04
    #[test]
    fn a_code_of_a_named_key_is_good_with_a_proof_of_that_key_alone() {
        let bound = Row { dpop_jkt: Some("ours".into()), ..row() };
        let client = &store_app();
        let with = |jkt| super::check(&bound, &request(), Asker { client, jkt }, NOW);
        assert_eq!(with(Some("ours")), Ok(()));
        for other in [None, Some(""), Some("theirs")] {
            let refused = with(other).expect_err("another key");
            assert_eq!(
                (refused.error.code, refused.consequence),
                (ErrorCode::InvalidGrant, Consequence::Burn)
            );
        }
        let free = super::check(&row(), &request(), Asker { client, jkt: Some("any") }, NOW);
        assert_eq!(free, Ok(()), "a code without a key takes any");
    }
}
