//! THE TABLE: every URL, its guard and its handler, one line each.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use http::{Method, StatusCode};

use crate::accounts;
use crate::accounts::api::{invitations, users};
use crate::accounts::pages::{invitation, member, members, operator, settings, switch};
use crate::app::App;
use crate::apps;
use crate::apps::pages::webhook;
use crate::apps::webhook::api as webhook_api;
use crate::audit;
use crate::catalogue;
use crate::connections::{self, pages as connected};
use crate::consent;
use crate::devices;
use crate::endpoints::{
    authorize, device, end_session, introspection, metadata, par, preflight, register, revocation,
    revocations, token, userinfo,
};
use crate::landing;
use crate::registration;
use crate::review::pages as review;
use crate::sign_in::pages as sign_in;
use crate::storefront::{self, pages as store};
use crate::web::{self, assets, branding, guard};

/// Who may call a route. The guard runs before the handler and before the body is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Everybody; an endpoint that authenticates its caller by itself says so in its own file. An open page takes forms
    /// of other sites, and neither reads nor sets cookies.
    Open,
    /// Everybody with a browser; its forms carry a form token.
    Door,
    /// Who is signed in, also without an account.
    SignedIn,
    /// Who is signed in and works in an account.
    Member,
    /// An admin of the current account; others learn who is one.
    Admin,
    /// An admin of an operator account; for others there is nothing here.
    Operator,
    /// A reviewer or an admin of an operator account; for others there is nothing here.
    Reviewer,
    /// Who holds an access token for the server's own API with one of these scopes, the smallest first; without any,
    /// every such token will do. Cookies count for nothing.
    Bearer(&'static [&'static str]),
}

/// What a route answers; decides headers, and how a problem is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTML for people.
    Page,
    /// HTML for people and search engines: no forms with a token, and no cookie for who is not signed in, so that caches
    /// may keep it.
    Public,
    /// JSON for programs under `/api/v1`.
    Api,
    /// OAuth and OpenID Connect endpoints.
    Endpoint,
    /// Public, cacheable documents: discovery, keys.
    Metadata,
    /// Immutable files.
    Asset,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub guard: Guard,
    pub kind: Kind,
}

/// The routes, and the router made of them. The two cannot disagree: one call adds to both.
#[derive(Debug)]
pub struct Table {
    app: Arc<App>,
    rows: Vec<Route>,
    router: Router<Arc<App>>,
}

/// A line of the table for each method: `.get("/path", Guard, Kind, handler)`.
macro_rules! verbs {
    ($($verb:ident = $method:ident),*) => {$(
        fn $verb<H, T>(self, path: &'static str, guard: Guard, kind: Kind, handler: H) -> Self
        where
            H: Handler<T, Arc<App>>,
            T: 'static,
        {
            let route = Route { method: Method::$method, path, guard, kind };
            self.route(MethodFilter::$method, route, handler)
        }
    )*};
}

impl Table {
    fn route<H, T>(mut self, filter: MethodFilter, route: Route, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let state = post(&self.app, &route);
        let method = on(filter, handler).layer(from_fn_with_state(state, guard::enter));
        self.router = self.router.route(route.path, method);
        self.rows.push(route);
        self
    }

    verbs! { get = GET, post = POST, put = PUT, patch = PATCH, delete = DELETE }

    /// A browser's question before a script of another site calls a path.
    fn preflight(self, path: &'static str) -> Self {
        let route = Route { method: Method::OPTIONS, path, guard: Guard::Open, kind: Kind::Endpoint };
        self.route(MethodFilter::OPTIONS, route, preflight::allow)
    }

    /// Every line, for the tests that walk the table and for the generated reference.
    #[must_use]
    pub fn rows(&self) -> &[Route] {
        &self.rows
    }

    /// The router; what no line matches is answered in the house's own words.
    pub fn into_router(self) -> Router {
        let kinds = self.rows.iter().map(|row| (row.path, row.kind)).collect::<HashMap<_, _>>();
        let elsewhere = |path| from_fn_with_state(Elsewhere::new(&self.app, path, &kinds), turn_away);
        let missing = not_found.layer(elsewhere("(nothing here)"));
        let other_method = method_not_allowed.layer(elsewhere("(another method)"));
        self.router.fallback(missing).method_not_allowed_fallback(other_method).with_state(self.app)
    }
}

/// The guard's posts beside the table: what is not there is said as the neighbours of the path would say it.
#[derive(Debug)]
struct Elsewhere {
    kinds: HashMap<&'static str, Kind>,
    visitor: Arc<guard::Post>,
    stranger: Arc<guard::Post>,
    program: Arc<guard::Post>,
}

impl Elsewhere {
    fn new(app: &Arc<App>, path: &'static str, kinds: &HashMap<&'static str, Kind>) -> Arc<Self> {
        let at = |guard, kind| post(app, &Route { method: Method::GET, path, guard, kind });
        Arc::new(Self {
            kinds: kinds.clone(),
            visitor: at(Guard::Door, Kind::Page),
            stranger: at(Guard::Open, Kind::Page),
            program: at(Guard::Open, Kind::Endpoint),
        })
    }

    fn post(&self, request: &Request) -> Arc<guard::Post> {
        let matched = request.extensions().get::<MatchedPath>();
        let kind = matched.and_then(|path| self.kinds.get(path.as_str()));
        let asks = matches!(*request.method(), Method::GET | Method::HEAD);
        let path = request.uri().path();
        let is_program = match kind {
            Some(kind) => !matches!(kind, Kind::Page | Kind::Public),
            None => ["/api/", "/connect/", "/.well-known/"].iter().any(|root| path.starts_with(root)),
        };
        Arc::clone(match (is_program, asks) {
            (true, _) => &self.program,
            (false, true) => &self.visitor,
            // A form of another site comes without our cookies: a new one in the answer would replace them.
            (false, false) => &self.stranger,
        })
    }
}

async fn turn_away(State(elsewhere): State<Arc<Elsewhere>>, request: Request, next: Next) -> Response {
    guard::enter(State(elsewhere.post(&request)), request, next).await
}

fn post(app: &Arc<App>, route: &Route) -> Arc<guard::Post> {
    Arc::new(guard::Post {
        app: Arc::clone(app),
        method: route.method.clone(),
        path: route.path,
        guard: route.guard,
        kind: route.kind,
        meter: app.metrics.route(route.method.as_str(), route.path),
    })
}

async fn not_found() -> web::Problem {
    web::Problem::not_found()
}

async fn method_not_allowed() -> web::Problem {
    web::Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method")
}

/// The whole table.
pub fn table(app: &Arc<App>) -> Table {
    let empty = Table { app: Arc::clone(app), rows: Vec::new(), router: Router::new() };
    files(shop(rest(protocol(operators(reviewers(account(desk(doors(empty)))))))))
}

/// Where people come in.
fn doors(table: Table) -> Table {
    use Guard::{Door, SignedIn};
    use Kind::Page;
    table
        .get("/", Door, Page, landing::pages::show)
        .get("/account/login", Door, Page, sign_in::login::show)
        .post("/account/login", Door, Page, sign_in::login::enter_password)
        .get("/account/logout", Door, Page, sign_in::logout::show)
        .post("/account/logout", Door, Page, sign_in::logout::leave)
        .get("/account/register-dev-account", Door, Page, sign_in::register::show)
        .post("/account/register-dev-account", Door, Page, sign_in::register::register)
        .get("/account/confirm-email/{token}", Door, Page, sign_in::register::ask)
        .post("/account/confirm-email/{token}", Door, Page, sign_in::register::confirm)
        .get("/account/reset-password", Door, Page, sign_in::password::show_reset)
        .post("/account/reset-password", Door, Page, sign_in::password::ask_for_link)
        .get("/account/set-password/{token}", Door, Page, sign_in::password::show_set)
        .post("/account/set-password/{token}", Door, Page, sign_in::password::set_by_link)
        .get("/account/first-operator/{token}", Door, Page, sign_in::first_operator::show)
        .post("/account/first-operator/{token}", Door, Page, sign_in::first_operator::set_up)
        .get("/account/profile", SignedIn, Page, sign_in::profile::show)
        .get("/account/profile/activity", SignedIn, Page, audit::pages::show_own)
        .post("/account/profile/accounts/{account}/leave", SignedIn, Page, sign_in::profile::leave)
        .get("/account/profile/name", SignedIn, Page, sign_in::name::show)
        .post("/account/profile/name", SignedIn, Page, sign_in::name::change)
        .post("/account/profile/language", SignedIn, Page, sign_in::profile::language)
        .post("/account/profile/password", SignedIn, Page, sign_in::profile::change_password)
        .post("/account/profile/sessions/{sid}/end", SignedIn, Page, sign_in::profile::end_session)
        .post("/account/profile/apps/{connection}/withdraw", SignedIn, Page, sign_in::profile::withdraw)
        .post("/account/profile/sessions/end-others", SignedIn, Page, sign_in::profile::end_other_sessions)
        .get("/account/invitation/{token}", Door, Page, invitation::show)
        .post("/account/invitation/{token}", Door, Page, invitation::accept)
}

/// The protocol, for apps and APIs.
fn protocol(table: Table) -> Table {
    use Guard::{Door, Open};
    use Kind::{Endpoint, Metadata, Page};
    table
        // Browsers
        .get("/connect/authorize", Open, Page, authorize::receive)
        .post("/connect/authorize", Open, Page, authorize::receive)
        .get("/connect/authorize/{id}", Door, Page, consent::pages::show)
        .post("/connect/authorize/{id}", Door, Page, consent::pages::decide)
        .get("/connect/endsession", Door, Page, end_session::show)
        .post("/connect/endsession", Open, Page, end_session::receive)
        .post("/connect/endsession/confirm", Door, Page, end_session::confirm)
        .get("/device", Door, Page, devices::pages::show)
        .post("/device", Door, Page, devices::pages::enter)
        .get("/device/done", Door, Page, devices::pages::done)
        // Programs
        .post("/connect/token", Open, Endpoint, token::give)
        .preflight("/connect/token")
        .post("/connect/deviceauthorization", Open, Endpoint, device::begin)
        .post("/connect/par", Open, Endpoint, par::receive)
        .preflight("/connect/par")
        .post("/connect/introspect", Open, Endpoint, introspection::tell)
        .post("/connect/revocation", Open, Endpoint, revocation::take_back)
        .preflight("/connect/revocation")
        .get("/api/v1/revocations", Open, Endpoint, revocations::follow)
        .get("/connect/userinfo", Open, Endpoint, userinfo::show)
        .post("/connect/userinfo", Open, Endpoint, userinfo::show)
        .preflight("/connect/userinfo")
        .post("/connect/register", Open, Endpoint, register::create)
        .preflight("/connect/register")
        .get("/connect/register/{id}", Open, Endpoint, register::show)
        .put("/connect/register/{id}", Open, Endpoint, register::replace)
        .delete("/connect/register/{id}", Open, Endpoint, register::remove)
        .preflight("/connect/register/{id}")
        .get("/.well-known/openid-configuration", Open, Metadata, metadata::discovery)
        .get("/.well-known/oauth-authorization-server", Open, Metadata, metadata::discovery)
        .get("/.well-known/openid-configuration/jwks", Open, Metadata, metadata::keys)
        .get("/.well-known/oauth-protected-resource/resources", Open, Metadata, metadata::own_api)
}

/// The dashboard.
fn desk(table: Table) -> Table {
    use Guard::{Admin, Member};
    use Kind::Page;
    table
        // My store apps
        .get("/apps/store-apps", Admin, Page, apps::pages::list::store_apps)
        .get("/apps/store-apps/create", Admin, Page, apps::pages::create::store_form)
        .post("/apps/store-apps/create", Admin, Page, apps::pages::create::store_send)
        .get("/apps/store-apps/{app}", Admin, Page, apps::pages::show::show)
        .get("/apps/store-apps/{app}/edit", Admin, Page, apps::pages::modify::edit_form)
        .post("/apps/store-apps/{app}/edit", Admin, Page, apps::pages::modify::save)
        .post("/apps/store-apps/{app}/check", Admin, Page, apps::pages::modify::check)
        .get("/apps/store-apps/{app}/submit", Admin, Page, review::submit::show)
        .post("/apps/store-apps/{app}/submit", Admin, Page, review::submit::send)
        .post("/apps/store-apps/{app}/submit/check", Admin, Page, review::submit::check)
        .post("/apps/store-apps/{app}/submit/comment", Admin, Page, review::submit::say)
        .post("/apps/store-apps/{app}/withdraw", Admin, Page, review::submit::take_back)
        .post("/apps/store-apps/{app}/discard", Admin, Page, apps::pages::modify::discard)
        .get("/apps/store-apps/{app}/secrets", Admin, Page, apps::pages::secrets::once)
        .post("/apps/store-apps/{app}/secrets", Admin, Page, apps::pages::secrets::add)
        .post("/apps/store-apps/{app}/secrets/{secret}/revoke", Admin, Page, apps::pages::secrets::revoke)
        .get("/apps/store-apps/{app}/webhook", Admin, Page, webhook::show)
        .post("/apps/store-apps/{app}/webhook", Admin, Page, webhook::put)
        .get("/apps/store-apps/{app}/webhook/secret", Admin, Page, webhook::once)
        .post("/apps/store-apps/{app}/webhook/secret", Admin, Page, webhook::rotate)
        .post("/apps/store-apps/{app}/webhook/secret/end", Admin, Page, webhook::end_former)
        .post("/apps/store-apps/{app}/webhook/pause", Admin, Page, webhook::pause)
        .post("/apps/store-apps/{app}/webhook/resume", Admin, Page, webhook::resume)
        .post("/apps/store-apps/{app}/webhook/test", Admin, Page, webhook::test)
        .post("/apps/store-apps/{app}/webhook/remove", Admin, Page, webhook::remove)
        .post("/apps/store-apps/{app}/webhook/events/{event}/replay", Admin, Page, webhook::replay)
        .post("/apps/store-apps/{app}/delete", Admin, Page, apps::pages::modify::delete)
        .post("/apps/store-apps/{app}/try", Admin, Page, apps::pages::trial::begin)
        .get("/apps/store-apps/{app}/listing", Admin, Page, store::listing::show)
        .post("/apps/store-apps/{app}/listing", Admin, Page, store::listing::save)
        .get("/apps/store-apps/{app}/listing/preview", Admin, Page, store::listing::preview)
        .post("/apps/store-apps/{app}/listing/publish", Admin, Page, store::listing::publish)
        .post("/apps/store-apps/{app}/listing/unpublish", Admin, Page, store::listing::unpublish)
        .get("/apps/try/callback", Admin, Page, apps::pages::trial::callback)
        .post("/apps/try/tokens", Admin, Page, apps::pages::trial::tokens)
        .get("/apps/refused-requests", Admin, Page, apps::pages::refusals::show)
        .post("/apps/check-redirect-uri", Admin, Page, apps::pages::check::redirect_uri)
        .post("/apps/check-logo", Admin, Page, apps::pages::check::logo)
        .get("/apps/profiles", Member, Page, apps::pages::profiles::show)
        // Custom apps
        .get("/apps/connected-apps/create", Admin, Page, apps::pages::create::custom_form)
        .post("/apps/connected-apps/create", Admin, Page, apps::pages::create::custom_send)
        .get("/apps/custom-apps/{app}", Admin, Page, apps::pages::show::show)
        .get("/apps/custom-apps/{app}/edit", Admin, Page, apps::pages::modify::edit_form)
        .post("/apps/custom-apps/{app}/edit", Admin, Page, apps::pages::modify::save)
        .get("/apps/custom-apps/{app}/secrets", Admin, Page, apps::pages::secrets::once)
        .post("/apps/custom-apps/{app}/secrets", Admin, Page, apps::pages::secrets::add)
        .post("/apps/custom-apps/{app}/secrets/{secret}/revoke", Admin, Page, apps::pages::secrets::revoke)
        .post("/apps/custom-apps/{app}/try", Admin, Page, apps::pages::trial::begin)
        .post("/apps/custom-apps/{app}/delete", Admin, Page, apps::pages::modify::delete)
        // Connected apps
        .get("/apps/connected-apps", Member, Page, connected::list)
        .get("/apps/connected-apps/connection/{id}", Member, Page, connected::show)
        .post("/apps/connected-apps/connection/{id}/disconnect", Member, Page, connected::end)
        .post("/apps/connected-apps/requests/{id}/dismiss", Admin, Page, connected::dismiss)
        .post("/apps/store-apps/{app}/connections/{id}/disconnect", Admin, Page, connected::end_by_owner)
}

/// The reviewers' desk.
fn reviewers(table: Table) -> Table {
    use Guard::Reviewer;
    use Kind::Page;
    table
        .get("/review", Reviewer, Page, review::queue::show)
        .get("/review/{submission}", Reviewer, Page, review::submission::show)
        .post("/review/{submission}/assign", Reviewer, Page, review::desk::take)
        .post("/review/{submission}/release", Reviewer, Page, review::desk::give_back)
        .post("/review/{submission}/check", Reviewer, Page, review::desk::check)
        .post("/review/{submission}/comment", Reviewer, Page, review::desk::say)
        .post("/review/{submission}/decide", Reviewer, Page, review::desk::decide)
        .get("/review/{submission}/record", Reviewer, Page, review::record::show)
        .get("/review/{submission}/record.json", Reviewer, Page, review::record::json)
}

/// The account that the dashboard shows, and its people.
fn account(table: Table) -> Table {
    use Guard::{Admin, Member, SignedIn};
    use Kind::Page;
    table
        .get("/account/members", Member, Page, members::show)
        .post("/account/members", Admin, Page, members::invite)
        .get("/account/members/{member}", Admin, Page, member::show)
        .post("/account/members/{member}", Admin, Page, member::change)
        .post("/account/members/{member}/remove", Admin, Page, member::remove)
        .post("/account/invitations/{invitation}/resend", Admin, Page, members::resend)
        .post("/account/invitations/{invitation}/revoke", Admin, Page, members::revoke)
        .post("/account/switch", SignedIn, Page, switch::switch)
        .get("/account/settings", Admin, Page, settings::show)
        .post("/account/settings", Admin, Page, settings::save)
        .get("/account/audit", Admin, Page, audit::pages::show)
}

/// Every account of the server, and what all have in common.
fn operators(table: Table) -> Table {
    use Guard::Operator;
    use Kind::Page;
    table
        .get("/admin/accounts", Operator, Page, operator::list)
        .get("/admin/accounts/create", Operator, Page, operator::create_form)
        .post("/admin/accounts/create", Operator, Page, operator::create)
        .get("/admin/accounts/{account}", Operator, Page, operator::show)
        .post("/admin/accounts/{account}/suspend", Operator, Page, operator::suspend_account)
        .post("/admin/accounts/{account}/resume", Operator, Page, operator::resume_account)
        .get("/admin/machine-apps", Operator, Page, registration::pages::list)
        .post("/admin/machine-apps", Operator, Page, registration::pages::decided)
        .get("/admin/scopes", Operator, Page, catalogue::pages::show)
        .post("/admin/scopes", Operator, Page, catalogue::pages::import_file)
}

/// The REST API, for programs with an access token.
fn rest(table: Table) -> Table {
    use Guard::Bearer;
    use Kind::Api;
    const CLIENTS: Guard = Bearer(&["identity:clients.manage"]);
    const READ: Guard = Bearer(accounts::api::READ);
    const MANAGE: Guard = Bearer(accounts::api::MANAGE);
    table
        // Apps and connections of the account
        .get("/api/v1/clients", CLIENTS, Api, apps::api::list)
        .post("/api/v1/clients", CLIENTS, Api, apps::api::create)
        .get("/api/v1/clients/{client_id}", CLIENTS, Api, apps::api::show)
        .patch("/api/v1/clients/{client_id}", CLIENTS, Api, apps::api::change)
        .delete("/api/v1/clients/{client_id}", CLIENTS, Api, apps::api::delete)
        .get("/api/v1/clients/{client_id}/secrets", CLIENTS, Api, apps::api::list_secrets)
        .post("/api/v1/clients/{client_id}/secrets", CLIENTS, Api, apps::api::add_secret)
        .delete("/api/v1/clients/{client_id}/secrets/{secret}", CLIENTS, Api, apps::api::revoke_secret)
        .get("/api/v1/clients/{client_id}/listing", CLIENTS, Api, storefront::api::show)
        .put("/api/v1/clients/{client_id}/listing", CLIENTS, Api, storefront::api::put)
        .post("/api/v1/clients/{client_id}/listing/publish", CLIENTS, Api, storefront::api::publish)
        .post("/api/v1/clients/{client_id}/listing/unpublish", CLIENTS, Api, storefront::api::unpublish)
        .get("/api/v1/clients/{client_id}/webhook", CLIENTS, Api, webhook_api::show)
        .put("/api/v1/clients/{client_id}/webhook", CLIENTS, Api, webhook_api::put)
        .delete("/api/v1/clients/{client_id}/webhook", CLIENTS, Api, webhook_api::remove)
        .post("/api/v1/clients/{client_id}/webhook/secret", CLIENTS, Api, webhook_api::rotate)
        .post("/api/v1/clients/{client_id}/webhook/test", CLIENTS, Api, webhook_api::test)
        .get("/api/v1/clients/{client_id}/webhook/events", CLIENTS, Api, webhook_api::events)
        .post("/api/v1/clients/{client_id}/webhook/events/{event}/replay", CLIENTS, Api, webhook_api::replay)
        .get("/api/v1/connections", CLIENTS, Api, connections::api::of_apps)
        .get("/api/v1/connected-apps", CLIENTS, Api, connections::api::list)
        .delete("/api/v1/connected-apps/{id}", CLIENTS, Api, connections::api::end)
        // Users of the account
        .get("/api/v1/roles", Bearer(&[]), Api, accounts::api::roles)
        .get("/api/v1/users", READ, Api, users::list)
        .get("/api/v1/users/me", READ, Api, users::me)
        .get("/api/v1/users/{user}", READ, Api, users::show)
        .patch("/api/v1/users/{user}", MANAGE, Api, users::change)
        .get("/api/v1/account/invitations", READ, Api, invitations::list)
        .post("/api/v1/account/invitations", MANAGE, Api, invitations::create)
        .delete("/api/v1/account/invitations/{email}", MANAGE, Api, invitations::delete)
}

/// The store, for everybody.
fn shop(table: Table) -> Table {
    use Guard::{Door, Open};
    use Kind::{Asset, Metadata, Public};
    table
        .get("/store", Door, Public, store::store::front)
        .get("/store/search", Door, Public, store::store::search)
        .get("/store/categories/{category}", Door, Public, store::store::category)
        .get("/store/apps/{app}", Door, Public, store::store::show)
        .get("/store/feed.json", Open, Metadata, storefront::feed::feed)
        .get("/store/screenshots/{id}", Open, Asset, storefront::screenshots::serve)
        .get("/sitemap.xml", Open, Metadata, storefront::feed::sitemap)
        .get("/robots.txt", Open, Metadata, storefront::feed::robots)
}

/// What is the same for everybody.
fn files(table: Table) -> Table {
    use Guard::Open;
    use Kind::Asset;
    table
        .get("/assets/{file}", Open, Asset, assets::serve)
        .get("/logos/{id}", Open, Asset, apps::logo::serve)
        .get("/branding/{file}", Open, Asset, branding::serve)
}
