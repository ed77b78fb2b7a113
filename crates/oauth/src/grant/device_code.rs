//! The device grant (RFC 8628): a device without a browser asks, a person decides in a browser elsewhere, and the device
//! asks until somebody has.

use std::time::Duration;

use super::Asker;
use crate::Timestamp;
use crate::authorize;
use crate::catalogue::Catalogue;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// How long a device waits: time to find another device, sign in and read.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// What lies between two polls at first (RFC 8628 §3.2: the default).
pub const PAUSE: Duration = Duration::from_secs(5);

/// How much longer a device must wait for each time that it did not (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// No device waits longer between two polls.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How much too early a poll may arrive: the way takes a different time each time.
const JITTER: Duration = Duration::from_secs(1);

/// What a device asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// OIDC scopes and registered API scopes.
    pub scopes: ScopeSet,
    /// The APIs that the tokens are for (RFC 8707).
    pub resource: Vec<String>,
}

impl Wish {
    /// Reads the request of a client that has authenticated, by the rules of the authorization endpoint.
    ///
    /// # Errors
    /// `invalid_scope`, `invalid_target`.
    pub fn read(form: &Parameters, client: &Client, catalogue: &Catalogue) -> Result<Self, Error> {
        let resource = catalogue.check_resources(form.all("resource"))?;
        let scopes = authorize::scopes(form, client, catalogue, &resource)?;
        Ok(Self { scopes, resource })
    }
}

/// What the client sends when it polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The code that the device keeps to itself.
    pub device_code: String,
    /// The APIs that the access token is for; not more than were granted.
    pub resource: Vec<String>,
}

impl Request {
    pub(super) fn parse(form: &Parameters) -> Result<Self, Error> {
        Ok(Self {
            device_code: form.require("device_code", "device_code is missing")?.to_owned(),
            resource: form.all("resource").map(str::to_owned).collect(),
        })
    }
}

/// What a person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Nothing yet.
    Pending,
    /// No.
    Refused,
    /// Yes.
    Allowed,
}

/// A device that waits, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The client that began.
    pub client_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What must lie between two polls.
    pub pause: Duration,
    /// When the device last asked.
    pub polled_at: Option<Timestamp>,
    /// What was decided.
    pub decision: Decision,
    /// Tokens were given.
    pub used: bool,
}

/// What a poll comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Tokens, if the one conditional write that uses it up says that this poll is the first.
    Take,
    /// Not yet. The time of this poll is kept, with the pause that follows.
    Wait(Error, Duration),
    /// Never.
    Over(Error),
}

/// The refusal for a code that is unknown here; one of another client looks the same.
#[must_use]
pub fn unknown() -> Error {
    Error::new(ErrorCode::InvalidGrant, "the device code is not valid")
        .with_hint("there is no such device code")
}

/// Decides about a poll of a client that authenticated.
#[must_use]
pub fn check(row: &Row, asker: Asker<'_>, now: Timestamp) -> Poll {
    let over = |code, description| Poll::Over(Error::new(code, description));
    if row.client_id != asker.client.client_id {
        return Poll::Over(unknown().with_hint("the device code was issued to another app"));
    }
    if row.used {
        return Poll::Over(unknown().with_hint("the device code was used before"));
    }
    if row.expires_at <= now {
        return over(ErrorCode::ExpiredToken, "the device code has expired");
    }
    match row.decision {
        Decision::Refused => over(ErrorCode::AccessDenied, "the user did not allow it"),
        Decision::Allowed => Poll::Take,
        Decision::Pending if row.polled_at.is_some_and(|at| now.since(at) + JITTER < row.pause) => {
            let error =
                Error::new(ErrorCode::SlowDown, "the device asks too often; wait five seconds longer");
            Poll::Wait(error, (row.pause + SLOWER).min(LONGEST_PAUSE))
        }
        Decision::Pending => {
            let error = Error::new(ErrorCode::AuthorizationPending, "the user has not decided yet");
            Poll::Wait(error, row.pause)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, catalogue, form, scopes, store_app};

    fn row() -> Row {
        Row {
            client_id: "SDXE-AC-MYAPP".into(),
            expires_at: NOW + LIFETIME,
            pause: PAUSE,
            polled_at: None,
            decision: Decision::Pending,
            used: false,
        }
    }

    fn poll(row: &Row, client: &Client, now: Timestamp) -> (Option<ErrorCode>, Option<Duration>) {
        match check(row, Asker { client, jkt: None }, now) {
            Poll::Take => (None, None),
            Poll::Wait(error, pause) => (Some(error.code), Some(pause)),
            Poll::Over(error) => (Some(error.code), None),
        }
    }

    // security: T19
    #[test]
    fn a_device_that_asks_too_often_waits_five_seconds_longer_each_time() {
        let at = |ago, pause| Row {
            polled_at: Some(NOW - Duration::from_millis(ago)),
            pause: Duration::from_secs(pause),
            ..row()
        };
        let pending = |pause| (Some(ErrorCode::AuthorizationPending), Some(Duration::from_secs(pause)));
        let slower = |pause| (Some(ErrorCode::SlowDown), Some(Duration::from_secs(pause)));
        let client = store_app();
        assert_eq!(poll(&row(), &client, NOW), pending(5), "the first may come at once");
        assert_eq!(poll(&at(5_000, 5), &client, NOW), pending(5));
        assert_eq!(poll(&at(4_000, 5), &client, NOW), pending(5), "a little early");
        assert_eq!(poll(&at(3_999, 5), &client, NOW), slower(10));
        assert_eq!(poll(&at(5_000, 10), &client, NOW), slower(15));
        assert_eq!(poll(&at(0, 60), &client, NOW), slower(60));
    }

    // security: T19
    #[test]
    fn what_is_decided_is_told_once_and_to_its_client_alone() {
        let client = store_app();
        let allowed = Row { decision: Decision::Allowed, ..row() };
        let refused = Row { decision: Decision::Refused, ..row() };
        assert_eq!(poll(&allowed, &client, NOW), (None, None));
        let hasty = Row { polled_at: Some(NOW), ..allowed.clone() };
        assert_eq!(poll(&hasty, &client, NOW), (None, None), "who waits for nothing need not wait");
        assert_eq!(poll(&refused, &client, NOW).0, Some(ErrorCode::AccessDenied));
        assert_eq!(
            poll(&Row { used: true, ..allowed.clone() }, &client, NOW).0,
            Some(ErrorCode::InvalidGrant)
        );
        for row in [row(), allowed.clone(), refused.clone()] {
            assert_eq!(poll(&row, &client, NOW + LIFETIME).0, Some(ErrorCode::ExpiredToken));
        }
        let other = Client { client_id: "SDXE-AC-OTHER".into(), ..store_app() };
        for row in [row(), allowed, refused] {
            let Poll::Over(error) = check(&row, Asker { client: &other, jkt: None }, NOW) else {
                panic!("another client's")
            };
            assert_eq!(error.body(), unknown().body());
        }
    }

    // security: T11, T17, T19
    #[test]
    fn a_device_asks_by_the_rules_of_the_authorization_endpoint() {
        let (client, catalogue) = (store_app(), catalogue());
        let read = |pairs: &[(&str, &str)]| Wish::read(&form(pairs), &client, &catalogue);
        let wish = read(&[("scope", "openid  folios.read")]).expect("a wish");
        assert_eq!(wish.scopes, scopes("openid folios.read"));
        assert_eq!(read(&[]).expect("the defaults").scopes, scopes("reservations.read"));
        let refused = |pairs: &[(&str, &str)]| read(pairs).expect_err("refused").code;
        assert_eq!(refused(&[("scope", "folios.manage")]), ErrorCode::InvalidScope);
        assert_eq!(refused(&[("scope", "a\"b")]), ErrorCode::InvalidScope);
        assert_eq!(refused(&[("resource", "https://evil.example/")]), ErrorCode::InvalidTarget);
        let one = read(&[("resource", "https://api.example/mcp")]).expect("a wish");
        assert_eq!(one.resource, ["https://api.example/mcp"]);
    }
}
