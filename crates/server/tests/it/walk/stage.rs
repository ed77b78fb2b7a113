//! The stage of the walks: who is there, and how the variable parts of each path are filled.

use grantry::accounts::members::RawMember;
use grantry::accounts::{Access, invitations};
use grantry::apps::webhook;
use grantry::routes::{self, Guard, Kind, Route};
use grantry::sign_in::link::Link;
use grantry::sign_in::{Address, set_password};
use grantry::web::Words;
use grantry::web::assets::Assets;
use grantry_store::Error;
use grantry_store::action_token::ActionKind;
use grantry_store::audit::Origin;
use grantry_store::id::{ConnectionId, ConnectionRequestId, InvitationId, SubmissionId};
use grantry_testkit::http::{Client, Reply};
use grantry_testkit::world::{AppWish, Person, RegisteredApp, Setup, Tenant};
use grantry_testkit::{Form, World};
use http::Method;
use std::time::Duration;

/// A server with somebody of every kind, and an app.
pub(crate) struct Stage {
    pub(crate) world: World,
    /// A developer account that owns the app.
    pub(crate) acme: Tenant,
    /// A member of it without privilege.
    pub(crate) bob: Person,
    /// Another developer account, with the same rights over its own things.
    pub(crate) rival: Tenant,
    pub(crate) operator: Tenant,
    app: RegisteredApp,
    custom_app: RegisteredApp,
    /// A logo that is served.
    logo: String,
    /// The account has connected its own app, and a member wishes for it.
    connection: ConnectionId,
    wish: ConnectionRequestId,
    /// The app waits for approval.
    submission: SubmissionId,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(World::setup()).await
    }

    /// The same server behind an https address, as a proxy in front would make it.
    pub(crate) async fn behind_https() -> Self {
        let setup = World::setup().configured(|config| {
            config.server.public_url =
                Some("https://connect.innkeeper.example".parse().expect("a public URL"));
        });
        Self::with(setup).await
    }

    async fn with(setup: Setup) -> Self {
        let world = setup.start().await;
        let acme = world.developer("ACME").await;
        let bob = world.member(&acme, "Bob Brown").await;
        let rival = world.developer("RIVL").await;
        let operator = world.operator().await;
        let app =
            world.store_app(&acme, "TOOL", "https://tool.example/callback", &["reservations.read"]).await;
        let custom_app = world.custom_app(&acme, "ROBOT", &["reservations.read"]).await;
        let logo = keep_logo(&world).await;
        let connection = world.connects(&acme, &app, &["reservations.read"]).await;
        let wish = world.wishes(&acme, &bob, &app).await;
        let submission = world.waits_for_approval(&acme, &app).await;
        Self { world, acme, bob, rival, operator, app, custom_app, logo, connection, wish, submission }
    }

    /// Every line of the table.
    pub(crate) fn rows(&self) -> Vec<Route> {
        routes::table(self.world.app()).rows().to_vec()
    }

    /// A path that exists, for whoever may use this route. What can be used once is new each time.
    pub(crate) async fn path(&self, row: &Route) -> String {
        let path = match row.path {
            "/assets/{file}" => Assets::embedded().css.to_owned(),
            // One that waits for nobody here: its own stories are in consent.rs.
            "/connect/authorize/{id}" => "/connect/authorize/somebody-elses".to_owned(),
            "/logos/{id}" => format!("/logos/{}", self.logo),
            "/branding/{file}" => self.world.app().brand().css_url,
            "/account/confirm-email/{token}" => self.link(&ActionKind::ConfirmEmail).await,
            "/account/set-password/{token}" => self.link(&ActionKind::SetPassword).await,
            // There is an operator, so no such link works.
            "/account/first-operator/{token}" => "/account/first-operator/none".to_owned(),
            "/account/profile/sessions/{sid}/end" => {
                let sessions = self.world.app().store.reader();
                let now = self.world.app().clock.now();
                self.world.signed_in(&self.acme.admin).await;
                let sessions = sessions.list_sessions(&self.acme.admin.id, now).await.expect("sessions");
                let session = sessions.first().expect("the admin has signed in");
                format!("/account/profile/sessions/{}/end", session.sid)
            }
            "/account/profile/apps/{connection}/withdraw" => {
                format!("/account/profile/apps/{}/withdraw", self.connection)
            }
            "/account/invitation/{token}" => self.invites().await.0,
            path if path.contains("{invitation}") => {
                path.replace("{invitation}", self.invites().await.1.as_str())
            }
            path if path.contains("{member}") => path.replace("{member}", self.bob.id.as_str()),
            path if path.contains("{account}") => path.replace("{account}", self.acme.id.as_str()),
            path if path.contains("{submission}") => path.replace("{submission}", self.submission.as_str()),
            path if path.contains("{user}") => path.replace("{user}", self.bob.id.as_str()),
            path if path.contains("{email}") => path.replace("{email}", &self.invites().await.2),
            path if path.contains("/requests/{id}") => path.replace("{id}", self.wish.as_str()),
            path if path.contains("/connect") && path.contains("/{id}") => {
                path.replace("{app}", self.app.id.as_str()).replace("{id}", self.connection.as_str())
            }
            "/store/categories/{category}" => "/store/categories/payments".to_owned(),
            "/store/apps/{app}" => "/store/apps/acme-tool".to_owned(),
            "/store/screenshots/{id}" => "/store/screenshots/none".to_owned(),
            path if path.starts_with("/api/v1/clients/") && path.contains("/listing") => {
                path.replace("{client_id}", &self.app.client_id)
            }
            path if path.starts_with("/api/v1/clients/") => {
                let path = path.replace("{client_id}", &self.custom_app.client_id);
                self.path_of_app(&path, &self.custom_app).await
            }
            path if path.starts_with("/apps/store-apps/") => self.path_of_app(path, &self.app).await,
            path if path.starts_with("/apps/custom-apps/") => self.path_of_app(path, &self.custom_app).await,
            path => path.to_owned(),
        };
        assert!(!path.contains('{'), "walk/stage.rs does not know the variable part of {}", row.path);
        path
    }

    /// An invitation to somebody new: the path of its link, its id, and the address.
    async fn invites(&self) -> (String, InvitationId, String) {
        let app = self.world.app();
        let email = format!("new{}@x.example", u32::from_be_bytes(app.random.bytes()));
        let raw = RawMember { email: &email, access: Access::default(), words: Words::english() };
        let account = app.store.reader().find_account(&self.acme.id).await.expect("a store");
        let account = account.expect("the account");
        let invited = invitations::create(app, &Origin::command(), &account, &raw).await;
        let link = self.world.mail_link(&email).await;
        let path = link.strip_prefix(self.world.issuer()).expect("a link to this server");
        (path.to_owned(), invited.expect("an invitation"), email)
    }

    /// A link as one is mailed to a new developer, or to the admin.
    async fn link(&self, kind: &ActionKind) -> String {
        let app = self.world.app();
        let link = if *kind == ActionKind::ConfirmEmail {
            let email = format!("new{}@x.example", u32::from_be_bytes(app.random.bytes()));
            let sign_up = serde_json::json!({
                "first_name": "New", "last_name": "Comer", "email": email, "email_key": email,
                "company": "Newcomer", "password_hash": "none",
            });
            Link::new(app, "/account/confirm-email", *kind, Duration::from_secs(60)).with(&sign_up)
        } else {
            let address = Address::parse(&self.acme.admin.email).expect("an address");
            set_password::link(app, (&self.acme.admin.id, &address), set_password::FIRST_VALID_FOR)
        };
        let (made, now) = (&link, app.clock.now());
        app.store.write(now, |tx| async move { made.make(&tx).await }).await.expect("a link is made");
        link.url.replace(self.world.issuer(), "")
    }

    async fn path_of_app(&self, path: &str, app: &RegisteredApp) -> String {
        let reader = self.world.app().store.reader();
        let secrets = reader.list_secrets(&self.acme.id, &app.id).await.expect("the app has secrets");
        let secret = secrets.first().map(|secret| secret.id.to_string()).unwrap_or_default();
        let path = path.replace("{app}", app.id.as_str()).replace("{secret}", &secret);
        if path.contains("/webhook") {
            path.replace("{event}", &self.tells(app, path.ends_with("/secret/end")).await)
        } else {
            path
        }
    }

    /// Gives the app a webhook with an event, and with a secret that has another before it. Answers the event's id.
    async fn tells(&self, of: &RegisteredApp, with_former_secret: bool) -> String {
        let (app, origin, own) = (self.world.app(), Origin::command(), (&self.acme.id, &of.id));
        webhook::put(app, &origin, own, "https://tool.example/hook").await.expect("a webhook");
        if with_former_secret {
            webhook::rotate(app, &origin, own).await.expect("another secret");
        }
        webhook::test(app, &origin, own).await.expect("an event")
    }

    /// Somebody who may use this route, signed in if the route asks for it.
    pub(crate) async fn somebody_who_may(&self, row: &Route) -> Client {
        match row.guard {
            // A bearer's rights are in a header of the request, never in the client.
            Guard::Open | Guard::Door | Guard::Bearer(_) => self.world.client(),
            Guard::SignedIn | Guard::Member | Guard::Admin => self.world.signed_in(&self.acme.admin).await,
            Guard::Operator | Guard::Reviewer => self.world.signed_in(&self.operator.admin).await,
        }
    }

    /// Asks for a route as this client, the way a browser or a program would: a form carries its token.
    pub(crate) async fn asks(&self, client: &mut Client, row: &Route) -> Reply {
        let path = self.path(row).await;
        if row.kind == Kind::Page && row.method == Method::POST {
            let token = self.form_token(client).await;
            return client.posts(&Form::by_hand(&path).with("form_token", &token)).await;
        }
        client.sends(row.method.as_str(), &path, &[], "").await
    }

    /// An access token of this account, of the kind that a route of the REST API asks for: an app's own where it
    /// manages apps, one that the admin has allowed where it is about people.
    pub(crate) async fn token(&self, of: &Tenant, any_of: &[&str]) -> String {
        if any_of.is_empty() || any_of.contains(&"identity:clients.manage") {
            // It manages apps with scopes that it has itself.
            let program =
                AppWish::custom("MANAGER").asking_for(&["identity:clients.manage", "reservations.read"]);
            let program = self.world.registers(of, program).await;
            return self.world.token_of(&program, "identity:clients.manage").await;
        }
        let callback = "https://keeper.example/callback";
        let keeper = self.world.store_app(of, "KEEPER", callback, any_of).await;
        let scopes = format!("openid {}", any_of.join(" "));
        let given = self.world.tokens_for(&of.admin, &keeper, callback, &scopes).await;
        given["access_token"].as_str().expect("a token").to_owned()
    }

    /// A token of the account's own app that lets it read reservations, and nothing here.
    pub(crate) async fn token_without_scope(&self) -> String {
        self.world.token_of(&self.custom_app, "reservations.read").await
    }

    /// How many invitations of the account are open.
    pub(crate) async fn open_invitations(&self) -> usize {
        let reader = self.world.app().store.reader();
        reader.list_invitations(&self.acme.id).await.expect("invitations").len()
    }

    /// Calls a route of the REST API with a token.
    pub(crate) async fn calls(&self, row: &Route, token: &str) -> Reply {
        let path = self.path(row).await;
        let body = match (row.method.as_str(), row.path.contains("/users/")) {
            ("PATCH", true) => "[]",
            ("POST", _) if row.path.ends_with("/secrets") => r#"{"description": "another"}"#,
            ("PUT", _) if row.path.ends_with("/webhook") => r#"{"url": "https://tool.example/hook"}"#,
            ("POST" | "PATCH" | "PUT", _) => "{}",
            _ => "",
        };
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        self.world.send(row.method.as_str(), &path, &headers, body).await
    }

    /// The token that this client's forms carry.
    pub(crate) async fn form_token(&self, client: &mut Client) -> String {
        let cookie =
            if self.world.app().public_url.is_https() { "__Host-grantry-browser" } else { "grantry-browser" };
        if client.cookie(cookie).is_none() {
            client.gets("/").await;
        }
        let browser = client.cookie(cookie).expect("the first page gives a browser cookie");
        self.world.app().form_key.token(browser)
    }
}

/// Keeps a logo that no app has fetched.
async fn keep_logo(world: &World) -> String {
    let app = world.app();
    let kept = app
        .store
        .write(app.clock.now(), |tx| async move { tx.put_logo("image/png", (1, 1), b"any bytes").await });
    let kept: Result<String, Error> = kept.await;
    kept.expect("a logo is kept")
}

/// `GET /path`, for messages.
pub(crate) fn name(row: &Route) -> String {
    format!("{} {}", row.method, row.path)
}

/// Routes that change something and are called from a page of ours.
pub(crate) fn is_posted_page(row: &Route) -> bool {
    row.kind == Kind::Page && row.method != Method::GET && row.guard != Guard::Open
}
