//! Token exchange (RFC 8693): an access token becomes a smaller one, for the app that holds it or for another one of the
//! same owner that acts behind it.
//!
//! What is given is never more than what is shown: the same grant, some of the scopes, the same end, no refresh token.

use std::time::Duration;

use super::{Asker, parse_scope};
use crate::Timestamp;
use crate::access_token::{Claims, LIFETIME, MOST_EXCHANGES, lineage};
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// What is exchanged, and what for (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What the client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The access token that is exchanged.
    pub subject_token: String,
    /// The scopes that the new token should have; empty for all that it may.
    pub scope: ScopeSet,
    /// The APIs that it is for, by their resource identifiers.
    pub resource: Vec<String>,
    /// The APIs that it is for, by their names.
    pub audience: Vec<String>,
}

impl Request {
    pub(super) fn parse(form: &Parameters) -> Result<Self, Error> {
        let refuse = |description| Err(Error::new(ErrorCode::InvalidRequest, description));
        let subject_token = form.require("subject_token", "subject_token is missing")?.to_owned();
        if form.require("subject_token_type", "subject_token_type is missing")? != ACCESS_TOKEN {
            return refuse("subject_token_type must be that of an access token");
        }
        if form.get("requested_token_type").is_some_and(|wanted| wanted != ACCESS_TOKEN) {
            return refuse("requested_token_type must be that of an access token");
        }
        // Who acts is the app that authenticated; somebody else's word for it is not taken.
        if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
            return refuse("actor_token is not supported");
        }
        let all = |name| form.all(name).map(str::to_owned).collect::<Vec<_>>();
        let (resource, audience) = (all("resource"), all("audience"));
        // Two ways to say the same; what they mean together is anybody's guess.
        if !resource.is_empty() && !audience.is_empty() {
            return refuse("resource and audience cannot be combined");
        }
        Ok(Self { subject_token, scope: parse_scope(form)?, resource, audience })
    }
}

/// The token that is exchanged, verified and alive, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What it says.
    pub claims: &'a Claims,
    /// The app that it was issued to has the owner of the app that asks.
    pub same_owner: bool,
}

/// The refusal of a token that is unknown or dead. RFC 8693 §2.2.2: `invalid_request`, whatever is wrong with it.
#[must_use]
pub fn invalid(hint: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidRequest, "the subject token is not valid").with_hint(hint)
}

/// The scopes that the new token may have, and for how long it may live.
///
/// # Errors
/// `invalid_request` for a token that is not exchanged for this client, `invalid_scope` for more than it may have.
pub fn check(
    request: &Request,
    subject: Subject<'_>,
    asker: Asker<'_>,
    now: Timestamp,
) -> Result<(ScopeSet, Duration), Error> {
    let Subject { claims, same_owner } = subject;
    let is_own = claims.client_id == asker.client.client_id;
    if !is_own && !same_owner {
        // Like a token that never was: whoever found it learns nothing.
        return Err(invalid("the subject token was issued to an app of another owner"));
    }
    if claims.grant_id().is_none() {
        return Err(invalid(
            "the subject token speaks for an app itself: it can get another by client credentials",
        ));
    }
    // One step, so that who acts for whom stays plain.
    if claims.actor.is_some() {
        return Err(invalid("the subject token was exchanged before"));
    }
    if lineage(&claims.jti).count() > MOST_EXCHANGES {
        return Err(invalid("the subject token comes of too many exchanges"));
    }
    // RFC 9449 §6: without its key a bound token is nothing.
    if claims.jkt.is_some() && claims.jkt.as_deref() != asker.jkt {
        return Err(invalid("the subject token is bound to a key: send a DPoP proof of that key"));
    }
    let scopes = scopes(request, claims, asker, is_own)?;
    Ok((scopes, claims.expires_at.since(now).min(LIFETIME)))
}

fn scopes(request: &Request, claims: &Claims, asker: Asker<'_>, is_own: bool) -> Result<ScopeSet, Error> {
    // An app registered its scopes; what was granted to another one does not change that. What a person tells of
    // themselves was told to the app that asked.
    let may = |scope: &&str| match crate::scope::is_oidc(scope) {
        true => is_own && *scope != "offline_access",
        false => asker.client.scopes.contains(scope),
    };
    let most: ScopeSet = claims.scopes.iter().filter(may).collect();
    let refuse =
        |description, hint: String| Err(Error::new(ErrorCode::InvalidScope, description).with_hint(hint));
    if most.is_empty() {
        return refuse("this app may have no scope of the subject token", claims.scopes.to_string());
    }
    if !request.scope.is_subset_of(&most) {
        let beyond = request.scope.difference(&most);
        return refuse("scope goes beyond the subject token or this app", beyond.to_string());
    }
    Ok(if request.scope.is_empty() { most } else { request.scope.clone() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::client::{Client, PiiMode};
    use crate::examples::{ISSUER, NOW, form, scopes as set, store_app};

    fn claims(scope: &str) -> Claims {
        Claims {
            issuer: ISSUER.into(),
            subject: "s".into(),
            audience: vec!["api".into()],
            expires_at: NOW + Duration::from_secs(600),
            issued_at: NOW,
            not_before: NOW,
            jti: "grt_1.x".into(),
            client_id: "SDXE-AC-MYAPP".into(),
            scopes: set(scope),
            account_code: "HOTL".into(),
            pii_mode: PiiMode::Hide,
            jkt: None,
            actor: None,
            is_test: false,
        }
    }

    fn asks(scope: &str) -> Request {
        let pairs = [("subject_token", "ey.a.b"), ("subject_token_type", ACCESS_TOKEN), ("scope", scope)];
        Request::parse(&form(&pairs)).expect("a request")
    }

    fn behind() -> Client {
        Client { client_id: "SDXE-AC-BACK".into(), scopes: set("folios.read"), ..store_app() }
    }

    fn given(claims: &Claims, scope: &str, client: &Client) -> Result<String, ErrorCode> {
        let subject = Subject { claims, same_owner: true };
        let given = check(&asks(scope), subject, Asker { client, jkt: None }, NOW);
        given.map(|(scopes, _)| scopes.to_string()).map_err(|error| error.code)
    }

    const ALL: &str = "openid email offline_access reservations.read folios.read";

    // security: T11, T19
    #[test]
    fn an_app_gets_a_smaller_token_of_its_own_and_one_behind_it_its_own_scopes_alone() {
        let token = claims(ALL);
        assert_eq!(
            given(&token, "", &store_app()).as_deref(),
            Ok("openid email reservations.read folios.read")
        );
        assert_eq!(given(&token, "folios.read", &store_app()).as_deref(), Ok("folios.read"));
        assert_eq!(given(&token, "", &behind()).as_deref(), Ok("folios.read"));
        let beyond = Err(ErrorCode::InvalidScope);
        for scope in ["folios.manage", "offline_access", "folios.read payments.read"] {
            assert_eq!(given(&token, scope, &store_app()), beyond, "{scope}");
        }
        for scope in ["openid", "reservations.read"] {
            assert_eq!(given(&token, scope, &behind()), beyond, "{scope}");
        }
        assert_eq!(given(&claims("openid reservations.read"), "", &behind()), beyond, "nothing is left");
    }

    // security: T19
    #[test]
    fn a_token_of_strangers_of_nobody_or_of_an_earlier_exchange_is_not_exchanged() {
        let invalid = Err(ErrorCode::InvalidRequest);
        let client = behind();
        let asker = Asker { client: &client, jkt: None };
        let stranger = check(&asks(""), Subject { claims: &claims(ALL), same_owner: false }, asker, NOW);
        assert_eq!(stranger.map_err(|error| error.code), Err(ErrorCode::InvalidRequest));
        let nobody = Claims { jti: "x".into(), ..claims(ALL) };
        let again = Claims { actor: Some("SDXE-AC-BACK".into()), ..claims(ALL) };
        for token in [nobody, again] {
            assert_eq!(given(&token, "", &client), invalid);
            assert_eq!(given(&token, "", &store_app()), invalid);
        }
    }

    // security: D02, T19
    #[test]
    fn a_bound_token_is_exchanged_with_a_proof_of_its_key_alone() {
        let bound = Claims { jkt: Some("ours".into()), ..claims(ALL) };
        let client = &store_app();
        for (jkt, good) in [(Some("ours"), true), (Some("theirs"), false), (None, false)] {
            let subject = Subject { claims: &bound, same_owner: true };
            assert_eq!(check(&asks(""), subject, Asker { client, jkt }, NOW).is_ok(), good, "{jkt:?}");
        }
    }

    // security: T19
    #[test]
    fn the_new_token_ends_with_the_old_one() {
        let client = &store_app();
        let left = |token: &Claims| {
            let subject = Subject { claims: token, same_owner: true };
            check(&asks(""), subject, Asker { client, jkt: None }, NOW).expect("exchanged").1
        };
        assert_eq!(left(&claims(ALL)), Duration::from_secs(600));
        let long = Claims { expires_at: NOW + Duration::from_secs(86_400), ..claims(ALL) };
        assert_eq!(left(&long), LIFETIME);
    }

    // security: T19
    #[test]
    fn other_kinds_of_token_are_neither_taken_nor_given() {
        let good = [("subject_token", "ey.a.b"), ("subject_token_type", ACCESS_TOKEN)];
        let with = |name, value| Request::parse(&form(&[&good[..], &[(name, value)]].concat()));
        assert!(with("requested_token_type", ACCESS_TOKEN).is_ok());
        let both = [good[0], good[1], ("audience", "api"), ("resource", "https://api.example/mcp")];
        assert_eq!(Request::parse(&form(&both)).map_err(|e| e.code), Err(ErrorCode::InvalidRequest));
        let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
        for (name, value) in
            [("requested_token_type", refresh), ("actor_token", "x"), ("actor_token_type", ACCESS_TOKEN)]
        {
            assert_eq!(with(name, value).map_err(|e| e.code), Err(ErrorCode::InvalidRequest), "{name}");
        }
        for kind in [refresh, "urn:ietf:params:oauth:token-type:id_token", "access_token", ""] {
            let request = Request::parse(&form(&[("subject_token", "x"), ("subject_token_type", kind)]));
            assert_eq!(request.map_err(|e| e.code), Err(ErrorCode::InvalidRequest), "{kind}");
        }
    }

    // security: T19
    #[test]
    fn a_row_of_exchanges_ends() {
        let of = |jti: &str| Claims { jti: jti.to_owned(), ..claims(ALL) };
        assert!(given(&of("grt_1.a~b~c~d"), "", &store_app()).is_ok());
        assert_eq!(given(&of("grt_1.a~b~c~d~e"), "", &store_app()), Err(ErrorCode::InvalidRequest));
    }

    // security: T11, T19
    proptest! {
        #[test]
        fn no_exchange_has_a_scope_that_the_old_token_or_the_app_lacks(
            had in "[a-f ]{0,12}", registered in "[a-f ]{0,12}", asked in "[a-f ]{0,8}", own in any::<bool>(),
        ) {
            let token = claims(&format!("openid offline_access {had}"));
            let client_id = if own { "SDXE-AC-MYAPP" } else { "SDXE-AC-BACK" };
            let client = Client { client_id: client_id.into(), scopes: set(&registered), ..store_app() };
            let subject = Subject { claims: &token, same_owner: true };
            if let Ok((scopes, _)) = check(&asks(&asked), subject, Asker { client: &client, jkt: None }, NOW) {
                prop_assert!(scopes.is_subset_of(&token.scopes));
                prop_assert!(scopes.api().is_subset_of(&client.scopes));
                prop_assert!(!scopes.is_empty() && !scopes.contains("offline_access"));
                prop_assert!(own || scopes.oidc().is_empty());
            }
        }
    }
}
