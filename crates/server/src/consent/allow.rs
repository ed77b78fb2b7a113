//! Saying yes, or having said it before: in one transaction the request is decided, the connection opened or widened,
//! and a code given.

use grantry_oauth::access_token;
use grantry_oauth::authorize::AuthorizeRequest;
use grantry_oauth::grant::{authorization_code, device_code, refresh_token};
use grantry_oauth::redirect_uri::ClientType;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::code::NewCode;
use grantry_store::connection::{Connection, ConnectionKind, NewConnection};
use grantry_store::grant::NewGrant;
use grantry_store::id::{AccountId, ConnectionId, GrantId};
use grantry_store::{Error, Tx};
use serde_json::json;

use super::standing::{self, Standing};
use super::way::Way;
use crate::app::App;
use crate::config::Unlisted;
use crate::sign_in::pending::{Begun, Pending};
use crate::web::visitor::Actor;

/// Who gets which app a code, for which account.
#[derive(Clone, Copy, Debug)]
pub struct Giving<'a> {
    pub pending: &'a Pending,
    pub actor: &'a Actor,
    pub account: &'a AccountId,
    /// The person allows it right now; otherwise what they allowed before must be enough.
    pub allowed: bool,
}

/// Why no code was given.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// The request is decided, too old, or another browser's.
    #[error("the request is over")]
    Over,
    /// What the decision was made about is no longer so: the person must look again.
    #[error("something changed meanwhile")]
    Changed,
    #[error(transparent)]
    Store(#[from] Error),
}

/// What is random about a decision: a transaction makes none.
struct Fresh {
    connection: ConnectionId,
    grant: GrantId,
    code: Secret<String>,
}

/// Gives a code.
///
/// # Errors
/// [`NotGiven`].
pub async fn give_code(app: &App, giving: Giving<'_>, origin: &Origin) -> Result<Secret<String>, NotGiven> {
    let now = app.clock.now();
    let fresh = Fresh {
        connection: ConnectionId::new(app.random.bytes()),
        grant: GrantId::new(now, app.random.bytes()),
        code: secret::mint(TokenKind::Code, app.random.bytes()),
    };
    let (new, unlisted) = (&fresh, app.config.review.unlisted);
    app.store
        .write(now, |tx| async move {
            let pending = giving.pending;
            // The first thing, and once: of two clicks one gets further.
            let decided = tx.decide_authorization_request(pending.in_browser()).await?;
            decided.ok_or(NotGiven::Over)?;
            let (asking, person) = (&pending.app.app.id, &giving.actor.person.id);
            let standing = standing::read(&tx, asking, giving.account, person).await?;
            let standing = standing.ok_or(NotGiven::Changed)?;
            let connection = if giving.allowed {
                connect(&tx, &giving, &standing, (new, unlisted, origin)).await?
            } else {
                let remembered =
                    standing.remembered(&pending.request.consent_scopes()).ok_or(NotGiven::Changed)?;
                remembered.connection.id.clone()
            };
            if !issue(&tx, &giving, (&standing, connection), new).await? {
                return Err(NotGiven::Over);
            }
            Ok::<_, NotGiven>(())
        })
        .await?;
    Ok(fresh.code)
}

/// Opens or widens the connection and remembers the yes, with what the trail says of it.
async fn connect(
    tx: &Tx,
    giving: &Giving<'_>,
    standing: &Standing,
    (new, unlisted, origin): (&Fresh, Unlisted, &Origin),
) -> Result<ConnectionId, NotGiven> {
    let (pending, person) = (giving.pending, &giving.actor.person);
    let (known, asked) = (&pending.app, &pending.request.consent_scopes());
    let way = standing.way(known, asked, unlisted).map_err(|_| NotGiven::Changed)?;
    let connection = match way {
        Way::Join(kind) => {
            let standing = standing.connection(kind).ok_or(NotGiven::Changed)?;
            standing.connection.clone()
        }
        Way::Connect(kind) => {
            let opened = NewConnection {
                id: new.connection.clone(),
                app_id: known.app.id.clone(),
                account_id: standing.account.id.clone(),
                kind,
                person_id: person.id.clone(),
            };
            let connection = tx.connect(&opened, &names(asked.api().iter())).await?;
            note(tx, giving, (standing, &connection, connection.id == new.connection), origin).await?;
            if kind == ConnectionKind::Account {
                tx.grant_connection_requests(&standing.account.id, &known.app.id, &person.id).await?;
            }
            connection
        }
    };
    tx.record_consent(&connection.id, &person.id, &names(asked.iter())).await?;
    let detail = json!({ "app": known.version.details.name, "scopes": asked });
    let entry = Entry::new(&standing.account.id, Action::ConsentGiven, object(&connection, giving));
    tx.audit(origin, &entry.with(detail)).await?;
    Ok(connection.id)
}

/// Writes down that a connection was made, or got more scopes.
async fn note(
    tx: &Tx,
    giving: &Giving<'_>,
    (standing, connection, is_new): (&Standing, &Connection, bool),
    origin: &Origin,
) -> Result<(), Error> {
    let asked = giving.pending.request.scopes.api();
    let before = standing.connection(connection.kind).map(|s| s.granted.as_slice()).unwrap_or_default();
    let added = asked.difference(&before.iter().map(String::as_str).collect());
    let action = if is_new { Action::ConnectionMade } else { Action::ConnectionExtended };
    let name = &giving.pending.app.version.details.name;
    let detail = json!({ "app": name, "kind": connection.kind.as_str(), "scopes": added });
    tx.audit(origin, &Entry::new(&standing.account.id, action, object(connection, giving)).with(detail)).await
}

/// The grant, and its code or the device that gets it. `false` when the device's time was over before.
async fn issue(
    tx: &Tx,
    giving: &Giving<'_>,
    (standing, connection): (&Standing, ConnectionId),
    new: &Fresh,
) -> Result<bool, Error> {
    let (request, session) = (&giving.pending.request, &giving.actor.session);
    let asking = &giving.pending.app.app.id;
    let (lifetime, session_sid) = match giving.pending.begun {
        Begun::ByApp | Begun::AsTrial => (authorization_code::LIFETIME, Some(session.sid.clone())),
        // The device is no part of this browser's session: signing out here does not end it.
        Begun::ByDevice(_) => (device_code::LIFETIME, None),
    };
    // An admin speaks for the account. What lies on the person's device leaves with the person.
    let on_a_server =
        giving.pending.app.client.client_type == ClientType::Confidential && session_sid.is_some();
    let expires_at = tx.now() + lifetime;
    let refreshed = if request.is_offline() { refresh_token::ABSOLUTE } else { Default::default() };
    let grant = NewGrant {
        id: new.grant.clone(),
        connection_id: connection,
        app_id: asking.clone(),
        person_id: giving.actor.person.id.clone(),
        account_id: giving.account.clone(),
        scopes: request.scopes.to_string(),
        resource: request.resource.clone(),
        claims: claims(request),
        session_sid,
        auth_time: session.auth_time,
        outlives_person: standing.member.is_admin && on_a_server,
        keep_until: expires_at + refreshed + access_token::LIFETIME,
    };
    tx.insert_grant(&grant).await?;
    if let Begun::ByDevice(device) = giving.pending.begun {
        return tx.decide_device_authorization(&device.hash, Some(&new.grant)).await;
    }
    let code = NewCode {
        hash: secret::hash(new.code.expose()),
        app_id: asking.clone(),
        grant_id: new.grant.clone(),
        redirect_uri: request.return_to.uri().to_owned(),
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        dpop_jkt: request.dpop_jkt.clone(),
        expires_at,
    };
    tx.insert_code(&code).await?;
    Ok(true)
}

/// Without `openid` there is nobody to speak of.
fn claims(request: &AuthorizeRequest) -> Option<String> {
    let claims = request.claims.as_ref().filter(|_| request.is_openid())?;
    serde_json::to_string(claims).ok()
}

fn object(connection: &Connection, giving: &Giving<'_>) -> Object {
    Object::new(ObjectKind::Connection, connection.id.as_str(), &giving.pending.app.app.client_id)
}

fn names<'a>(scopes: impl Iterator<Item = &'a str>) -> Vec<String> {
    scopes.map(str::to_owned).collect()
}
