//! What is announced of the way through the browser: parameters, how answers travel, what people are shown, and signing
//! out.

use grantry_oauth::client::SubjectType;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::world::{PASSWORD, RegisteredApp};
use serde_json::{Value, json};

use super::stage::{BYE, SCOPES, Stage, VERIFIER, alg, claims, encoded, exchange, text};
use crate::connecting::{Back, CALLBACK, CHALLENGE};

impl Stage {
    pub(super) async fn issuer(&self, value: &str) {
        assert_eq!(value, self.scene.world.issuer());
        let app = self.store(|_| {}).await;
        let tokens = self.tokens(&app, &[]).await;
        for token in ["id_token", "access_token"] {
            assert_eq!(claims(text(&tokens, token))["iss"], value);
        }
    }

    pub(super) async fn authorization_endpoint(&self) {
        let app = self.store(|_| {}).await;
        let page = self.scene.ada().await.opens(&self.asks(&app, &[])).await;
        assert!(page.says("wants access to"), "{}", page.body);
    }

    pub(super) async fn without_pushing(&self, value: &str) {
        assert_eq!(value, "false");
        let app = self.store(|_| {}).await;
        self.comes_back(&app, &[]).await.code(self.scene.world.issuer());
    }

    pub(super) async fn response_type(&self, value: &str) {
        assert_eq!(value, "code");
        let app = self.store(|_| {}).await;
        self.tokens(&app, &[("response_type", value)]).await;
    }

    pub(super) async fn response_mode(&self, value: &str) {
        let app = self.store(|_| {}).await;
        let answer = self.answer(&app, &[("response_mode", value)]).await;
        match value {
            "query" => {
                let back = Back::to_the_app(&answer);
                self.exchanges(&app, back.code(self.scene.world.issuer())).await;
            }
            "form_post" => {
                assert_eq!((answer.status, answer.header("location")), (200, None));
                let form = answer.form(CALLBACK);
                assert_eq!(form.method, "POST");
                self.exchanges(&app, form.value("code").expect("a code")).await;
            }
            other => panic!("response mode {other}"),
        }
    }

    pub(super) async fn code_challenge_method(&self, value: &str) {
        assert_eq!(value, "S256");
        let app = self.store(|_| {}).await;
        let back = self.comes_back(&app, &[("code_challenge_method", value)]).await;
        let (code, other) = (back.code(self.scene.world.issuer()), "a".repeat(43));
        let wrong = self.calls("token_endpoint", &app, &exchange(code, &other)).await;
        assert_eq!(wrong.json()["error"], "invalid_grant");
        let back = self.comes_back(&app, &[("code_challenge_method", value)]).await;
        let right = exchange(back.code(self.scene.world.issuer()), VERIFIER);
        assert_eq!(self.calls("token_endpoint", &app, &right).await.status, 200);
    }

    /// Each does something that the same request without it does not.
    pub(super) async fn prompt(&self, value: &str) {
        let issuer = self.scene.world.issuer();
        let app = self.store(|_| {}).await;
        self.comes_back(&app, &[]).await.code(issuer);
        let mut ada = self.scene.ada().await;
        Back::to_the_app(&ada.opens(&self.asks(&app, &[])).await).code(issuer);
        let asked = self.asks(&app, &[("prompt", value)]);
        match value {
            "none" => {
                Back::to_the_app(&ada.opens(&asked).await).code(issuer);
                let nobody = self.scene.world.client().opens(&asked).await;
                assert_eq!(Back::to_the_app(&nobody).error(issuer), "login_required");
            }
            "login" => {
                let form = ada.opens(&asked).await.form("Sign in");
                let form = form.with("email", &self.scene.hotel.admin.email).with("password", PASSWORD);
                Back::to_the_app(&ada.submits(&form).await).code(issuer);
            }
            "consent" => {
                let page = ada.opens(&asked).await;
                let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
                Back::to_the_app(&allowed).code(issuer);
            }
            "select_account" => {
                let page = ada.opens(&asked).await;
                assert!(page.says("Choose an account"), "{}", page.body);
                let chosen = page.form("Cancel").with("account", self.scene.hotel.id.as_str());
                Back::to_the_app(&ada.submits(&chosen).await).code(issuer);
            }
            other => panic!("prompt {other}"),
        }
    }

    pub(super) async fn ui_locale(&self, value: &str) {
        let app = self.store(|_| {}).await;
        let page = self.scene.ada().await.opens(&self.asks(&app, &[("ui_locales", value)])).await;
        assert!(page.body.contains(&format!("<html lang=\"{value}\">")), "{value}");
        let sign_in = self.scene.world.client().opens(&self.asks(&app, &[("ui_locales", value)])).await;
        assert!(sign_in.body.contains(&format!("<html lang=\"{value}\">")), "{value}");
    }

    /// RFC 9207 §2: in good answers and in refusals.
    pub(super) async fn iss_in_answers(&self, value: &str) {
        assert_eq!(value, "true");
        let (app, issuer) = (self.store(|_| {}).await, self.scene.world.issuer());
        assert_eq!(self.comes_back(&app, &[]).await.get("iss"), issuer);
        assert_eq!(self.comes_back(&app, &[("scope", "no.such")]).await.get("iss"), issuer);
    }

    pub(super) async fn claims_parameter(&self, value: &str) {
        assert_eq!(value, "true");
        let app = self.store(|_| {}).await;
        let wish = r#"{"userinfo":{"email":null},"id_token":{"given_name":null}}"#;
        let tokens = self.tokens(&app, &[("scope", "openid"), ("claims", wish)]).await;
        assert_eq!(self.userinfo(&tokens).await.json()["email"], self.scene.hotel.admin.email.as_str());
        assert!(claims(text(&tokens, "id_token"))["given_name"].is_string());
    }

    /// What an app asks for, as an object.
    fn object(&self, app: &RegisteredApp) -> Value {
        let now = self.scene.world.app().clock.now().seconds();
        json!({
            "iss": app.client_id, "aud": self.scene.world.issuer(), "nbf": now, "exp": now + 60,
            "client_id": app.client_id, "response_type": "code", "redirect_uri": CALLBACK,
            "scope": SCOPES, "state": "inside", "nonce": "n",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        })
    }

    pub(super) async fn request_object_alg(&self, value: &str) {
        let (app, request) = if value == "none" {
            let app = self.store(|_| {}).await;
            let request = unsigned(&self.object(&app));
            (app, request)
        } else {
            let key = ClientKey::new(alg(value));
            let app = self.store(|raw| {
                raw.jwks = key.jwks();
                value.clone_into(&mut raw.request_object_alg);
            });
            let app = app.await;
            let request = key.signs(&self.object(&app));
            (app, request)
        };
        let back = self.comes_back(&app, &[("request", &request)]).await;
        assert_eq!(back.get("state"), "inside", "{back:?}");
        self.exchanges(&app, back.get("code")).await;
    }

    pub(super) async fn request_parameter(&self, value: &str) {
        assert_eq!(value, "true");
        self.request_object_alg("ES256").await;
    }

    pub(super) async fn request_uri_parameter(&self, value: &str) {
        assert_eq!(value, "true");
        let uri = self.farm.url("/request.jwt");
        let app = self.store(|raw| raw.request_uris = vec![uri.clone()]).await;
        self.farm.puts("/request.jwt", &unsigned(&self.object(&app)));
        let back = self.comes_back(&app, &[("request_uri", &uri)]).await;
        assert_eq!(back.get("state"), "inside", "{back:?}");
        self.exchanges(&app, back.get("code")).await;
    }

    pub(super) async fn unregistered_request_uri(&self, value: &str) {
        assert_eq!(value, "true");
        let app = self.store(|_| {}).await;
        let before = self.farm.connections();
        let back = self.comes_back(&app, &[("request_uri", &self.farm.url("/request.jwt"))]).await;
        assert_eq!(back.error(self.scene.world.issuer()), "invalid_request_uri");
        assert_eq!(self.farm.connections(), before, "nobody was called");
    }

    pub(super) async fn pushed_authorization_request_endpoint(&self) {
        let app = self.store(|_| {}).await;
        let body = self.scene.query(&[("client_id", &app.client_id), ("scope", SCOPES)]);
        let basic = super::stage::basic(&app);
        let headers = [super::stage::FORM, ("Authorization", basic.as_str())];
        let path = self.at("pushed_authorization_request_endpoint");
        let reply = self.scene.world.post(&path, &headers, &body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let pushed = reply.json();
        let query = encoded(&[("client_id", &app.client_id), ("request_uri", text(&pushed, "request_uri"))]);
        let mut ada = self.scene.ada().await;
        let page = ada.opens(&format!("{}?{query}", self.at("authorization_endpoint"))).await;
        let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
        self.exchanges(&app, Back::to_the_app(&allowed).code(self.scene.world.issuer())).await;
    }

    pub(super) async fn end_session_endpoint(&self) {
        let app = self.store(|raw| raw.post_logout_uris = vec![BYE.to_owned()]).await;
        let tokens = self.tokens(&app, &[]).await;
        let hint = text(&tokens, "id_token");
        let query = encoded(&[("id_token_hint", hint), ("post_logout_redirect_uri", BYE), ("state", "s")]);
        let mut ada = self.scene.ada().await;
        let session = ada.cookie("grantry-session").expect("a session").to_owned();
        let left = ada.gets(&format!("{}?{query}", self.at("end_session_endpoint"))).await;
        assert_eq!((left.status, left.location()), (303, "https://tool.example/bye?state=s"));
        ada.carries("grantry-session", &session);
        let nobody = ada.opens(&self.asks(&app, &[("prompt", "none")])).await;
        assert_eq!(Back::to_the_app(&nobody).error(self.scene.world.issuer()), "login_required");
    }

    pub(super) async fn subject_type(&self, value: &str) {
        let kind = SubjectType::parse(value).unwrap_or_else(|| panic!("subject type {value}"));
        let app = self.store(|raw| value.clone_into(&mut raw.subject_type)).await;
        let tokens = self.tokens(&app, &[]).await;
        let is_same = claims(text(&tokens, "id_token"))["sub"] == self.scene.hotel.admin.id.as_str();
        assert_eq!(is_same, kind == SubjectType::Public);
    }
}

pub(super) fn unsigned(object: &Value) -> String {
    use base64::Engine as _;
    let encode = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(object))
}
