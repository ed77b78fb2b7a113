//! What is announced of tokens: how they are got, who may ask, who signs them, and what they say.

use std::collections::BTreeSet;

use grantry_testkit::proof::{ProofKey, ProofWish};
use grantry_testkit::world::RegisteredApp;
use serde_json::{Value, json};

use super::stage::{
    ACCESS_TOKEN, DEVICE, EXCHANGE, Endpoint, SCOPES, Stage, VERIFIER, alg, basic, claims, exchange, header,
    text,
};

const OWN: (&str, &str) = ("grant_type", "client_credentials");

type Pairs<'a> = &'a [(&'a str, &'a str)];

impl Stage {
    pub(super) async fn token_endpoint(&self) {
        self.grant_type("client_credentials").await;
    }

    /// OIDC Core §5.3.1: GET and POST.
    pub(super) async fn userinfo_endpoint(&self) {
        let app = self.store(|_| {}).await;
        let tokens = self.tokens(&app, &[]).await;
        let bearer = format!("Bearer {}", text(&tokens, "access_token"));
        for method in ["GET", "POST"] {
            let path = self.at("userinfo_endpoint");
            let reply = self.scene.world.send(method, &path, &[("Authorization", &bearer)], "").await;
            assert_eq!(reply.json()["sub"], self.scene.hotel.admin.id.as_str());
        }
    }

    pub(super) async fn jwks_uri(&self) {
        let app = self.store(|_| {}).await;
        let tokens = self.tokens(&app, &[]).await;
        self.verifies(text(&tokens, "id_token"), &app.client_id).await;
        self.verifies(text(&tokens, "access_token"), "api").await;
    }

    pub(super) async fn introspection_endpoint(&self) {
        let app = self.custom(|_| {}).await;
        let token = self.scene.world.token_of(&app, "reservations.read").await;
        assert!(self.is_active(&app, &token).await);
        assert!(!self.is_active(&app, "another").await);
    }

    pub(super) async fn revocation_endpoint(&self) {
        let app = self.custom(|_| {}).await;
        let token = self.scene.world.token_of(&app, "reservations.read").await;
        let reply = self.calls("revocation_endpoint", &app, &[("token", &token)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(!self.is_active(&app, &token).await);
    }

    pub(super) async fn device_authorization_endpoint(&self) {
        self.grant_type(DEVICE).await;
    }

    pub(super) async fn grant_type(&self, value: &str) {
        let given = match value {
            "authorization_code" => {
                let app = self.store(|_| {}).await;
                self.tokens(&app, &[]).await
            }
            "refresh_token" => {
                let app = self.store(|_| {}).await;
                let tokens = self.tokens(&app, &[]).await;
                let form = [("grant_type", value), ("refresh_token", text(&tokens, "refresh_token"))];
                self.calls("token_endpoint", &app, &form).await.json()
            }
            "client_credentials" => {
                let app = self.custom(|_| {}).await;
                self.calls("token_endpoint", &app, &[("grant_type", value)]).await.json()
            }
            DEVICE => self.device().await,
            EXCHANGE => {
                let app = self.store(|raw| raw.token_exchange = Some(true)).await;
                let tokens = self.tokens(&app, &[]).await;
                let form = [
                    ("grant_type", value),
                    ("subject_token", text(&tokens, "access_token")),
                    ("subject_token_type", ACCESS_TOKEN),
                    ("scope", "reservations.read"),
                ];
                self.calls("token_endpoint", &app, &form).await.json()
            }
            other => panic!("grant type {other}"),
        };
        assert_eq!(claims(text(&given, "access_token"))["iss"], self.scene.world.issuer());
    }

    async fn device(&self) -> Value {
        let app = self.store(|raw| raw.device_grant = Some(true)).await;
        let begun = self.calls("device_authorization_endpoint", &app, &[("scope", SCOPES)]).await.json();
        let issuer = self.scene.world.issuer();
        let page = text(&begun, "verification_uri_complete").strip_prefix(issuer).expect("on this host");
        let mut ada = self.scene.ada().await;
        let code = ada.opens(page).await;
        let consent = ada.submits(&code.form("Continue")).await;
        let done = ada.submits(&consent.form("Allow").pressing("Allow")).await;
        assert!(done.says("Your device is connected"), "{}", done.body);
        let form = [("grant_type", DEVICE), ("device_code", text(&begun, "device_code"))];
        self.calls("token_endpoint", &app, &form).await.json()
    }

    pub(super) async fn proof_alg(&self, value: &str) {
        let key = ProofKey::of(alg(value));
        let app = self.custom(|raw| raw.dpop_bound = Some(true)).await;
        let path = self.at("token_endpoint");
        let proof = key.proof(&ProofWish::of(&self.scene.world, "POST", &path));
        let headers = [("Authorization", basic(&app)), ("DPoP", proof)];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let reply = self.posts(&path, &headers, &[OWN]).await;
        assert_eq!(reply.status, 200, "{value}: {}", reply.body);
        let given = reply.json();
        assert_eq!(given["token_type"], "DPoP");
        assert_eq!(claims(text(&given, "access_token"))["cnf"]["jkt"], key.thumbprint());
    }

    /// An app of this method is let in, and nobody else in its name.
    pub(super) async fn auth_method(&self, endpoint: Endpoint, value: &str) {
        match value {
            "client_secret_basic" => {
                let app = self.custom(|_| {}).await;
                let authorization = basic(&app);
                self.is_let_in(endpoint, &app, (&[("Authorization", &authorization)], &[])).await;
            }
            "client_secret_post" => {
                let app = self.custom(|_| {}).await;
                let form = [("client_id", app.client_id.as_str()), ("client_secret", &app.client_secret)];
                self.is_let_in(endpoint, &app, (&[], &form)).await;
            }
            "private_key_jwt" => self.auth_alg(endpoint, "ES256").await,
            "none" => {
                let app = self.store(|raw| "public".clone_into(&mut raw.client_type)).await;
                let back = self.comes_back(&app, &[]).await;
                let mut form = exchange(back.code(self.scene.world.issuer()), VERIFIER);
                form.push(("client_id", &app.client_id));
                let given = self.posts(&self.at("token_endpoint"), &[], &form).await;
                assert_eq!(given.status, 200, "{}", given.body);
                if endpoint == Endpoint::Revocation {
                    let tokens = given.json();
                    let token = text(&tokens, "access_token");
                    let form = [("token", token), ("client_id", app.client_id.as_str())];
                    assert_eq!(self.posts(&self.at(endpoint.member()), &[], &form).await.status, 200);
                    assert_eq!(self.userinfo(&tokens).await.status, 401, "revoked");
                }
                assert_ne!(endpoint, Endpoint::Introspection, "nobody asks without saying who asks");
            }
            other => panic!("method {other}"),
        }
    }

    /// A request with these credentials does what the endpoint is for; one in the same app's name without them does not.
    async fn is_let_in(
        &self,
        endpoint: Endpoint,
        app: &RegisteredApp,
        (headers, credentials): (Pairs<'_>, Pairs<'_>),
    ) {
        let token = self.scene.world.token_of(app, "reservations.read").await;
        let asked = if endpoint == Endpoint::Token { vec![OWN] } else { vec![("token", token.as_str())] };
        let path = self.at(endpoint.member());
        let bare = [&asked[..], &[("client_id", app.client_id.as_str())]].concat();
        assert_eq!(self.posts(&path, &[], &bare).await.status, 401, "{endpoint:?}");
        let reply = self.posts(&path, headers, &[&asked[..], credentials].concat()).await;
        assert_eq!(reply.status, 200, "{endpoint:?}: {}", reply.body);
        match endpoint {
            Endpoint::Token => assert!(reply.json()["access_token"].is_string()),
            Endpoint::Introspection => assert_eq!(reply.json()["active"], true),
            Endpoint::Revocation => assert!(!self.is_active(app, &token).await),
        }
    }

    pub(super) async fn auth_alg(&self, endpoint: Endpoint, value: &str) {
        let (app, key) = self.signing(alg(value)).await;
        let given = self.signed("token_endpoint", (&app, &key), &[OWN]).await;
        assert_eq!(given.status, 200, "{value}: {}", given.body);
        if endpoint == Endpoint::Token {
            return;
        }
        let given = given.json();
        let token = [("token", text(&given, "access_token"))];
        let active = async || {
            self.signed("introspection_endpoint", (&app, &key), &token).await.json()["active"].clone()
        };
        assert_eq!(active().await, true);
        if endpoint == Endpoint::Revocation {
            assert_eq!(self.signed("revocation_endpoint", (&app, &key), &token).await.status, 200);
            assert_eq!(active().await, false);
        }
    }

    pub(super) async fn id_token_alg(&self, value: &str) {
        let app = self.store(|raw| value.clone_into(&mut raw.id_token_alg)).await;
        let tokens = self.tokens(&app, &[]).await;
        let token = text(&tokens, "id_token");
        assert_eq!(header(token)["alg"], value);
        self.verifies(token, &app.client_id).await;
    }

    pub(super) async fn userinfo_alg(&self, value: &str) {
        let app = self.store(|raw| value.clone_into(&mut raw.userinfo_alg)).await;
        let reply = self.userinfo(&self.tokens(&app, &[]).await).await;
        assert_eq!(reply.header("content-type"), Some("application/jwt"), "{}", reply.body);
        assert_eq!(header(&reply.body)["alg"], value);
        let said = self.verifies(&reply.body, &app.client_id).await;
        assert_eq!(said["sub"], self.scene.hotel.admin.id.as_str());
    }

    pub(super) async fn claim_type(&self, value: &str) {
        assert_eq!(value, "normal");
        let app = self.store(|_| {}).await;
        let said = self.userinfo(&self.tokens(&app, &[("scope", "openid email")]).await).await.json();
        assert!(said["email"].is_string() && said.get("_claim_names").is_none(), "{said}");
    }

    fn announced(&self, member: &str) -> BTreeSet<String> {
        let list = self.document[member].as_array().unwrap_or_else(|| panic!("no {member}"));
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// An app may register every API scope, and a person give all of it.
    pub(super) async fn every_scope(&self) {
        let announced = self.announced("scopes_supported");
        let oidc = grantry_oauth::scope::OIDC_SCOPES.map(str::to_owned);
        assert!(announced.is_superset(&oidc.clone().into()) && announced.len() > 20, "{announced:?}");
        let api = announced.iter().filter(|scope| !oidc.contains(scope)).cloned().collect();
        let app = self.store(|raw| raw.scopes = api).await;
        let all = announced.iter().cloned().collect::<Vec<_>>().join(" ");
        let tokens = self.tokens(&app, &[("scope", &all)]).await;
        let given = text(&tokens, "scope").split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(given, announced);
    }

    /// Everything that can be known of a person is in the ID token or in userinfo, and nothing that is not announced.
    pub(super) async fn every_claim(&self) {
        let known = json!({
            "middle_name": "M", "nickname": "Addie", "preferred_username": "ada", "gender": "female",
            "profile": "https://ada.example", "picture": "https://ada.example/p.png",
            "website": "https://ada.example/", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
            "address": { "country": "UK" }, "phone_number": "+44 1", "phone_number_verified": true,
        });
        let server = self.scene.world.app();
        let (id, known) = (self.scene.hotel.admin.id.clone(), known.to_string());
        let kept = server.store.write(server.clock.now(), |tx| async move {
            tx.set_claims(&id, &known).await?;
            tx.set_locale(&id, Some("en")).await
        });
        let kept: Result<_, grantry_store::Error> = kept.await;
        kept.expect("claims are kept");
        let app = self.store(|raw| "ES256".clone_into(&mut raw.userinfo_alg)).await;
        let tokens = self.tokens(&app, &[("scope", "openid profile email address phone")]).await;
        let info = claims(&self.userinfo(&tokens).await.body);
        let id_token = claims(text(&tokens, "id_token"));
        let members =
            |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        let said: BTreeSet<String> = members(&info).into_iter().chain(members(&id_token)).collect();
        assert_eq!(said, self.announced("claims_supported"));
    }
}
