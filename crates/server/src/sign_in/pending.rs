//! Authorizations that wait for a person: kept when an app asks, claimed by one browser, found again after each page.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::authorize::AuthorizeRequest;
use grantry_oauth::user_code::UserCode;
use grantry_store::Error;
use grantry_store::authorization_request::{AuthorizationRequest, InBrowser, NewAuthorizationRequest};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::cached::KnownApp;
use crate::web::headers::FormAction;
use crate::web::{Visitor, Words};

use super::session::id_hash;

/// Time to sign in, read and decide, with a forgotten password and its mail in between.
const KEPT: Duration = Duration::from_hours(1);

/// Time for a browser to follow the redirect. Until one has come, anybody may have asked, without end.
const UNCLAIMED: Duration = Duration::from_mins(10);

/// Who began an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The app: anybody may send a browser here.
    ByApp,
    /// This server, for an admin of the app's own account who tries it out.
    AsTrial,
    /// A person who typed the code of a device, which gets the tokens instead of the browser.
    ByDevice(Device),
}

/// A device that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// SHA-256 of the code that it keeps to itself: what tells it from another one that shows the same code later.
    pub hash: [u8; 32],
    /// The code that it shows.
    pub code: UserCode,
}

/// The checked request as it is stored.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    request: AuthorizeRequest,
    #[serde(default)]
    trial: bool,
    #[serde(default)]
    device: Option<Device>,
}

/// An authorization that waits for this browser.
#[derive(Debug)]
pub struct Pending {
    /// What its URL carries.
    pub id: String,
    pub app: Arc<KnownApp>,
    pub request: AuthorizeRequest,
    pub begun: Begun,
    /// How far it has come.
    pub row: AuthorizationRequest,
    id_hash: [u8; 32],
    browser_hash: [u8; 32],
}

/// Keeps a request that passed every check, and says where the browser goes on. Its URL is a secret of that browser: 256
/// random bits. `pushed`: the hash of the name of the pushed request that it is.
///
/// # Errors
/// The store's.
pub async fn begin(
    app: &App,
    asking: &KnownApp,
    request: &AuthorizeRequest,
    (begun, pushed): (Begun, Option<[u8; 32]>),
) -> Result<String, Error> {
    let id = URL_SAFE_NO_PAD.encode(app.random.bytes::<32>());
    let now = app.clock.now();
    let device = match begun {
        Begun::ByDevice(device) => Some(device),
        Begun::ByApp | Begun::AsTrial => None,
    };
    let kept = Kept { request: request.clone(), trial: begun == Begun::AsTrial, device };
    let json = serde_json::to_string(&kept).map_err(|why| Error::Corrupt(why.to_string()))?;
    let new = NewAuthorizationRequest {
        id_hash: id_hash(&id),
        app_id: asking.app.id.clone(),
        request: json,
        pushed_hash: pushed,
        expires_at: now + UNCLAIMED,
    };
    app.store.write(now, |tx| async move { tx.insert_authorization_request(&new).await }).await?;
    Ok(path(&id))
}

/// The pending authorization that a URL names, claimed for this browser if no other one has it, and for whoever is
/// signed in there. `None` as for [`find`].
///
/// # Errors
/// The store's.
pub async fn claim(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Pending>, Error> {
    let hash = id_hash(id);
    let Some(row) = app.store.reader().find_authorization_request(&hash, app.clock.now()).await? else {
        return Ok(None);
    };
    let person = visitor.actor.as_ref().map(|actor| (&actor.person.id, actor.session.auth_time));
    let known = person.is_none_or(|(id, _)| row.person_id.as_ref() == Some(id));
    let browser = visitor.browser_hash;
    if row.browser_hash.is_none() || (row.browser_hash == Some(browser) && !known) {
        let claiming = app.store.write(app.clock.now(), |tx| async move {
            let claimed = tx.claim_authorization_request((&hash, &browser), tx.now() + KEPT).await?;
            if let (true, Some((person, at))) = (claimed, person) {
                tx.note_sign_in((&hash, &browser), person, at).await?;
            }
            Ok::<_, Error>(())
        });
        claiming.await?;
    }
    find(app, visitor, id).await
}

/// The pending authorization that a URL names. `None` when there is none, when it is over, or when another browser
/// has claimed it: all look the same.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Pending>, Error> {
    let hash = id_hash(id);
    let found = app.store.reader().find_authorization_request(&hash, app.clock.now()).await?;
    let Some(row) = found.filter(|found| found.browser_hash == Some(visitor.browser_hash)) else {
        return Ok(None);
    };
    let kept: Kept = serde_json::from_str(&row.request)
        .map_err(|why| Error::Corrupt(format!("a pending authorization: {why}")))?;
    let Some(asking) = app.cached.find_app(&kept.request.client_id).await? else { return Ok(None) };
    let begun = match kept.device {
        Some(device) => Begun::ByDevice(device),
        None if kept.trial => Begun::AsTrial,
        None => Begun::ByApp,
    };
    let browser_hash = visitor.browser_hash;
    let id = id.to_owned();
    Ok(Some(Pending { id, app: asking, request: kept.request, begun, row, id_hash: hash, browser_hash }))
}

fn path(id: &str) -> String {
    format!("/connect/authorize/{id}")
}

impl Pending {
    /// Where it goes on.
    #[must_use]
    pub fn path(&self) -> String {
        path(&self.id)
    }

    /// The visitor, spoken to in the language that the app asks for unless they have chosen one (OIDC Core §3.1.2.1).
    #[must_use]
    pub fn speaking(&self, mut visitor: Visitor) -> Visitor {
        let chosen = visitor.actor.as_ref().is_some_and(|actor| actor.person.locale.is_some());
        if let (false, Some(asked)) = (chosen, self.request.ui_locales.as_deref()) {
            visitor.words = Words::preferred(Some(asked));
        }
        visitor
    }

    /// What the CSP of each page on the way must allow.
    #[must_use]
    pub fn form_action(&self) -> Option<FormAction> {
        self.request.return_to.form_action().map(FormAction)
    }

    /// What writes about it name: nothing happens to an authorization of another browser.
    #[must_use]
    pub fn in_browser(&self) -> InBrowser<'_> {
        (&self.id_hash, &self.browser_hash)
    }
}
