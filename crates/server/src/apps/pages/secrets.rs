//! Secrets on the pages: adding one, the dialog that shows it once, revoking one.

use std::sync::Arc;

use axum::extract::State;
use grantry_oauth::secret::Secret;
use grantry_store::app::AppKind;
use grantry_store::app_version::AppDetails;
use grantry_store::id::SecretId;
use http::StatusCode;

use super::show::{self, Opened};
use super::{NamedSecret, Own, fault_lines, list_of};
use crate::app::App;
use crate::apps::Refused;
use crate::apps::protocol;
use crate::apps::requests::{self, Proof, Requests, Wanted};
use crate::apps::secrets::{self, RawSecret};
use crate::web::{Answer, Form, Page, Visitor, page};

/// A secret that was just made, for the one page that shows it.
pub(super) struct Shown {
    pub(super) kind: AppKind,
    pub(super) client_id: String,
    pub(super) secret: Secret<String>,
    pub(super) home: String,
    pub(super) details: AppDetails,
}

impl Shown {
    pub(super) fn of(own: &Own, details: AppDetails, secret: Secret<String>) -> Self {
        Self {
            kind: own.app().kind,
            client_id: own.app().client_id.clone(),
            secret,
            home: own.home(),
            details,
        }
    }
}

#[derive(askama::Template)]
#[template(path = "apps/secret.html")]
struct SecretPage {
    page: Page,
    name: String,
    client_id: String,
    secret: String,
    home: String,
    list: &'static str,
    list_word: &'static str,
    file: String,
    env: String,
    requests: Requests,
}

/// *Client secret created*: the answer to the form that made it, so that the secret is in no URL, and nowhere later.
pub(super) async fn shown(app: &App, visitor: &Visitor, shown: &Shown) -> Answer {
    let Shown { kind, client_id, secret, home, details } = shown;
    let (list, section, list_word) = list_of(*kind);
    let secret = secret.expose();
    let redirect_uri = details.redirect_uris.first().map_or("", String::as_str);
    let wanted = Wanted {
        client_id,
        proof: Proof::Secret(secret),
        is_pushed: protocol::pushes(details),
        redirect_uri,
        scopes: &details.scopes,
    };
    let title = visitor.words.get("apps-secret-title");
    let page = SecretPage {
        page: visitor.page(app, title, section),
        name: details.name.clone(),
        client_id: client_id.clone(),
        secret: secret.clone(),
        home: home.clone(),
        list,
        list_word,
        file: format!("{}.env", client_id.to_lowercase()),
        env: requests::env_file(app, client_id, secret, redirect_uri),
        requests: requests::requests(app, *kind, &wanted).await?,
    };
    Ok(page::ok(&page))
}

/// The purpose of the seal on the id that a form brings for the secret it makes.
const ID_SEAL: &str = "new-secret";

/// An id for the secret that a form is about to make, and its seal: sending the form twice makes one secret.
pub(super) fn promised(app: &App, own: &Own) -> (String, String) {
    let id = secrets::new_id(app);
    let seal = app.form_key.seal(ID_SEAL, &format!("{} {id}", own.app().id));
    (id.as_str().to_owned(), seal)
}

fn kept_promise(app: &App, own: &Own, posted: &Form) -> Option<SecretId> {
    let id = SecretId::parse(posted.get("secret_id"))?;
    let ours = app.form_key.has_sealed(ID_SEAL, &format!("{} {id}", own.app().id), posted.get("secret_seal"));
    ours.then_some(id)
}

/// `GET /apps/store-apps/{app}/secrets` and the same for custom apps: the address of a page that is shown once, asked
/// for again.
pub async fn once(own: Own) -> Answer {
    Ok(page::see_other(&format!("{}#secrets", own.home())))
}

/// `POST /apps/store-apps/{app}/secrets` and `POST /apps/custom-apps/{app}/secrets`
pub async fn add(State(app): State<Arc<App>>, visitor: Visitor, own: Own, posted: Form) -> Answer {
    let raw = RawSecret {
        description: posted.get("secret_description").to_owned(),
        expires: posted.get("secret_expires").to_owned(),
        id: kept_promise(&app, &own, &posted),
    };
    match secrets::add(&app, &visitor.origin(), own.of(), &raw).await {
        Ok(added) => {
            let details = own.details().clone();
            shown(&app, &visitor, &Shown::of(&own, details, added.client_secret)).await
        }
        Err(refused) => {
            let faults = refused.into_faults("secret_description", visitor.words)?;
            let opened = Opened {
                secret_faults: fault_lines(&faults, visitor.words),
                secret_description: raw.description,
                secret_expires: raw.expires,
                ..Opened::default()
            };
            show::with(&app, &visitor, &own, StatusCode::UNPROCESSABLE_ENTITY, opened).await
        }
    }
}

/// `POST /apps/store-apps/{app}/secrets/{secret}/revoke` and the same for custom apps
pub async fn revoke(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    own: Own,
    NamedSecret(secret): NamedSecret,
    posted: Form,
) -> Answer {
    let even_the_last = posted.get("even_the_last") == "true";
    match secrets::revoke(&app, &visitor.origin(), own.of(), &secret, even_the_last).await {
        Ok(()) => Ok(page::with_flash(page::see_other(&own.home()), "flash-secret-revoked")),
        Err(Refused::LastSecret) => {
            let opened = Opened { last_secret: secret.as_str().to_owned(), ..Opened::default() };
            show::with(&app, &visitor, &own, StatusCode::CONFLICT, opened).await
        }
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}
