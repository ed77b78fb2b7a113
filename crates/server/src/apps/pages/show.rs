//! The page of an app: what it is, its secrets, whether its addresses can be called, who has connected it.

use std::sync::Arc;

use axum::extract::State;
use grantry_oauth::time::Timestamp;
use grantry_store::account::AccountKind;
use grantry_store::app::{AppKind, AppState};
use grantry_store::app_version::{AppDetails, ClientType};
use grantry_store::secret::AppSecret;
use http::StatusCode;

use super::form::UriRow;
use super::refusals::{self, Refusal};
use super::scopes::{self, Group};
use super::{Badge, ConnectedLine, FaultLine, Own, badge, connected, list_of, said_of, secrets};
use crate::app::App;
use crate::apps::protocol;
use crate::apps::remove::{self, Reach};
use crate::apps::requests::{self, Proof, Requests, Wanted};
use crate::apps::{SECRETS_PER_APP, create_link, logo, redirect_check};
use crate::web::moment::{self, Moment};
use crate::web::{Answer, Page, Problem, Visitor, Words, page};

/// Refused requests on the page; their own page has all.
const REFUSALS: u32 = 5;
/// Accounts on the page.
const ACCOUNTS: u32 = 100;

#[derive(askama::Template)]
#[template(path = "apps/show.html")]
struct Show {
    page: Page,
    is_custom: bool,
    /// Why the app has no secrets, as the name of a sentence; empty when it may have some.
    no_secret: &'static str,
    home: String,
    list: &'static str,
    list_word: &'static str,
    client_id: String,
    details: AppDetails,
    logo: String,
    badge: Badge,
    is_suspended: bool,
    standing: Standing,
    changed: Moment,
    redirect_uris: Vec<CheckedUri>,
    groups: Vec<Group>,
    /// The scopes as a request names them.
    scope_text: String,
    issuer: String,
    secrets: Vec<SecretLine>,
    secret_limit: i64,
    accounts: Vec<ConnectedLine>,
    has_more_accounts: bool,
    reach: Reach,
    create_link: String,
    requests: Requests,
    id: String,
    refusals: Vec<Refusal>,
    secret_id: String,
    secret_seal: String,
    opened: Opened,
}

/// Where the versions of an app stand.
struct Standing {
    is_reviewed: bool,
    live: i64,
    /// `draft`, `submitted`, or nothing.
    waits: &'static str,
    waiting: i64,
}

struct CheckedUri {
    row: UriRow,
    at: Option<Moment>,
}

struct SecretLine {
    id: String,
    description: String,
    hint: String,
    created: Moment,
    last_used: Option<Moment>,
    /// The last day on which it works.
    expires: Option<String>,
    state: &'static str,
    is_last: bool,
}

/// What of the page is open because a form on it was refused.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) delete_error: String,
    pub(super) secret_faults: Vec<FaultLine>,
    pub(super) secret_description: String,
    pub(super) secret_expires: String,
    /// The id of a secret whose revocation must be asked a second time.
    pub(super) last_secret: String,
}

impl Opened {
    fn error(&self, name: &str) -> String {
        said_of(&self.secret_faults, name)
    }
}

/// `GET /apps/store-apps/{app}` and `GET /apps/custom-apps/{app}`
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, own: Own) -> Answer {
    with(&app, &visitor, &own, StatusCode::OK, Opened::default()).await
}

/// The page with one of its dialogs open.
pub(super) async fn with(
    app: &App,
    visitor: &Visitor,
    own: &Own,
    status: StatusCode,
    opened: Opened,
) -> Answer {
    let words = visitor.words;
    let details = own.details().clone();
    let (list, section, list_word) = list_of(own.app().kind);
    let catalogue = app.cached.catalogue().await?;
    let (accounts, has_more_accounts) = connected(app, &own.app().id, ACCOUNTS, words).await?;
    let (secret_id, secret_seal) = secrets::promised(app, own);
    let proof = match (own.is_public(), protocol::uses_secret(&details)) {
        (true, _) => Proof::Nothing,
        (false, true) => Proof::Secret("…"),
        (false, false) => Proof::Assertion,
    };
    let wanted = Wanted {
        client_id: &own.app().client_id,
        proof,
        is_pushed: protocol::pushes(&details),
        redirect_uri: details.redirect_uris.first().map_or("", String::as_str),
        scopes: &details.scopes,
    };
    let show = Show {
        page: visitor.page(app, details.name.clone(), section),
        is_custom: own.app().kind == AppKind::Custom,
        no_secret: match proof {
            Proof::Secret(_) => "",
            Proof::Assertion => "apps-secret-signed",
            Proof::Nothing => "apps-secret-none",
        },
        home: own.home(),
        list,
        list_word,
        client_id: own.app().client_id.clone(),
        logo: logo::path(details.logo_id.as_deref()),
        badge: badge(own.app(), words),
        is_suspended: own.app().state == AppState::Suspended,
        standing: own.standing(),
        changed: Moment::new(own.versions.live.created_at, app.clock.now(), words),
        redirect_uris: checked_uris(app, own, words).await?,
        groups: scopes::chosen(&catalogue, &details.scopes),
        scope_text: details.scopes.join(" "),
        issuer: app.issuer().to_owned(),
        secrets: secret_lines(app, own, words).await?,
        secret_limit: SECRETS_PER_APP,
        accounts,
        has_more_accounts,
        reach: remove::reach(app, &own.app().id).await?,
        create_link: own.create_link(app, words),
        requests: requests::requests(app, own.app().kind, &wanted).await?,
        id: own.app().id.as_str().to_owned(),
        refusals: refusals::latest(app, own.of(), REFUSALS, words).await?,
        secret_id,
        secret_seal,
        opened,
        details,
    };
    Ok(page::render(status, &show))
}

impl Own {
    pub(super) fn is_public(&self) -> bool {
        self.details().client_type == ClientType::Public
    }

    fn standing(&self) -> Standing {
        let waiting = self.versions.waiting.as_ref();
        Standing {
            is_reviewed: self.versions.is_reviewed(),
            live: self.versions.live.number,
            waits: match (self.versions.submitted(), waiting) {
                (Some(_), _) => "submitted",
                (None, Some(_)) => "draft",
                (None, None) => "",
            },
            waiting: waiting.map(|version| version.number).unwrap_or_default(),
        }
    }

    /// The link that developers send to customers; empty where there is none.
    fn create_link(&self, app: &App, words: Words) -> String {
        if self.app().kind == AppKind::Custom && self.account.kind != AccountKind::Customer {
            let secret = words.get("apps-secret-first");
            create_link::write(app, &self.app().code, self.details(), &secret)
        } else {
            String::new()
        }
    }
}

async fn checked_uris(app: &App, own: &Own, words: Words) -> Result<Vec<CheckedUri>, Problem> {
    let uris = &own.details().redirect_uris;
    let checks = redirect_check::known(app, &own.account.id, uris).await?;
    let now = app.clock.now();
    let line = |uri: &String| {
        let found = checks.iter().find(|check| check.uri == *uri);
        let unknown = || redirect_check::said_unasked(uri, words);
        let (tone, verdict) = found.map_or_else(unknown, |check| redirect_check::said(check, words));
        let at = found.and_then(redirect_check::asked_at).map(|at| Moment::new(at, now, words));
        let row = UriRow { value: uri.clone(), error: String::new(), tone: tone.to_owned(), verdict };
        CheckedUri { row, at }
    };
    Ok(uris.iter().map(line).collect())
}

async fn secret_lines(app: &App, own: &Own, words: Words) -> Result<Vec<SecretLine>, Problem> {
    let (account, id) = own.of();
    let secrets = app.store.reader().list_secrets(account, id).await?;
    let now = app.clock.now();
    let expired = |secret: &AppSecret| secret.expires_at.is_some_and(|at| at.0 <= now.0);
    let works = |secret: &AppSecret| secret.revoked_at.is_none() && !expired(secret);
    let working = secrets.iter().filter(|secret| works(secret)).count();
    let told = |at| Moment::new(at, now, words);
    let line = |secret: &AppSecret| SecretLine {
        id: secret.id.as_str().to_owned(),
        description: secret.description.clone(),
        hint: secret.hint.clone(),
        created: told(secret.created_at),
        last_used: secret.last_used_at.map(told),
        // It ends with the first moment of the day after.
        expires: secret.expires_at.map(|at| moment::day(Timestamp(at.0 - 1))),
        state: match (secret.revoked_at.is_some(), expired(secret)) {
            (true, _) => "revoked",
            (false, true) => "expired",
            (false, false) => "works",
        },
        is_last: works(secret) && working == 1,
    };
    // Those that work come first, the newest on top.
    let mut lines: Vec<SecretLine> = secrets.iter().rev().map(line).collect();
    lines.sort_by_key(|line| line.state != "works");
    Ok(lines)
}
