//! The authorization that waits behind the sign-in page: which app it is, and whether it is this browser's.

use std::sync::Arc;

use grantry_oauth::authorize::AuthorizeRequest;
use grantry_store::Error;

use crate::app::App;
use crate::cached::KnownApp;
use crate::web::Visitor;
use crate::web::headers::FormAction;

use super::session::id_hash;

/// An authorization that waits for this browser.
#[derive(Debug)]
pub struct Pending {
    /// What its URL carries.
    pub id: String,
    pub app: Arc<KnownApp>,
    pub request: AuthorizeRequest,
    id_hash: [u8; 32],
    browser_hash: [u8; 32],
}

/// The pending authorization that a URL names. `None` when there is none, when it is over, or when another browser
/// has claimed it: all look the same.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Pending>, Error> {
    let hash = id_hash(id);
    let found = app.store.reader().find_authorization_request(&hash, app.clock.now()).await?;
    let Some(found) = found.filter(|found| found.browser_hash == Some(visitor.browser_hash)) else {
        return Ok(None);
    };
    let request: AuthorizeRequest = serde_json::from_str(&found.request)
        .map_err(|why| Error::Corrupt(format!("a pending authorization: {why}")))?;
    let Some(waiting) = app.cached.find_app(&request.client_id).await? else { return Ok(None) };
    let browser_hash = visitor.browser_hash;
    Ok(Some(Pending { id: id.to_owned(), app: waiting, request, id_hash: hash, browser_hash }))
}

impl Pending {
    /// Where it goes on.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/connect/authorize/{}", self.id)
    }

    /// What the CSP of each page on the way must allow.
    #[must_use]
    pub fn form_action(&self) -> Option<FormAction> {
        self.request.return_to.form_action().map(FormAction)
    }

    pub(super) fn in_browser(&self) -> (&[u8; 32], &[u8; 32]) {
        (&self.id_hash, &self.browser_hash)
    }
}
