//! `grantry app`: registering, editing and deleting apps, and what operators decide about them.

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use grantry_oauth::secret::Secret;
use grantry_store::app::{App as StoredApp, AppKind, AppState, AppSummary};
use grantry_store::app_version::{AppDetails, AppVersion, SubjectType};
use grantry_store::audit::Origin;
use grantry_store::machine::MachineOrigin;
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table, count, faults, shown};
use super::app_fields::{Fields, flag};
use super::{account, listing, open, open_or_make};
use crate::app::App;
use crate::apps::standing::{self, Decision};
use crate::apps::{RawApp, Refused, edit, register, remove, versions};
use crate::config::DataFlags;
use crate::review::approve::{self, Approved};
use crate::review::{self, submit, withdraw};
use crate::storefront::publish::Insist;
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Register an app, live at once, and print its first secret
    Create {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change what is given here; what is left out stays, and an empty value clears
    #[command(override_usage = "grantry app update CLIENT_ID [OPTIONS]\n       \
        grantry app update --account CODE --kind KIND --code CODE [OPTIONS]")]
    Update {
        #[arg(value_name = "CLIENT_ID", required_unless_present = "code")]
        client_id: Option<String>,
        #[command(flatten)]
        place: OptionalPlace,
        #[command(flatten)]
        fields: Fields,
    },
    /// List apps, newest first
    List {
        /// Only apps of this account
        #[arg(long, value_name = "CODE")]
        account: Option<String>,
        /// Only apps whose name or client ID contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
    },
    /// Show everything about an app
    Show(Named),
    /// Submit an app for approval: its draft, or before the first approval the app as it is
    Submit {
        #[command(flatten)]
        named: Named,
        /// What the reviewers should know
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Take a submission back
    Withdraw(Named),
    /// Approve what is submitted of an app or, when nothing is, the app as it is: consent says that it was reviewed
    Approve(Named),
    /// Show an approved app in the store, also before its listing is complete
    Publish(Named),
    /// Stop an app: nothing of it works until it is resumed, its connections stay
    Suspend(Named),
    /// Let a suspended app work again
    Resume(Named),
    /// Delete an app: its secrets, connections and tokens end, its code is never used again
    Delete(Named),
}

/// Whose app, and which.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The code of the account that owns the app
    #[arg(long, value_name = "CODE")]
    account: String,
    /// A store app is for all accounts, a custom app for its own
    #[arg(long, value_parser = kind)]
    kind: AppKind,
    /// The client code: part of the client ID, never changed or used again
    #[arg(long, value_name = "CODE")]
    code: String,
}

#[derive(Debug, Args)]
pub(super) struct OptionalPlace {
    /// Instead of CLIENT_ID: the code of the account that owns the app
    #[arg(long, value_name = "CODE", requires = "code")]
    account: Option<String>,
    /// Instead of CLIENT_ID: store or custom
    #[arg(long, value_parser = kind, requires = "code")]
    kind: Option<AppKind>,
    /// Instead of CLIENT_ID: the client code
    #[arg(long, value_name = "CODE", requires_all = ["account", "kind"], conflicts_with = "client_id")]
    code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    #[arg(value_name = "CLIENT_ID")]
    client_id: String,
}

fn kind(word: &str) -> Result<AppKind, String> {
    AppKind::parse(word).ok_or_else(|| "it is store or custom".to_owned())
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let begins = matches!(self, Self::Create { .. });
        let app = &*if begins { open_or_make(data).await? } else { open(data).await? };
        match self {
            Self::Create { place, fields } => create(app, &place, fields).await,
            Self::Update { client_id, place, fields } => {
                let found = match (client_id, place) {
                    (Some(client_id), _) => find(app, &client_id).await?,
                    (None, place) => find_in_place(app, place).await?,
                };
                Box::pin(update(app, &found, fields)).await
            }
            Self::List { account, search } => list(app, account.as_deref(), &search).await,
            Self::Show(named) => show(app, &find(app, &named.client_id).await?).await,
            Self::Submit { named, note } => submit(app, &find(app, &named.client_id).await?, &note).await,
            Self::Withdraw(named) => withdraw(app, &find(app, &named.client_id).await?).await,
            Self::Approve(named) => approve(app, &find(app, &named.client_id).await?).await,
            Self::Publish(named) => {
                listing::publish(app, &find(app, &named.client_id).await?, Insist::AsItIs).await
            }
            Self::Suspend(named) => decide(app, &named, Decision::Suspend).await,
            Self::Resume(named) => decide(app, &named, Decision::Resume).await,
            Self::Delete(named) => delete(app, &find(app, &named.client_id).await?).await,
        }
    }
}

/// The app with a client ID, whosever it is, unless it is deleted.
pub(super) async fn find(app: &App, client_id: &str) -> anyhow::Result<StoredApp> {
    let found = app.store.reader().find_app_by_client_id(client_id).await?;
    let found = found.filter(|found| found.state != AppState::Deleted);
    found.ok_or_else(|| anyhow!("there is no app {client_id}; `grantry app list` shows all"))
}

async fn find_in_place(app: &App, place: OptionalPlace) -> anyhow::Result<StoredApp> {
    let OptionalPlace { account: Some(owner), kind: Some(kind), code: Some(code) } = place else {
        return Err(anyhow!("name the app by its client ID"));
    };
    let owner = account(app, &owner).await?;
    let code = code.to_uppercase();
    let found = app.store.reader().find_app_by_code(&owner.id, kind, &code).await?;
    found.ok_or_else(|| anyhow!("{} has no {kind} app {code}", owner.code))
}

/// A refusal of a use-case in the words of the command line.
pub(super) fn refused(what: &str, why: Refused) -> anyhow::Error {
    if let Refused::Faults(found) = &why {
        return faults(what, found, flag);
    }
    anyhow!(why).context(what.to_owned())
}

async fn create(app: &App, place: &Place, fields: Fields) -> anyhow::Result<Answer> {
    let owner = account(app, &place.account).await?;
    let raw = fields.over(RawApp { code: place.code.clone(), ..RawApp::default() });
    let made = register::register(app, &Origin::command(), &owner, place.kind, &raw).await;
    let made = made.map_err(|why| refused("the app was not registered", why))?;
    let secret = made.client_secret.as_ref();
    let object = json!({
        "client_id": made.client_id,
        "client_secret": secret.map(Secret::expose),
        "account": owner.code,
        "kind": place.kind,
        "name": made.details.name,
    });
    let answer = Answer::new(object).line(format!("{} is registered.\n", shown(&made.details.name)));
    Ok(credentials(answer, &made.client_id, secret))
}

/// The client ID, and the secret this once.
fn credentials(answer: Answer, client_id: &str, secret: Option<&Secret<String>>) -> Answer {
    let mut facts = vec![("Client ID", client_id.to_owned())];
    facts.extend(secret.map(|secret| ("Client secret", format!("{STRONG}{}{STRONG:#}", secret.expose()))));
    let answer = answer.facts(&facts);
    if secret.is_some() { answer.line("\nStore the secret now: it is never shown again.") } else { answer }
}

async fn update(app: &App, found: &StoredApp, fields: Fields) -> anyhow::Result<Answer> {
    let of = (&found.account_id, &found.id);
    let before = versions::find(app, of.0, of.1).await.map_err(|why| refused("nothing was changed", why))?;
    let latest = before.latest();
    let raw = fields.over(RawApp::of(&latest.details));
    let edited = Box::pin(edit::edit(app, &Origin::command(), of, &raw, Some(latest.number))).await;
    let edited = edited.map_err(|why| refused("nothing was changed", why))?;
    let wanted = edited.waiting.as_ref().unwrap_or(&edited.details);
    let removed = removed(&latest.details, wanted);
    let secret = edited.client_secret.as_ref();
    let object = json!({
        "client_id": found.client_id,
        "client_secret": secret.map(Secret::expose),
        "changed": edited.changed(),
        "changed_live": edited.changed_live,
        "waiting": edited.waiting.as_ref().map(|waiting| edit::difference(&edited.details, waiting)),
        "removed": removed,
    });
    let said = match (edited.changed_live, edited.changed_waiting) {
        (true, false) => "is changed; that holds at once",
        (true, true) => "is changed at once where it asks for less; the rest waits for approval",
        (false, true) => "is as it was; the change waits for approval",
        (false, false) => "is as it was",
    };
    let mut answer = Answer::new(object).line(format!("{} {said}.", found.client_id));
    if !removed.is_empty() {
        answer = answer.line(format!("Removed: {}", removed.join(", ")));
    }
    Ok(if secret.is_some() { credentials(answer.line(""), &found.client_id, secret) } else { answer })
}

/// What the lists of an app have lost: a repeated flag replaces the whole list, which is easily overlooked.
fn removed(before: &AppDetails, after: &AppDetails) -> Vec<String> {
    let lists = [
        (&before.redirect_uris, &after.redirect_uris),
        (&before.post_logout_uris, &after.post_logout_uris),
        (&before.cors_origins, &after.cors_origins),
        (&before.scopes, &after.scopes),
    ];
    let lost = |(old, new): (&Vec<String>, &Vec<String>)| {
        old.iter().filter(|one| !new.contains(one)).cloned().collect::<Vec<_>>()
    };
    lists.into_iter().flat_map(lost).collect()
}

async fn list(app: &App, of: Option<&str>, search: &str) -> anyhow::Result<Answer> {
    let owner = match of {
        Some(code) => Some(account(app, code).await?),
        None => None,
    };
    let mut apps: Vec<AppSummary> = Vec::new();
    let mut page = PageRequest::first(LARGEST_PAGE);
    loop {
        let found = app.store.reader().list_all_apps(search, &page).await?;
        let is_wanted = |app: &AppSummary| owner.as_ref().is_none_or(|owner| app.app.account_id == owner.id);
        apps.extend(found.items.into_iter().filter(is_wanted));
        if found.next.is_none() {
            break;
        }
        page.after = found.next;
    }
    let mut table = Table::new(&["client id", "name", "kind", "state", "listing", "secrets", "connections"]);
    for found in &apps {
        table.row([
            found.app.client_id.clone(),
            shown(&found.version.details.name),
            found.app.kind.to_string(),
            found.app.state.to_string(),
            found.app.listing.to_string(),
            found.secrets.to_string(),
            found.connections.to_string(),
        ]);
    }
    let objects: Vec<Value> = apps
        .iter()
        .map(|found| {
            json!({
                "client_id": found.app.client_id,
                "name": found.version.details.name,
                "kind": found.app.kind,
                "state": found.app.state,
                "listing": found.app.listing,
                "secrets": found.secrets,
                "connections": found.connections,
            })
        })
        .collect();
    Ok(Answer::new(json!({ "apps": objects })).table(&table, "No apps."))
}

async fn show(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let reader = app.store.reader();
    let (_, version) = edit::find(app, &found.account_id, &found.id).await?;
    let owner = reader.find_account(&found.account_id).await?.context("the app has no owner")?;
    let connections = reader.count_connected_accounts(&found.id).await?;
    let machine = reader.find_machine_app(&found.id).await?;
    let details = &version.details;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let registered = machine.as_ref().map(|machine| {
        let how = match machine.origin {
            MachineOrigin::Token => "by itself, with an initial access token",
            MachineOrigin::Open => "by itself",
            MachineOrigin::Document => "by the document at its client ID",
        };
        format!("{how}; last used {}", moment::exact(machine.last_used_at))
    });
    let facts = [
        ("Client ID", found.client_id.clone()),
        ("Registered", registered.unwrap_or_default()),
        ("Account", format!("{} {}", owner.code, shown(&owner.name))),
        ("Kind", found.kind.to_string()),
        ("State", format!("{}, {}", found.state, found.listing)),
        ("Connections", count(connections, "account")),
        ("Version", format!("{} of {}", version.number, moment::exact(version.created_at))),
        ("Client type", details.client_type.to_string()),
        ("Profile", profile(details)),
        ("Authentication", details.auth_method.clone()),
        ("Public keys", keys(details)),
        ("ID tokens", details.id_token_alg.clone()),
        ("Userinfo", text(&details.userinfo_alg)),
        ("Requests", request_objects(details)),
        ("Request URIs", details.request_uris.join("\n")),
        ("Personal data", details.pii_mode.to_string()),
        ("May also", further(details)),
        ("Redirect URIs", details.redirect_uris.join("\n")),
        ("After sign-out", details.post_logout_uris.join("\n")),
        ("CORS origins", details.cors_origins.join("\n")),
        ("Scopes", details.scopes.join("\n")),
        ("Logo", text(&details.logo_source_url)),
        ("Privacy", text(&details.policy_uri)),
        ("Terms", text(&details.tos_uri)),
        ("Begin sign-in", text(&details.initiate_login_uri)),
        ("Tell of logout", text(&details.backchannel_logout_uri)),
        ("Subjects", subjects(details)),
    ];
    let mut answer = Answer::new(object(found, &version, connections))
        .line(format!("{STRONG}{}{STRONG:#}", shown(&details.name)));
    for (label, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        let below = format!("\n  {:14}  ", "");
        answer = answer.facts(&[(&format!("{label:14}"), value.replace('\n', &below))]);
    }
    Ok(answer)
}

fn keys(details: &AppDetails) -> String {
    match (&details.jwks_uri, &details.jwks) {
        (Some(uri), _) => uri.clone(),
        (None, Some(_)) => "registered".to_owned(),
        (None, None) => String::new(),
    }
}

fn request_objects(details: &AppDetails) -> String {
    let pushed = details.require_par.then(|| "pushed".to_owned());
    let signed = details.request_object_alg.as_ref().map(|alg| match alg.as_str() {
        "none" => "not signed".to_owned(),
        alg => format!("signed with {alg}"),
    });
    pushed.into_iter().chain(signed).collect::<Vec<_>>().join(", ")
}

/// What the app calls people, when that is not what everybody does.
fn subjects(details: &AppDetails) -> String {
    match (details.subject_type, &details.sector_identifier_uri) {
        (SubjectType::Public, _) => String::new(),
        (SubjectType::Pairwise, None) => "pairwise".to_owned(),
        (SubjectType::Pairwise, Some(list)) => format!("pairwise, shared by {list}"),
    }
}

fn profile(details: &AppDetails) -> String {
    let pkce = if details.require_pkce { "PKCE required" } else { "PKCE optional" };
    format!("{}, {pkce}", details.profile)
}

/// What an app may, or must, beyond what every app does.
fn further(details: &AppDetails) -> String {
    let said = [
        (details.dpop_bound, "tokens always bound to a key"),
        (details.device_grant, "devices without a browser"),
        (details.token_exchange, "token exchange"),
    ];
    said.iter().filter(|(is, _)| *is).map(|(_, text)| *text).collect::<Vec<_>>().join(", ")
}

fn object(found: &StoredApp, version: &AppVersion, connections: i64) -> Value {
    let details = &version.details;
    json!({
        "client_id": found.client_id,
        "name": details.name,
        "kind": found.kind,
        "state": found.state,
        "listing": found.listing,
        "connections": connections,
        "version": version.number,
        "created_at": moment::iso(found.created_at),
        "updated_at": moment::iso(version.created_at),
        "client_type": details.client_type,
        "profile": details.profile,
        "require_pkce": details.require_pkce,
        "auth_method": details.auth_method,
        "id_token_alg": details.id_token_alg,
        "jwks": details.jwks.as_deref().and_then(|jwks| serde_json::from_str::<Value>(jwks).ok()),
        "jwks_uri": details.jwks_uri,
        "userinfo_alg": details.userinfo_alg,
        "request_object_alg": details.request_object_alg,
        "auth_alg": details.auth_alg,
        "default_max_age": details.default_max_age,
        "request_uris": details.request_uris,
        "require_par": details.require_par,
        "pii_mode": details.pii_mode,
        "redirect_uris": details.redirect_uris,
        "post_logout_redirect_uris": details.post_logout_uris,
        "cors_origins": details.cors_origins,
        "scopes": details.scopes,
        "logo_url": details.logo_source_url,
        "dpop_bound": details.dpop_bound,
        "device_grant": details.device_grant,
        "token_exchange": details.token_exchange,
        "policy_uri": details.policy_uri,
        "tos_uri": details.tos_uri,
        "initiate_login_uri": details.initiate_login_uri,
        "backchannel_logout_uri": details.backchannel_logout_uri,
        "subject_type": details.subject_type,
        "sector_identifier_uri": details.sector_identifier_uri,
    })
}

async fn submit(app: &App, found: &StoredApp, note: &str) -> anyhow::Result<Answer> {
    let of = (&found.account_id, &found.id);
    let submitted = Box::pin(submit::submit(app, &Origin::command(), of, note)).await;
    let submitted = submitted.map_err(|why| unreviewed("nothing was submitted", why))?;
    let object = json!({
        "client_id": found.client_id,
        "submission": submitted.id,
        "number": submitted.number,
        "version": submitted.version,
    });
    let said = format!("Version {} of {} is submitted.", submitted.version, found.client_id);
    Ok(Answer::new(object).line(said))
}

async fn withdraw(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let withdrawn = withdraw::withdraw(app, &Origin::command(), (&found.account_id, &found.id)).await;
    withdrawn.map_err(|why| unreviewed("nothing was withdrawn", why))?;
    let object = json!({ "client_id": found.client_id });
    Ok(Answer::new(object).line(format!("The submission of {} is withdrawn.", found.client_id)))
}

async fn approve(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let approved = Box::pin(approve::approve(app, &Origin::command(), found)).await;
    let approved = approved.map_err(|why| unreviewed("nothing was approved", why))?;
    let now = find(app, &found.client_id).await?;
    let (submission, said) = match approved {
        Approved::Submission(number) => {
            (Some(number), format!("Submission {number} is approved, and its version live."))
        }
        Approved::AsItIs(_) if now.draft_version_id.is_some() => {
            (None, "Approved as it is live. Its draft is not submitted, so it waits.".to_owned())
        }
        Approved::AsItIs(_) => (None, "Approved as it is.".to_owned()),
    };
    let client_id = &now.client_id;
    let object = json!({
        "client_id": client_id,
        "state": now.state,
        "listing": now.listing,
        "submission": submission,
    });
    let line = format!("{client_id} is {} and {}.", now.state, now.listing);
    Ok(Answer::new(object).line(line).line(said))
}

/// A refusal of the approval in the words of the command line.
pub(super) fn unreviewed(what: &str, why: review::Refused) -> anyhow::Error {
    if let review::Refused::Faults(found) = &why {
        return faults(what, found, flag);
    }
    anyhow!(why).context(what.to_owned())
}

async fn decide(app: &App, named: &Named, decision: Decision) -> anyhow::Result<Answer> {
    let client_id = find(app, &named.client_id).await?.client_id;
    let decided = standing::decide(app, &Origin::command(), &client_id, decision).await;
    let decided = decided.map_err(|why| refused("nothing was changed", why))?;
    let object = json!({ "client_id": client_id, "state": decided.state, "listing": decided.listing });
    Ok(Answer::new(object).line(format!("{client_id} is {} and {}.", decided.state, decided.listing)))
}

async fn delete(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let of = (&found.account_id, &found.id);
    let ended = remove::remove(app, &Origin::command(), of).await;
    let ended = ended.map_err(|why| refused("the app was not deleted", why))?;
    let ended = i64::try_from(ended).unwrap_or(i64::MAX);
    let verb = if ended == 1 { "has" } else { "have" };
    let connections = count(ended, "connection");
    Ok(Answer::new(json!({ "client_id": found.client_id, "connections": ended }))
        .line(format!("{} is deleted; {connections} {verb} ended.", found.client_id)))
}
