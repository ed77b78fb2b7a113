//! Access tokens as apps get them, through the endpoints: an app's own, and one that a person has allowed.

use grantry_store::audit::Origin;
use serde_json::Value;
use url::form_urlencoded;

use super::{Person, RegisteredApp, World};
use crate::http::{Form, Reply};

/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl World {
    /// A secret with which an API asks about tokens.
    ///
    /// # Panics
    /// When there is no such API.
    pub async fn api_secret(&self, api: &str) -> String {
        let added =
            grantry::catalogue::api_secret::add(self.app(), &Origin::command(), api, "A test's").await;
        added.expect("the API is in the catalogue").secret.expose().clone()
    }

    /// The access token of an app's own credentials.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn token_of(&self, app: &RegisteredApp, scopes: &str) -> String {
        let form =
            Form::by_hand("/connect/token").with("grant_type", "client_credentials").with("scope", scopes);
        access_token(&self.client().posts(&with_credentials(form, app)).await)
    }

    /// What the token endpoint gives an app for a person who allows it everything it asks for.
    ///
    /// # Panics
    /// When somebody refuses on the way.
    pub async fn tokens_for(
        &self,
        person: &Person,
        app: &RegisteredApp,
        redirect_uri: &str,
        scopes: &str,
    ) -> Value {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", scopes)
            .append_pair("state", "s")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let mut browser = self.signed_in(person).await;
        let mut reply = browser.opens(&format!("/connect/authorize?{query}")).await;
        // Without a page in between, consent was remembered.
        if reply.status == 200 {
            reply = browser.posts(&reply.form("Allow").pressing("Allow")).await;
        }
        let back = url::Url::parse(reply.location()).expect("the answer goes to a URL");
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.unwrap_or_else(|| panic!("no code: {back}"));
        let form = Form::by_hand("/connect/token")
            .with("grant_type", "authorization_code")
            .with("code", &code)
            .with("redirect_uri", redirect_uri)
            .with("code_verifier", VERIFIER);
        let given = self.client().posts(&with_credentials(form, app)).await;
        access_token(&given);
        given.json()
    }
}

fn with_credentials(form: Form, app: &RegisteredApp) -> Form {
    let form = form.with("client_id", &app.client_id);
    if app.client_secret.is_empty() { form } else { form.with("client_secret", &app.client_secret) }
}

fn access_token(given: &Reply) -> String {
    let token = given.json();
    let token = token["access_token"].as_str();
    token.unwrap_or_else(|| panic!("no token: {} {}", given.status, given.body)).to_owned()
}
