//! The form of an app: what was typed, read from a request and shown again; the same for new and old, store and custom.

use grantry_store::account::Account;
use grantry_store::app::AppKind;
use grantry_store::id::AppId;
use grantry_store::redirect_check::RedirectCheck;

use super::scopes::{self, Group};
use super::{FaultLine, Own, fault_lines, list_of, said_of};
use crate::app::App;
use crate::apps::details::FetchedLogo;
use crate::apps::{Faults, RawApp, logo, redirect_check};
use crate::config::CompatPreset;
use crate::web::sentence::{Look, Piece, sentence};
use crate::web::{Form, Page, Problem, Words};

/// Rows for people without a script, who cannot add any.
const SPARE_ROWS: usize = 2;

/// What the form calls the two ways to prove something.
const SECRET: &str = "secret";
const SIGNED: &str = "private_key_jwt";

/// The fields that are folded away until somebody wants them; lists by their name alone.
const ADVANCED: [&str; 23] = [
    "client_type",
    "require_pkce",
    "profile",
    "auth_method",
    "auth_alg",
    "jwks",
    "jwks_uri",
    "default_max_age",
    "require_par",
    "device_grant",
    "token_exchange",
    "id_token_alg",
    "userinfo_alg",
    "request_object_alg",
    "request_uri",
    "post_logout_uri",
    "cors_origin",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "subject_type",
    "sector_identifier_uri",
];

/// A row of a list of addresses.
#[derive(Debug, Clone, Default)]
pub(super) struct UriRow {
    pub(super) value: String,
    pub(super) error: String,
    pub(super) tone: String,
    pub(super) verdict: String,
}

/// Everything that the form's template shows beside the page's frame.
#[derive(Debug)]
pub(super) struct View {
    pub(super) is_new: bool,
    pub(super) is_custom: bool,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) list: &'static str,
    pub(super) list_word: &'static str,
    pub(super) prefix: String,
    /// The number of the version that is edited.
    pub(super) based_on: i64,
    pub(super) raw: RawApp,
    pub(super) client_type: &'static str,
    pub(super) profile: &'static str,
    pub(super) auth_method: &'static str,
    pub(super) request_uris: Vec<UriRow>,
    pub(super) pii_mode: &'static str,
    pub(super) subject_type: &'static str,
    pub(super) require_pkce: bool,
    pub(super) faults: Vec<FaultLine>,
    pub(super) redirect_uris: Vec<UriRow>,
    pub(super) post_logout_uris: Vec<UriRow>,
    pub(super) cors_origins: Vec<UriRow>,
    pub(super) groups: Vec<Group>,
    pub(super) chosen: i64,
    pub(super) asks_secret: bool,
    pub(super) is_advanced: bool,
    pub(super) logo: String,
    /// The question of the consent page.
    pub(super) ask: Vec<Piece>,
    /// Where the browser goes afterwards.
    pub(super) goes: Vec<Piece>,
    /// What an edit waits for, as the name of a sentence; empty when it is live at once.
    pub(super) waits: &'static str,
    /// How many accounts an edit reaches.
    pub(super) connections: i64,
    /// The form was filled in by a create link; scopes of it that do not exist here.
    pub(super) from_link: bool,
    pub(super) unknown_scopes: String,
    pub(super) section_text: String,
    pub(super) name_help: String,
    pub(super) scopes_text: String,
    pub(super) public_help: String,
}

impl View {
    pub(super) fn error(&self, name: &str) -> String {
        said_of(&self.faults, name)
    }
}

#[derive(askama::Template)]
#[template(path = "apps/form.html")]
pub(super) struct FormPage {
    pub(super) page: Page,
    pub(super) view: View,
}

/// What the form is about.
pub(super) enum Subject<'a> {
    New { owner: &'a Account, kind: AppKind },
    Old { own: &'a Own, connections: i64 },
}

impl Subject<'_> {
    fn kind(&self) -> AppKind {
        match self {
            Self::New { kind, .. } => *kind,
            Self::Old { own, .. } => own.app().kind,
        }
    }

    fn owner(&self) -> &Account {
        match self {
            Self::New { owner, .. } => owner,
            Self::Old { own, .. } => &own.account,
        }
    }
}

/// The form as it is shown for what was typed so far.
pub(super) async fn view(
    app: &App,
    subject: &Subject<'_>,
    raw: RawApp,
    faults: &Faults,
    words: Words,
) -> Result<View, Problem> {
    let (kind, owner) = (subject.kind(), subject.owner());
    let catalogue = app.cached.catalogue().await?;
    let faults = fault_lines(faults, words);
    let checks = redirect_check::known(app, &owner.id, &raw.redirect_uris).await?;
    let (list, _, list_word) = list_of(kind);
    let is_seed = app.config.compat.preset == CompatPreset::Seed;
    let has: &[String] = match subject {
        Subject::New { .. } => &[],
        Subject::Old { own, .. } => &own.versions.latest().details.scopes,
    };
    let is_public = raw.client_type == "public";
    let profile = match raw.profile.as_str() {
        "compatible" => "compatible",
        "fapi2" => "fapi2",
        "" if is_seed && kind == AppKind::Store => "compatible",
        _ => "standard",
    };
    let is_in_advanced = |fault: &FaultLine| {
        let name = fault.name.rsplit_once('-').map_or(fault.name.as_str(), |(list, _)| list);
        ADVANCED.contains(&name)
    };
    let groups = scopes::offered(&catalogue, kind, (&raw.scopes, has));
    let chosen = groups.iter().flat_map(|group| &group.scopes).filter(|line| line.checked).count();
    let unknown = raw.scopes.iter().filter(|name| catalogue.find_scope(name).is_none());
    Ok(View {
        is_new: matches!(subject, Subject::New { .. }),
        is_custom: kind == AppKind::Custom,
        action: match subject {
            Subject::New { kind: AppKind::Store, .. } => "/apps/store-apps/create".to_owned(),
            Subject::New { kind: AppKind::Custom, .. } => crate::apps::create_link::PATH.to_owned(),
            Subject::Old { own, .. } => format!("{}/edit", own.home()),
        },
        back: match subject {
            Subject::New { .. } => list.to_owned(),
            Subject::Old { own, .. } => own.home(),
        },
        list,
        list_word,
        prefix: prefix(owner, kind),
        based_on: match subject {
            Subject::New { .. } => 0,
            Subject::Old { own, .. } => own.versions.latest().number,
        },
        client_type: if is_public { "public" } else { "confidential" },
        profile,
        auth_method: if raw.auth_method == SIGNED { SIGNED } else { SECRET },
        request_uris: rows("request_uri", &raw.request_uris, &faults, &[], words),
        subject_type: if raw.subject_type == "pairwise" { "pairwise" } else { "public" },
        pii_mode: if raw.pii_mode == "hide" { "hide" } else { "retrieve" },
        require_pkce: raw.require_pkce.unwrap_or(profile != "compatible"),
        redirect_uris: rows("redirect_uri", &raw.redirect_uris, &faults, &checks, words),
        post_logout_uris: rows("post_logout_uri", &raw.post_logout_uris, &faults, &[], words),
        cors_origins: rows("cors_origin", &raw.cors_origins, &faults, &[], words),
        chosen: i64::try_from(chosen).unwrap_or(i64::MAX),
        groups,
        asks_secret: match subject {
            Subject::New { .. } => true,
            Subject::Old { own, .. } => own.is_public(),
        },
        is_advanced: is_public
            || profile == "fapi2"
            || faults.iter().any(is_in_advanced)
            || [raw.dpop_bound, raw.device_grant, raw.token_exchange, raw.require_par].contains(&Some(true))
            || [&raw.post_logout_uris, &raw.cors_origins, &raw.request_uris]
                .into_iter()
                .flatten()
                .any(|uri| !uri.is_empty())
            || [
                &raw.policy_uri,
                &raw.tos_uri,
                &raw.jwks,
                &raw.jwks_uri,
                &raw.initiate_login_uri,
                &raw.backchannel_logout_uri,
                &raw.sector_identifier_uri,
                &raw.auth_alg,
                &raw.default_max_age,
            ]
            .into_iter()
            .any(|it| !it.is_empty())
            || raw.subject_type == "pairwise",
        logo: match subject {
            Subject::New { .. } => logo::path(raw.fetched_logo.as_ref().map(|logo| logo.id.as_str())),
            Subject::Old { own, .. } => logo::path(own.versions.latest().details.logo_id.as_deref()),
        },
        ask: ask(owner, words),
        goes: goes(raw.redirect_uris.iter().map(String::as_str), words),
        waits: match subject {
            Subject::New { .. } => "",
            Subject::Old { own, .. } => own.waits(),
        },
        connections: match subject {
            Subject::New { .. } => 0,
            Subject::Old { connections, .. } => *connections,
        },
        from_link: false,
        section_text: words.get(match kind {
            AppKind::Store => "apps-section-app-text",
            AppKind::Custom => "apps-section-app-text-custom",
        }),
        name_help: words.get(match kind {
            AppKind::Store => "apps-name-help",
            AppKind::Custom => "apps-name-help-custom",
        }),
        scopes_text: words.get(match kind {
            AppKind::Store => "apps-scopes-text",
            AppKind::Custom => "apps-scopes-text-custom",
        }),
        public_help: words.get(match subject {
            Subject::New { .. } => "apps-public-help",
            Subject::Old { .. } => "apps-public-help-edit",
        }),
        unknown_scopes: unknown.map(String::as_str).collect::<Vec<_>>().join(", "),
        faults,
        raw,
    })
}

/// The question of the consent page, with an empty place for the app's name.
pub(super) fn ask(owner: &Account, words: Words) -> Vec<Piece> {
    let (publisher, account) = (owner.name.as_str(), words.get("apps-preview-account"));
    let names = [
        ("app", "", Look::Strong),
        ("publisher", publisher, Look::Name),
        ("account", &account, Look::Strong),
    ];
    sentence(words, "consent-ask", &names)
}

/// How client IDs of an account's apps begin.
fn prefix(owner: &Account, kind: AppKind) -> String {
    let mark = match kind {
        AppKind::Store => "AC",
        AppKind::Custom => "SP",
    };
    format!("{}-{mark}-", owner.code)
}

/// Where a browser goes after consent, for the preview: the host of the first redirect URI.
pub(super) fn goes<'a>(mut uris: impl Iterator<Item = &'a str>, words: Words) -> Vec<Piece> {
    let url = uris.find(|uri| !uri.is_empty()).and_then(|uri| url::Url::parse(uri).ok());
    let host = url.and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    sentence(words, "consent-goes", &[("place", host.as_deref().unwrap_or("…"), Look::Strong)])
}

fn rows(
    name: &str,
    values: &[String],
    faults: &[FaultLine],
    checks: &[RedirectCheck],
    words: Words,
) -> Vec<UriRow> {
    let row = |(at, value): (usize, &String)| {
        let found = checks.iter().find(|check| check.uri == *value);
        let (tone, verdict) = found.map(|check| redirect_check::said(check, words)).unwrap_or_default();
        let error = said_of(faults, &format!("{name}-{}", at + 1));
        UriRow { value: value.clone(), error, tone: tone.to_owned(), verdict }
    };
    let mut rows: Vec<UriRow> = values.iter().enumerate().map(row).collect();
    let empty = rows.iter().rev().take_while(|row| row.value.is_empty()).count();
    rows.extend((empty..SPARE_ROWS).map(|_| UriRow::default()));
    if let Some(first) = rows.first_mut().filter(|row| row.error.is_empty()) {
        // A list without any address is the fault of its first row.
        first.error = said_of(faults, &format!("{name}-1"));
    }
    rows
}

/// What was typed into the form. What it does not ask for stays as it is in `before`.
pub(super) fn read(form: &Form, kind: AppKind, before: RawApp) -> RawApp {
    let text = |name: &str| form.get(name).to_owned();
    let list = |name: &'static str| form.all(name).map(str::to_owned).collect::<Vec<_>>();
    let client_type = if kind == AppKind::Custom { before.client_type.clone() } else { text("client_type") };
    // The form has two methods for apps that can prove something; which of the two ways to send a secret an app once
    // registered stays as it is.
    let auth_method = match (client_type.as_str(), form.get("auth_method")) {
        ("public", _) => String::new(),
        (_, SECRET) if before.auth_method.starts_with("client_secret") => before.auth_method.clone(),
        (_, method) => method.to_owned(),
    };
    let common = RawApp {
        profile: text("profile"),
        auth_method,
        auth_alg: text("auth_alg"),
        jwks: text("jwks"),
        jwks_uri: text("jwks_uri"),
        client_type,
        code: text("client_code"),
        name: text("client_name"),
        pii_mode: text("pii_mode"),
        secret_description: text("secret_description"),
        scopes: list("scope"),
        ..before
    };
    if kind == AppKind::Custom {
        return common;
    }
    let ticked = |name: &str| Some(form.get(name) == "true");
    RawApp {
        logo_url: text("logo_url"),
        redirect_uris: list("redirect_uri"),
        post_logout_uris: list("post_logout_uri"),
        cors_origins: list("cors_origin"),
        require_pkce: ticked("require_pkce"),
        require_par: ticked("require_par"),
        dpop_bound: ticked("dpop_bound"),
        device_grant: ticked("device_grant"),
        token_exchange: ticked("token_exchange"),
        id_token_alg: text("id_token_alg"),
        userinfo_alg: text("userinfo_alg"),
        request_object_alg: text("request_object_alg"),
        default_max_age: text("default_max_age"),
        request_uris: list("request_uri"),
        policy_uri: text("policy_uri"),
        tos_uri: text("tos_uri"),
        initiate_login_uri: text("initiate_login_uri"),
        backchannel_logout_uri: text("backchannel_logout_uri"),
        subject_type: text("subject_type"),
        sector_identifier_uri: text("sector_identifier_uri"),
        ..common
    }
}

/// The purpose of the seal on a logo that travels through the browser between review and save.
const LOGO_SEAL: &str = "fetched-logo";

/// Every field of the form as hidden ones, for the page between the form and saving.
pub(super) fn hidden(
    app: &App,
    owner: &Account,
    raw: &RawApp,
    logo_id: Option<&str>,
) -> Vec<(&'static str, String)> {
    let id = AppId::new(app.clock.now(), app.random.bytes());
    let mut fields = vec![
        ("app_seal", app.form_key.seal(ID_SEAL, &format!("{} {id}", owner.id))),
        ("app_id", id.as_str().to_owned()),
        ("client_code", raw.code.clone()),
        ("client_name", raw.name.clone()),
        ("pii_mode", raw.pii_mode.clone()),
        ("secret_description", raw.secret_description.clone()),
        ("logo_url", raw.logo_url.clone()),
        ("client_type", raw.client_type.clone()),
        ("profile", raw.profile.clone()),
        ("policy_uri", raw.policy_uri.clone()),
        ("tos_uri", raw.tos_uri.clone()),
        ("auth_method", raw.auth_method.clone()),
        ("jwks", raw.jwks.clone()),
        ("jwks_uri", raw.jwks_uri.clone()),
        ("id_token_alg", raw.id_token_alg.clone()),
        ("userinfo_alg", raw.userinfo_alg.clone()),
        ("request_object_alg", raw.request_object_alg.clone()),
        ("auth_alg", raw.auth_alg.clone()),
        ("default_max_age", raw.default_max_age.clone()),
        ("initiate_login_uri", raw.initiate_login_uri.clone()),
        ("backchannel_logout_uri", raw.backchannel_logout_uri.clone()),
        ("subject_type", raw.subject_type.clone()),
        ("sector_identifier_uri", raw.sector_identifier_uri.clone()),
    ];
    let boxes = [
        ("require_pkce", raw.require_pkce),
        ("require_par", raw.require_par),
        ("dpop_bound", raw.dpop_bound),
        ("device_grant", raw.device_grant),
        ("token_exchange", raw.token_exchange),
    ];
    let ticked = boxes.into_iter().filter(|(_, is)| *is == Some(true));
    fields.extend(ticked.map(|(name, _)| (name, "true".to_owned())));
    if let Some(id) = logo_id {
        fields.push(("logo_id", id.to_owned()));
        fields.push(("logo_seal", app.form_key.seal(LOGO_SEAL, &sealed(&raw.logo_url, id))));
    }
    let lists = [
        ("redirect_uri", &raw.redirect_uris),
        ("post_logout_uri", &raw.post_logout_uris),
        ("cors_origin", &raw.cors_origins),
        ("request_uri", &raw.request_uris),
        ("scope", &raw.scopes),
    ];
    for (name, values) in lists {
        fields.extend(values.iter().filter(|value| !value.is_empty()).map(|value| (name, value.clone())));
    }
    fields
}

/// The purpose of the seal on the id that a form brings for the app it makes.
const ID_SEAL: &str = "new-app";

/// The id for a new app that the review page brought along, if we made it for this account.
pub(super) fn kept_promise(app: &App, owner: &Account, form: &Form) -> Option<AppId> {
    let id = AppId::parse(form.get("app_id"))?;
    let ours = app.form_key.has_sealed(ID_SEAL, &format!("{} {id}", owner.id), form.get("app_seal"));
    ours.then_some(id)
}

/// The logo that the review page brought along, if we sealed it for this address.
pub(super) fn fetched_logo(app: &App, form: &Form) -> Option<FetchedLogo> {
    let (url, id) = (form.get("logo_url"), form.get("logo_id"));
    let ours = app.form_key.has_sealed(LOGO_SEAL, &sealed(url, id), form.get("logo_seal"));
    (ours && !id.is_empty()).then(|| FetchedLogo { url: url.trim_matches(' ').to_owned(), id: id.to_owned() })
}

fn sealed(url: &str, id: &str) -> String {
    format!("{id} {}", url.trim_matches(' '))
}
