//! The refresh grant: reusable for confidential clients, rotating for public ones, always looked at afresh.

use std::time::Duration;

use super::{Asker, Consequence, Refused, Standing, Subject, current_scopes, parse_scope};
use crate::Timestamp;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::redirect_uri::ClientType;
use crate::scope::ScopeSet;

/// A refresh token ends after this, however much it is used.
pub const ABSOLUTE: Duration = Duration::from_hours(180 * 24);

/// A refresh token ends when nobody used it for so long.
pub const IDLE: Duration = Duration::from_hours(90 * 24);

/// For how long a repeat of a rotated token gets the same successor: answers get lost on the way.
pub const GRACE: Duration = Duration::from_secs(10);

/// What the client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The refresh token.
    pub refresh_token: String,
    /// The scopes that this access token should have; empty for all.
    pub scope: ScopeSet,
    /// The APIs that the access token is for; not more than were granted.
    pub resource: Vec<String>,
}

impl Request {
    pub(super) fn parse(form: &Parameters) -> Result<Self, Error> {
        Ok(Self {
            refresh_token: form.require("refresh_token", "refresh_token is missing")?.to_owned(),
            scope: parse_scope(form)?,
            resource: form.all("resource").map(str::to_owned).collect(),
        })
    }
}

/// A refresh token and its grant, as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The client that it was issued to.
    pub client_id: String,
    /// Everything that was granted.
    pub scopes: ScopeSet,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// When it ends unless it is used.
    pub idle_until: Timestamp,
    /// The thumbprint of the key that it is bound to.
    pub dpop_jkt: Option<String>,
    /// Somebody ended it.
    pub revoked: bool,
    /// Its successor, once it was rotated.
    pub rotated: Option<Rotated>,
}

/// What came after a rotated token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// When.
    pub at: Timestamp,
    /// The successor has been used, so the client must have received it.
    pub successor_used: bool,
}

/// Which refresh token the answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// The one that was presented. Nothing is written.
    Same,
    /// A new one, which ends the presented one.
    Rotate,
    /// The successor that an earlier answer carried.
    Successor,
}

/// A refresh that may happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The scopes of the new access token. The stored grant stays as it is.
    pub scopes: ScopeSet,
    /// For whom the new access token speaks.
    pub subject: Subject,
    /// Which refresh token the answer carries.
    pub next: Next,
}

/// The key that a new refresh token is bound to. RFC 9449 §5: that of a public client, which proves who it is by nothing
/// else; a confidential one may change its key (docs/decisions/0003-dpop-refresh.md).
#[must_use]
pub fn bound_to(asker: Asker<'_>) -> Option<String> {
    asker.jkt.filter(|_| asker.client.client_type == ClientType::Public).map(str::to_owned)
}

/// The refusal for a token that is unknown here; one of another client looks the same.
#[must_use]
pub fn unknown() -> Refused {
    Refused::grant("the refresh token is not valid", Consequence::Keep).hint("there is no such refresh token")
}

/// Checks a refresh token that was found, for the client that authenticated.
///
/// # Errors
/// `invalid_grant` or `invalid_scope`, with what must become of the token's family.
pub fn check(
    row: &Row,
    standing: &Standing,
    request: &Request,
    asker: Asker<'_>,
    now: Timestamp,
) -> Result<Refresh, Refused> {
    let client = asker.client;
    // RFC 6749 §6: bound to the client. Another one's attempt changes nothing.
    if row.client_id != client.client_id {
        return Err(unknown().hint("the refresh token was issued to another app"));
    }
    if row.revoked {
        return Err(unknown().hint("the refresh token was revoked"));
    }
    // RFC 9449 §5: nothing of it without its key, not even the answer to a repeat or the end of its family.
    if row.dpop_jkt.as_deref().is_some_and(|bound| asker.jkt != Some(bound)) {
        return Err(Refused::grant("the refresh token is bound to another DPoP key", Consequence::Keep));
    }
    let next = match row.rotated {
        None if client.refresh_rotates() => Next::Rotate,
        None => Next::Same,
        // RFC 9700 §4.14.2: an old token is a stolen one, unless the answer that replaced it has just been lost.
        Some(rotated)
            if client.refresh_rotates() && !rotated.successor_used && now.since(rotated.at) <= GRACE =>
        {
            Next::Successor
        }
        Some(_) => {
            let refused = Refused::grant("the refresh token was used before", Consequence::EndGrant);
            return Err(refused.hint("a rotated refresh token was used again; its whole family was revoked"));
        }
    };
    // ASVS 10.4.8: an absolute end even when use moves the idle one.
    if row.expires_at <= now || row.idle_until <= now {
        return Err(Refused::grant("the refresh token has expired", Consequence::Keep));
    }
    let subject = standing.subject().map_err(Refused::keep)?;
    let scopes = scopes(row, request, client, subject)?;
    Ok(Refresh { scopes, subject, next })
}

fn scopes(row: &Row, request: &Request, client: &Client, subject: Subject) -> Result<ScopeSet, Refused> {
    let current = current_scopes(&row.scopes, client, subject);
    if current.is_empty() {
        let refused = Refused::grant("nothing is left of what was granted", Consequence::Keep);
        return Err(refused.hint("the app no longer registers any of the granted scopes"));
    }
    if request.scope.is_empty() {
        return Ok(current);
    }
    // RFC 6749 §6: not more than was granted.
    if !request.scope.is_subset_of(&row.scopes) {
        let error = Error::new(ErrorCode::InvalidScope, "scope goes beyond what was granted");
        let beyond = request.scope.difference(&row.scopes);
        return Err(Refused::keep(error.with_hint(beyond.to_string())));
    }
    Ok(request.scope.intersection(&current))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{NOW, form, public_app, scopes as set, store_app};
    use crate::grant::PersonStanding;

    #[test]
    fn a_refresh_token_lives_as_long_as_the_guide_says() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        assert_eq!((ABSOLUTE, IDLE), (days(180), days(90)));
    }

    const GRANTED: &str = "openid offline_access reservations.read folios.read";
    const GOOD: Standing = Standing {
        ended: false,
        client_active: true,
        account_active: true,
        person: PersonStanding::Active,
        outlives_person: true,
    };

    fn row() -> Row {
        Row {
            client_id: "SDXE-AC-MYAPP".into(),
            scopes: set(GRANTED),
            expires_at: NOW + Duration::from_secs(180 * 86_400),
            idle_until: NOW + Duration::from_secs(90 * 86_400),
            dpop_jkt: None,
            revoked: false,
            rotated: None,
        }
    }

    fn check(
        row: &Row,
        standing: &Standing,
        request: &Request,
        client: &Client,
        now: Timestamp,
    ) -> Result<Refresh, Refused> {
        super::check(row, standing, request, Asker { client, jkt: None }, now)
    }

    fn asks(scope: &str) -> Request {
        Request::parse(&form(&[("refresh_token", "grr_x"), ("scope", scope)])).expect("a request")
    }

    fn refused(row: &Row, client: &Client) -> Option<(ErrorCode, Consequence)> {
        let refused = check(row, &GOOD, &asks(""), client, NOW).err()?;
        Some((refused.error.code, refused.consequence))
    }

    // security: T12
    #[test]
    fn a_confidential_client_keeps_its_token_and_a_public_one_gets_a_new_one() {
        let refresh = check(&row(), &GOOD, &asks(""), &store_app(), NOW).expect("a refresh");
        assert_eq!(refresh, Refresh { scopes: set(GRANTED), subject: Subject::Person, next: Next::Same });
        let refresh = check(&row(), &GOOD, &asks(""), &public_app(), NOW).expect("a refresh");
        assert_eq!(refresh.next, Next::Rotate);
    }

    // security: T12
    #[test]
    fn a_repeat_within_the_grace_gets_the_same_successor_and_anything_else_ends_the_family() {
        let rotated = |before: u64, successor_used| Row {
            rotated: Some(Rotated { at: NOW - Duration::from_millis(before), successor_used }),
            ..row()
        };
        for before in [0, 10_000] {
            let refresh = check(&rotated(before, false), &GOOD, &asks(""), &public_app(), NOW);
            assert_eq!(refresh.map(|r| r.next), Ok(Next::Successor));
        }
        let ends = Some((ErrorCode::InvalidGrant, Consequence::EndGrant));
        assert_eq!(refused(&rotated(10_001, false), &public_app()), ends);
        assert_eq!(refused(&rotated(0, true), &public_app()), ends);
        assert_eq!(refused(&rotated(0, false), &store_app()), ends, "a client that became confidential");
    }

    // security: T12, T14
    #[test]
    fn an_expired_revoked_or_foreign_token_is_refused_and_stays_as_it_was() {
        let keeps = Some((ErrorCode::InvalidGrant, Consequence::Keep));
        let other = Client { client_id: "SDXE-AC-OTHER".into(), ..public_app() };
        let old = Rotated { at: Timestamp(0), successor_used: true };
        for (row, client) in [
            (Row { expires_at: NOW, ..row() }, store_app()),
            (Row { idle_until: NOW, ..row() }, store_app()),
            (Row { revoked: true, ..row() }, store_app()),
            (Row { revoked: true, rotated: Some(old), ..row() }, public_app()),
            (row(), other.clone()),
            (Row { rotated: Some(old), ..row() }, other.clone()),
        ] {
            assert_eq!(refused(&row, &client), keeps, "{row:?}");
        }
        let foreign = check(&row(), &GOOD, &asks(""), &other, NOW).expect_err("another client");
        assert_eq!(foreign.error.body(), unknown().error.body());
    }

    // security: D02, T12
    #[test]
    fn a_bound_token_does_nothing_without_its_key_not_even_end_its_family() {
        let bound = Row { dpop_jkt: Some("ours".into()), ..row() };
        let rotated = Rotated { at: NOW, successor_used: true };
        let client = &public_app();
        let with = |row: &Row, jkt| super::check(row, &GOOD, &asks(""), Asker { client, jkt }, NOW);
        assert_eq!(with(&bound, Some("ours")).map(|refresh| refresh.next), Ok(Next::Rotate));
        for jkt in [None, Some("theirs")] {
            for row in [bound.clone(), Row { rotated: Some(rotated), ..bound.clone() }] {
                let refused = with(&row, jkt).expect_err("another key");
                assert_eq!(refused.error.code, ErrorCode::InvalidGrant);
                assert_eq!(refused.consequence, Consequence::Keep);
            }
        }
    }

    // security: D02
    #[test]
    fn the_token_of_a_public_client_is_bound_to_its_key_and_a_confidential_one_may_change_its_key() {
        let bound = |client: &Client, jkt| bound_to(Asker { client, jkt });
        assert_eq!(bound(&public_app(), Some("key")).as_deref(), Some("key"));
        assert_eq!(bound(&public_app(), None), None);
        assert_eq!(bound(&store_app(), Some("key")), None);
    }

    // security: T14
    #[test]
    fn what_the_grant_hangs_on_is_looked_at_each_time() {
        let ended = Standing { ended: true, ..GOOD };
        let refused = check(&row(), &ended, &asks(""), &store_app(), NOW).expect_err("ended");
        assert_eq!((refused.error.code, refused.consequence), (ErrorCode::InvalidGrant, Consequence::Keep));
        let alone = Standing { person: PersonStanding::Gone, ..GOOD };
        let refresh = check(&row(), &alone, &asks(""), &store_app(), NOW).expect("the account's");
        assert_eq!(refresh.subject, Subject::Connection);
        assert_eq!(refresh.scopes, set("offline_access reservations.read folios.read"));
    }

    // security: T11
    #[test]
    fn a_refresh_may_ask_for_less_and_never_for_more() {
        let less = check(&row(), &GOOD, &asks("folios.read"), &store_app(), NOW).expect("less");
        assert_eq!(less.scopes, set("folios.read"));
        let more = check(&row(), &GOOD, &asks("folios.read folios.manage"), &store_app(), NOW);
        assert_eq!(more.map_err(|r| r.error.code), Err(ErrorCode::InvalidScope));
    }

    // security: T11, T14
    #[test]
    fn a_scope_that_the_app_no_longer_registers_is_gone() {
        let smaller = Client { scopes: set("folios.read"), ..store_app() };
        let refresh = check(&row(), &GOOD, &asks(""), &smaller, NOW).expect("what is left");
        assert_eq!(refresh.scopes, set("openid offline_access folios.read"));
        let bare = Client { scopes: ScopeSet::default(), ..store_app() };
        let only = Row { scopes: set("reservations.read"), ..row() };
        assert_eq!(refused(&only, &bare), Some((ErrorCode::InvalidGrant, Consequence::Keep)));
    }

    // security: T11
    proptest! {
        #[test]
        fn no_refresh_has_a_scope_that_was_not_granted_and_registered(
            granted in "[a-f ]{0,12}", registered in "[a-f ]{0,12}", asked in "[a-f ]{0,8}", gone in any::<bool>(),
        ) {
            let row = Row { scopes: set(&format!("openid {granted}")), ..row() };
            let client = Client { scopes: set(&registered), ..store_app() };
            let person = if gone { PersonStanding::Gone } else { PersonStanding::Active };
            if let Ok(refresh) = check(&row, &Standing { person, ..GOOD }, &asks(&asked), &client, NOW) {
                prop_assert!(refresh.scopes.is_subset_of(&row.scopes));
                prop_assert!(refresh.scopes.api().is_subset_of(&client.scopes));
                prop_assert!(asked.trim().is_empty() || refresh.scopes.is_subset_of(&set(&asked)));
                prop_assert!(!(gone && refresh.scopes.contains("openid")));
            }
        }
    }
}
