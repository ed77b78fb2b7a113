//! `/admin/accounts`: every account of the server, for its operators.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::Response;
use grantry_store::account::{Account, AccountFilter, AccountKind, AccountState, AccountSummary};
use grantry_store::app::AppKind;
use grantry_store::figures::Figures;
use grantry_store::id::AccountId;
use grantry_store::member::MemberFilter;
use grantry_store::page::PageRequest;
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::members::shown_name;
use super::{Badge, FaultLines, kind_word, state_badge};
use crate::accounts::{RawAccount, RawPerson, Refused, create_with_admin, suspend};
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Answer, Form, Page, Problem, Visitor, page};

const LIST: &str = "/admin/accounts";

/// Accounts on a page.
const ROWS: u32 = 50;

/// Kinds of accounts that an operator makes, in the order of the form.
const KINDS: [AccountKind; 3] = [AccountKind::Customer, AccountKind::Developer, AccountKind::Operator];

#[derive(askama::Template)]
#[template(path = "accounts/operator_list.html")]
struct List {
    page: Page,
    figures: Figures,
    search: String,
    kind: &'static str,
    kinds: Vec<Chip>,
    rows: Vec<Row>,
    more: String,
}

/// A kind to limit the list to.
struct Chip {
    word: String,
    href: String,
    is_current: bool,
}

/// An account in the list.
struct Row {
    href: String,
    code: String,
    name: String,
    kind: String,
    state: Badge,
    members: i64,
    apps: i64,
    connections: i64,
    since: Moment,
}

/// Which part of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    after: Option<String>,
}

/// `GET /admin/accounts`
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<Arc<App>>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Answer {
    let (reader, words) = (app.store.reader(), visitor.words);
    let (kind, search) = (AccountKind::parse(&wanted.kind), wanted.q.trim());
    let filter = AccountFilter { kind, search: Some(search.to_owned()) };
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = reader.list_accounts(&filter, &first).await?;
    let chip = |of: Option<AccountKind>| Chip {
        word: of.map_or_else(|| words.get("accounts-kind-all"), |kind| kind_word(kind, words)),
        href: address(search, of, None),
        is_current: of == kind,
    };
    let every = [None].into_iter().chain(KINDS.map(Some));
    let next = found.next.map(|cursor| cursor.token());
    let template = List {
        page: visitor.page(&app, words.get("operator-accounts-title"), "operator-accounts"),
        figures: reader.count_figures().await?,
        search: search.to_owned(),
        kind: kind.map(AccountKind::as_str).unwrap_or_default(),
        kinds: every.map(chip).collect(),
        rows: found.items.into_iter().map(|summary| row(summary, &app, &visitor)).collect(),
        more: next.map(|token| address(search, kind, Some(&token))).unwrap_or_default(),
    };
    Ok(page::ok(&template))
}

fn address(search: &str, kind: Option<AccountKind>, after: Option<&str>) -> String {
    let pairs = [
        ("q", Some(search).filter(|text| !text.is_empty())),
        ("kind", kind.map(AccountKind::as_str)),
        ("after", after),
    ];
    let mut query = Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { LIST.to_owned() } else { format!("{LIST}?{query}") }
}

fn row(summary: AccountSummary, app: &App, visitor: &Visitor) -> Row {
    let AccountSummary { account, members, apps, connections } = summary;
    Row {
        href: home(&account),
        kind: kind_word(account.kind, visitor.words),
        state: state_badge(&account, visitor.words),
        since: Moment::new(account.created_at, app.clock.now(), visitor.words),
        code: account.code,
        name: account.name,
        members,
        apps,
        connections,
    }
}

fn home(account: &Account) -> String {
    format!("{LIST}/{}", account.id)
}

#[derive(askama::Template)]
#[template(path = "accounts/operator_create.html")]
struct Create {
    page: Page,
    kinds: Vec<(&'static str, String, String)>,
    typed: Typed,
    faults: FaultLines,
}

/// What was typed about an account and its first admin.
#[derive(Debug, Default)]
struct Typed {
    kind: &'static str,
    name: String,
    code: String,
    email: String,
    first_name: String,
    last_name: String,
}

/// `GET /admin/accounts/create`
///
/// # Errors
/// None of its own.
pub async fn create_form(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    let typed = Typed { kind: AccountKind::Customer.as_str(), ..Typed::default() };
    Ok(create_page(&app, &visitor, typed, (StatusCode::OK, FaultLines::default())))
}

/// `POST /admin/accounts/create`
///
/// # Errors
/// The store's.
pub async fn create(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    let kind = AccountKind::parse(form.get("kind")).filter(|kind| KINDS.contains(kind));
    let text = |name| form.get(name).to_owned();
    let typed = Typed {
        kind: kind.map(AccountKind::as_str).unwrap_or_default(),
        name: text("name"),
        code: text("code"),
        email: text("email"),
        first_name: text("first_name"),
        last_name: text("last_name"),
    };
    let raw = RawAccount {
        code: &typed.code,
        name: &typed.name,
        kind: kind.unwrap_or(AccountKind::SelfRegistered),
    };
    let admin = RawPerson {
        email: &typed.email,
        first_name: &typed.first_name,
        last_name: &typed.last_name,
        is_admin: true,
        password: None,
        claims: None,
        words: visitor.words,
    };
    match create_with_admin(&app, &visitor.origin(), raw, admin).await {
        Ok((account, _)) => Ok(page::with_flash(page::see_other(&home(&account)), "flash-account-created")),
        Err(refused) => {
            let faults = FaultLines::new(&refused.into_faults("email", visitor.words)?, visitor.words);
            Ok(create_page(&app, &visitor, typed, (StatusCode::UNPROCESSABLE_ENTITY, faults)))
        }
    }
}

fn create_page(
    app: &App,
    visitor: &Visitor,
    typed: Typed,
    (status, faults): (StatusCode, FaultLines),
) -> Response {
    let words = visitor.words;
    let kinds = KINDS.map(|kind| {
        let what = words.get(&format!("accounts-kind-{kind}-what"));
        (kind.as_str(), kind_word(kind, words), what)
    });
    let page = visitor.page(app, words.get("operator-create-title"), "operator-accounts");
    page::render(status, &Create { page, kinds: kinds.into(), typed, faults })
}

/// The account that a URL names.
#[derive(Debug)]
pub struct Named(Account);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, app).await.ok();
        let id = named.and_then(|Path(id)| AccountId::parse(&id)).ok_or_else(Problem::not_found)?;
        let account = app.store.reader().find_account(&id).await?;
        account.map(Self).ok_or_else(Problem::not_found)
    }
}

#[derive(askama::Template)]
#[template(path = "accounts/operator_account.html")]
struct Show {
    page: Page,
    home: String,
    code: String,
    name: String,
    kind: String,
    state: Badge,
    is_suspended: bool,
    since: Moment,
    members: i64,
    apps: i64,
    connections: i64,
    admins: Vec<(String, String)>,
    mailbox: Option<String>,
    error: String,
    refusal: String,
}

/// What happened to a form on the page of an account.
#[derive(Default)]
struct Outcome {
    error: String,
    refusal: String,
}

/// `GET /admin/accounts/{account}`
///
/// # Errors
/// 404 for an account that there is not.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Named(account): Named) -> Answer {
    render(&app, &visitor, &account, (StatusCode::OK, Outcome::default())).await
}

/// `POST /admin/accounts/{account}/suspend`
///
/// # Errors
/// 404 for an account that there is not.
pub async fn suspend_account(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Named(account): Named,
    form: Form,
) -> Answer {
    if !form.get("confirm").trim().eq_ignore_ascii_case(&account.code) {
        let outcome = Outcome { error: visitor.words.get("operator-suspend-typed"), ..Outcome::default() };
        return render(&app, &visitor, &account, (StatusCode::UNPROCESSABLE_ENTITY, outcome)).await;
    }
    match suspend::suspend(&app, &visitor.origin(), &account.id).await {
        Ok(_) | Err(Refused::OtherState) => {
            Ok(page::with_flash(page::see_other(&home(&account)), "flash-account-suspended"))
        }
        Err(Refused::LastOperator) => {
            let refusal = visitor.words.get("problem-last-operator-advice");
            let outcome = Outcome { refusal, ..Outcome::default() };
            render(&app, &visitor, &account, (StatusCode::CONFLICT, outcome)).await
        }
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

/// `POST /admin/accounts/{account}/resume`
///
/// # Errors
/// 404 for an account that there is not.
pub async fn resume_account(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Named(account): Named,
    _form: Form,
) -> Answer {
    match suspend::resume(&app, &visitor.origin(), &account.id).await {
        Ok(_) | Err(Refused::OtherState) => {
            Ok(page::with_flash(page::see_other(&home(&account)), "flash-account-resumed"))
        }
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    (status, outcome): (StatusCode, Outcome),
) -> Result<Response, Problem> {
    let reader = app.store.reader();
    let id = &account.id;
    let apps = reader.count_apps(id, AppKind::Store).await? + reader.count_apps(id, AppKind::Custom).await?;
    let admins = reader.list_admins(id).await?;
    let template = Show {
        page: visitor.page(app, account.name.clone(), "operator-accounts"),
        home: home(account),
        code: account.code.clone(),
        name: account.name.clone(),
        kind: kind_word(account.kind, visitor.words),
        state: state_badge(account, visitor.words),
        is_suspended: account.state == AccountState::Suspended,
        since: Moment::new(account.created_at, app.clock.now(), visitor.words),
        members: reader.count_members(id, &MemberFilter::default()).await?,
        apps,
        connections: reader.count_connected_apps(id).await?,
        admins: admins.into_iter().map(|person| (shown_name(&person), person.email)).collect(),
        mailbox: app.mailbox_url().filter(|_| visitor.flash == Some("flash-account-created")),
        error: outcome.error,
        refusal: outcome.refusal,
    };
    Ok(page::render(status, &template))
}
