//! An app, an account, and grants between them as consent makes them: what the stories about tokens begin with.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantry_oauth::Timestamp;
use grantry_oauth::secret::{self, TokenKind};
use grantry_store::Error;
use grantry_store::code::NewCode;
use grantry_store::connection::{ConnectionKind, NewConnection};
use grantry_store::grant::NewGrant;
use grantry_store::id::{ConnectionId, GrantId, SessionId};
use grantry_store::session::NewSession;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{AppWish, Person, RegisteredApp, Setup, Tenant};
use grantry_testkit::{Engine, World};
use serde_json::Value;
use url::form_urlencoded;

pub(crate) const CALLBACK: &str = "https://app.example/callback";
/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const EVERYTHING: &str = "openid profile email offline_access reservations.read folios.read";

/// A developer's store app, a custom app, and a customer account with its admin.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) developer: Tenant,
    pub(crate) hotel: Tenant,
    pub(crate) app: RegisteredApp,
    pub(crate) custom: RegisteredApp,
}

/// What one authorization gave.
pub(crate) struct Granted {
    pub(crate) grant: GrantId,
    pub(crate) connection: ConnectionId,
    pub(crate) sid: SessionId,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(World::setup()).await
    }

    pub(crate) async fn on(engine: Engine) -> Self {
        Self::with(World::setup().on(engine)).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let world = setup.start().await;
        let developer = world.developer("SDXE").await;
        let hotel = world.customer("HOTL").await;
        let wish =
            AppWish::store("MYAPP").returning_to(CALLBACK).asking_for(&["reservations.read", "folios.read"]);
        let app = world.registers(&developer, es256(wish)).await;
        let custom = world.custom_app(&hotel, "OWN", &["reservations.read", "rates.read"]).await;
        Self { world, developer, hotel, app, custom }
    }

    /// A public app of the developer.
    pub(crate) async fn public_app(&self) -> RegisteredApp {
        let wish = AppWish::store("PHONE").public().returning_to(CALLBACK).asking_for(&["reservations.read"]);
        self.world.registers(&self.developer, es256(wish)).await
    }

    /// Consent as the hotel's admin gives it to the store app.
    pub(crate) async fn granted(&self, scopes: &str) -> Granted {
        self.granted_by(&self.hotel.admin, &self.app, ConnectionKind::Account, scopes).await
    }

    pub(crate) async fn granted_by(
        &self,
        person: &Person,
        to: &RegisteredApp,
        kind: ConnectionKind,
        scopes: &str,
    ) -> Granted {
        let app = self.world.app();
        let now = app.clock.now();
        let sid = SessionId::new(app.random.bytes());
        let session = NewSession {
            id_hash: app.random.bytes(),
            sid: sid.clone(),
            person_id: person.id.clone(),
            account_id: Some(self.hotel.id.clone()),
            amr: "pwd".to_owned(),
            user_agent: String::new(),
            ip: String::new(),
            expires_at: Timestamp(now.0 + 1_000_000_000),
        };
        let connection = NewConnection {
            id: ConnectionId::new(app.random.bytes()),
            app_id: to.id.clone(),
            account_id: self.hotel.id.clone(),
            kind,
            person_id: person.id.clone(),
        };
        let grant = GrantId::new(now, app.random.bytes());
        let new = NewGrant {
            id: grant.clone(),
            connection_id: connection.id.clone(),
            app_id: to.id.clone(),
            person_id: person.id.clone(),
            account_id: self.hotel.id.clone(),
            scopes: scopes.to_owned(),
            resource: Vec::new(),
            claims: None,
            session_sid: Some(sid.clone()),
            auth_time: now,
            outlives_person: kind == ConnectionKind::Account,
            keep_until: Timestamp(now.0 + 200 * 86_400_000),
        };
        let made = app.store.write(now, |tx| async move {
            tx.insert_session(&session).await?;
            let connection = tx.connect(&connection, &[]).await?;
            tx.insert_grant(&NewGrant { connection_id: connection.id.clone(), ..new }).await?;
            Ok::<_, Error>(connection.id)
        });
        Granted { grant, connection: made.await.expect("the grant is kept"), sid }
    }

    /// A code of a grant, bound to the challenge and the nonce `n-1`.
    pub(crate) async fn code(&self, to: &RegisteredApp, granted: &Granted) -> String {
        self.code_with(to, granted, Some(CHALLENGE)).await
    }

    pub(crate) async fn code_with(
        &self,
        to: &RegisteredApp,
        granted: &Granted,
        challenge: Option<&str>,
    ) -> String {
        self.keeps_code(to, granted, challenge, None).await
    }

    /// A code that only the holder of a key may exchange.
    pub(crate) async fn code_bound_to(
        &self,
        to: &RegisteredApp,
        granted: &Granted,
        jkt: Option<&str>,
    ) -> String {
        self.keeps_code(to, granted, Some(CHALLENGE), jkt).await
    }

    async fn keeps_code(
        &self,
        to: &RegisteredApp,
        granted: &Granted,
        challenge: Option<&str>,
        jkt: Option<&str>,
    ) -> String {
        let app = self.world.app();
        let now = app.clock.now();
        let code = secret::mint(TokenKind::Code, app.random.bytes());
        let new = NewCode {
            hash: secret::hash(code.expose()),
            app_id: to.id.clone(),
            grant_id: granted.grant.clone(),
            redirect_uri: CALLBACK.to_owned(),
            code_challenge: challenge.map(str::to_owned),
            nonce: Some("n-1".to_owned()),
            dpop_jkt: jkt.map(str::to_owned),
            expires_at: Timestamp(now.0 + 60_000),
        };
        let made = app.store.write(now, |tx| async move { tx.insert_code(&new).await });
        made.await.expect("the code is kept");
        code.expose().clone()
    }

    /// Exchanges a code as the app does that it was issued to.
    pub(crate) async fn exchanges(&self, app: &RegisteredApp, code: &str) -> Reply {
        self.asks(app, &exchange(code)).await
    }

    /// Refreshes as the app does that holds the token.
    pub(crate) async fn refreshes(&self, app: &RegisteredApp, token: &str) -> Reply {
        self.asks(app, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// The tokens of a fresh consent.
    pub(crate) async fn tokens(&self, scopes: &str) -> Value {
        let granted = self.granted(scopes).await;
        let reply = self.exchanges(&self.app, &self.code(&self.app, &granted).await).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// A token request of an app with its secret in the header; of a public one with its ID in the body.
    pub(crate) async fn asks(&self, app: &RegisteredApp, form: &[(&str, &str)]) -> Reply {
        self.calls("/connect/token", app, form).await
    }

    pub(crate) async fn calls(&self, path: &str, app: &RegisteredApp, form: &[(&str, &str)]) -> Reply {
        if app.client_secret.is_empty() {
            let mut form = form.to_vec();
            form.push(("client_id", &app.client_id));
            return self.world.post(path, &[FORM], &encoded(&form)).await;
        }
        let basic = basic(&app.client_id, &app.client_secret);
        self.world.post(path, &[FORM, ("Authorization", &basic)], &encoded(form)).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Reply {
        let bearer = format!("Bearer {access_token}");
        self.world.send("GET", "/connect/userinfo", &[("Authorization", &bearer)], "").await
    }

    /// Whether the app that holds a token is told that it is active.
    pub(crate) async fn is_active(&self, app: &RegisteredApp, token: &str) -> bool {
        let reply = self.calls("/connect/introspect", app, &[("token", token)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["active"].as_bool().expect("active is said")
    }

    /// Changes something in the store, as a use-case would.
    pub(crate) async fn changes<F, Fut, T>(&self, work: F) -> T
    where
        F: FnOnce(grantry_store::Tx) -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        let app = self.world.app();
        app.store.write(app.clock.now(), work).await.expect("the change is kept")
    }
}

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// ID tokens of ES256: an RSA key takes long to make in a build without optimisation.
fn es256(mut wish: AppWish) -> AppWish {
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    wish
}

pub(crate) fn exchange(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

pub(crate) fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// What a JWT says, without asking who signed it.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The text of a member of an answer.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// Status and error code of a refusal.
pub(crate) fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, text(&reply.json(), "error").to_owned())
}
