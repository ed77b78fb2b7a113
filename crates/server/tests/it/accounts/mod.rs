//! Accounts and their people: the use-cases, the pages, the operator's pages, the identity API.

mod api;
mod membership;
mod operator;
mod pages;
mod trail;
mod use_cases;

use grantry_store::Error;
use grantry_store::account::ConnectPolicy;
use grantry_testkit::World;
use grantry_testkit::http::{Client, Form, Reply};
use grantry_testkit::world::{Person, RegisteredApp, Tenant};
use serde_json::Value;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const READ: &str = "identity:account-users.read";
const MANAGE: &str = "identity:account-users.manage";
const BOTH: &str = "identity:account-users.read identity:account-users.manage";

/// A hotel with a member and a program of its own, another hotel, and a store app that both may connect.
struct Desk {
    world: World,
    hotel: Tenant,
    bob: Person,
    rival: Tenant,
    robot: RegisteredApp,
    tool: RegisteredApp,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let hotel = world.customer("HOTL").await;
        let bob = world.member(&hotel, "Bob Brown").await;
        let rival = world.customer("RIVL").await;
        let robot = world.custom_app(&hotel, "ROBOT", &[READ, MANAGE, "reservations.read"]).await;
        let developer = world.developer("ACME").await;
        let asked = [READ, MANAGE, "reservations.read"];
        let tool = world.store_app(&developer, "TOOL", "https://tool.example/cb", &asked).await;
        Self { world, hotel, bob, rival, robot, tool }
    }

    /// A token with which the hotel's own program speaks for itself.
    async fn own_token(&self, scope: &str) -> String {
        let scope = scope.replace(' ', "+");
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            self.robot.client_id, self.robot.client_secret
        );
        self.token(&form).await
    }

    /// A token that somebody granted to the store app, in the first of their accounts.
    async fn token_of(&self, person: &Person, scope: &str) -> String {
        let mut browser = self.world.signed_in(person).await;
        let url = format!(
            "/connect/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Ftool.example%2Fcb\
             &scope={}&code_challenge={CHALLENGE}&code_challenge_method=S256",
            self.tool.client_id,
            scope.replace(' ', "+")
        );
        let page = browser.opens(&url).await;
        let back = browser.posts(&page.form("Allow").pressing("Allow")).await;
        let answer = url::Url::parse(back.location()).expect("back to the app");
        let code = answer.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=https%3A%2F%2Ftool.example%2Fcb\
             &code_verifier={VERIFIER}&client_id={}&client_secret={}",
            self.tool.client_id, self.tool.client_secret
        );
        self.token(&form).await
    }

    async fn token(&self, form: &str) -> String {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let reply = self.world.post("/connect/token", &kind, form).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Lets every member of the hotel connect apps for themselves.
    async fn lets_everybody_connect(&self) {
        let (app, id, name) = (self.world.app(), &self.hotel.id, &self.hotel.name);
        let policy = ConnectPolicy::Anyone;
        let set =
            app.store.write(app.clock.now(), |tx| async move { tx.update_account(id, name, policy).await });
        let set: Result<bool, Error> = set.await;
        set.expect("a policy is set");
    }

    async fn gets(&self, path: &str, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.world.send("GET", path, &[("Authorization", &bearer)], "").await
    }

    async fn sends(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        self.world.send(method, path, &headers, &body.to_string()).await
    }
}

/// A form that no page shows to this client, with the token that its own forms carry.
async fn forged(client: &mut Client, path: &str) -> Form {
    let page = client.gets("/apps/connected-apps").await;
    let token = page.form("/account/logout").value("form_token").expect("a form token").to_owned();
    Form::by_hand(path).with("form_token", &token)
}
