//! What is announced for programs that introduce themselves, and for apps that want to know when a session ends.

use grantry::sign_in::back_channel::tell_due;
use serde_json::json;
use url::form_urlencoded;

use super::stage::{Stage, claims, text};
use crate::connecting::{Back, CALLBACK};
use crate::registration::app_of;

impl Stage {
    pub(super) async fn registration_endpoint(&self) {
        let said = json!({ "client_name": "Tool", "redirect_uris": [CALLBACK] }).to_string();
        let json = [("Content-Type", "application/json")];
        let reply = self.scene.world.post(&self.at("registration_endpoint"), &json, &said).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let app = app_of(&self.scene.world, &reply.json()).await;
        let scope = [("scope", "openid mcp:tools")];
        self.tokens(&app, &scope).await;
    }

    pub(super) async fn client_id_document(&self, value: &str) {
        let path = "/oauth/client.json";
        let client_id = self.farm.url(path);
        let document = json!({
            "client_id": client_id, "client_name": "Tool", "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        });
        assert_eq!(self.farm.publishes(path, &document), client_id);
        let query = self.scene.query(&[("client_id", &client_id), ("scope", "openid mcp:tools")]);
        let mut ada = self.scene.ada().await;
        let page = ada.opens(&format!("{}?{query}", self.at("authorization_endpoint"))).await;
        if value == "true" {
            let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
            Back::to_the_app(&allowed).code(self.scene.world.issuer());
        } else {
            assert!(page.status == 400 && page.says("this app is not known here"), "{}", page.body);
            assert_eq!(self.farm.connections(), 0, "nobody was called");
        }
    }

    /// OIDC Back-Channel Logout §2.1: the app is told, and `sid` says of which session.
    pub(super) async fn back_channel_logout(&self, value: &str) {
        assert_eq!(value, "true");
        let app = self.store(|raw| raw.backchannel_logout_uri = self.farm.url("/logged-out")).await;
        let mut ada = self.scene.ada().await;
        let page = ada.opens(&self.asks(&app, &[])).await;
        let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
        let tokens = self.exchanges(&app, Back::to_the_app(&allowed).code(self.scene.world.issuer())).await;
        let sign_out = ada.form("/account/logout", "Sign out").await;
        assert_eq!(ada.posts(&sign_out).await.status, 303);
        tell_due(self.scene.world.app()).await.expect("the store answers");
        let posted = self.farm.requests().pop().expect("the app was told");
        assert!(posted.starts_with("POST /logged-out "), "{posted}");
        let body = posted.split("\r\n\r\n").nth(1).expect("a body").as_bytes();
        let token = form_urlencoded::parse(body).find(|(name, _)| name == "logout_token").expect("a token").1;
        let said = self.verifies(&token, &app.client_id).await;
        assert_eq!(said["sid"], claims(text(&tokens, "id_token"))["sid"]);
        assert!(said["sid"].is_string() && said["events"].is_object(), "{said}");
    }
}
