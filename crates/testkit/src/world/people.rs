//! People and the accounts they belong to.

use grantry::accounts::{self, RawAccount, RawPerson, people};
use grantry::web::Words;
use grantry_store::Error;
use grantry_store::account::{Account, AccountKind};
use grantry_store::audit::Origin;
use grantry_store::id::{AccountId, PersonId, SessionId};
use grantry_store::person::NewPerson;
use grantry_store::session::NewSession;

use super::World;
use crate::browser::Browser;
use crate::http::Client;

/// The password of everybody whom a world makes.
pub const PASSWORD: &str = "correct horse battery staple";

/// A day, in the store's milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Somebody who can sign in with [`PASSWORD`].
#[derive(Debug, Clone)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub email: String,
}

/// An account with its first admin.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub id: AccountId,
    pub code: String,
    pub name: String,
    pub admin: Person,
}

impl World {
    /// A developer account and its admin, `admin@{code}.example`.
    pub async fn developer(&self, code: &str) -> Tenant {
        self.tenant(AccountKind::Developer, code, &format!("{code} Software")).await
    }

    /// A customer account and its admin.
    pub async fn customer(&self, code: &str) -> Tenant {
        self.tenant(AccountKind::Customer, code, &format!("{code} Hotels")).await
    }

    /// The platform company's own account and its admin.
    pub async fn operator(&self) -> Tenant {
        self.tenant(AccountKind::Operator, "PLAT", super::PLATFORM).await
    }

    /// An account of any kind and name, made as the command line makes it.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn tenant(&self, kind: AccountKind, code: &str, name: &str) -> Tenant {
        let raw = RawAccount { code, name, kind };
        let made = accounts::create(self.app(), &Origin::command(), raw).await;
        let account = made.unwrap_or_else(|refused| panic!("account {code}: {refused:?}"));
        let email = format!("admin@{}.example", code.to_lowercase());
        let admin = self.joined(&account, &format!("Ada {code}"), &email, true).await;
        Tenant { id: account.id, code: account.code, name: account.name, admin }
    }

    /// Somebody with a confirmed address and no account.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn person(&self, name: &str, email: &str) -> Person {
        let app = self.app();
        let id = PersonId::new(app.random.bytes());
        let hash = app.passwords.hash(PASSWORD, &app.random).await.expect("a password is hashed");
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let person = NewPerson {
            id: id.clone(),
            email: email.to_owned(),
            email_key: email.to_lowercase(),
            email_verified: true,
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            password_hash: Some(hash),
            locale: None,
            claims: "{}".to_owned(),
        };
        let made = app.store.write(app.clock.now(), |tx| async move { tx.insert_person(&person).await });
        made.await.unwrap_or_else(|error: Error| panic!("{email}: {error}"));
        Person { id, name: name.to_owned(), email: email.to_owned() }
    }

    /// Somebody new in an account, without any privilege: `{first name}@{code}.example`.
    pub async fn member(&self, of: &Tenant, name: &str) -> Person {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        let email = format!("{first}@{}.example", of.code.to_lowercase());
        self.joined(&self.account(of).await, name, &email, false).await
    }

    /// Makes somebody a member of another account.
    pub async fn joins(&self, person: &Person, tenant: &Tenant, as_admin: bool) {
        self.joined(&self.account(tenant).await, &person.name, &person.email, as_admin).await;
    }

    /// The account as the store knows it now, for tests that call a use-case themselves.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn account(&self, of: &Tenant) -> Account {
        let found = self.app().store.reader().find_account(&of.id).await.expect("the store answers");
        found.expect("the account is there")
    }

    async fn joined(&self, account: &Account, name: &str, email: &str, is_admin: bool) -> Person {
        let (first_name, last_name) = name.split_once(' ').unwrap_or((name, ""));
        let raw = RawPerson {
            email,
            first_name,
            last_name,
            is_admin,
            password: Some(PASSWORD),
            claims: None,
            words: Words::english(),
        };
        let made = Box::pin(people::create(self.app(), &Origin::command(), account, raw)).await;
        let made = made.unwrap_or_else(|refused| panic!("{email} in {}: {refused:?}", account.code));
        Person { id: made.person_id, name: name.to_owned(), email: made.email }
    }

    /// A client in which somebody has signed in, without the way through the pages.
    pub async fn signed_in(&self, person: &Person) -> Client {
        let mut client = self.client();
        client.carries(self.cookie_name(), &self.session_of(person).await);
        client
    }

    /// Signs somebody in, in a browser, without the way through the pages.
    pub async fn signs_in_quietly(&self, person: &Person, browser: &Browser) {
        let session = self.session_of(person).await;
        browser.carries(self.issuer(), self.cookie_name(), &session).await;
    }

    fn cookie_name(&self) -> &'static str {
        if self.app().public_url.is_https() { "__Host-grantry-session" } else { "grantry-session" }
    }

    /// A new session's cookie.
    async fn session_of(&self, person: &Person) -> String {
        let app = self.app();
        let cookie = app.random.token();
        let now = app.clock.now();
        let session = NewSession {
            id_hash: grantry::sign_in::session::id_hash(&cookie),
            sid: SessionId::new(app.random.bytes()),
            person_id: person.id.clone(),
            account_id: None,
            amr: "pwd".to_owned(),
            user_agent: "A test".to_owned(),
            ip: "127.0.0.1".to_owned(),
            expires_at: grantry_oauth::time::Timestamp(now.0 + DAY_MS),
        };
        let begun = app.store.write(now, |tx| async move { tx.insert_session(&session).await });
        begun.await.unwrap_or_else(|error: Error| panic!("a session of {}: {error}", person.email));
        cookie
    }
}
