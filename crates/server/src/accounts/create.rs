//! Making an account for somebody: by an operator, or from the command line. Sign-up makes its own.

use grantry_oauth::client_id::{AccountCode, CodeProblem};
use grantry_store::Error;
use grantry_store::account::{Account, AccountKind, AccountState, ConnectPolicy, NewAccount};
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::AccountId;
use serde_json::json;

use super::people::{self, Made, RawPerson, Ready};
use super::{Refused, name};
use crate::app::App;
use crate::apps::{Fault, Faults};
use crate::sign_in::account_code;

/// What was typed about a new account.
#[derive(Debug, Clone, Copy)]
pub struct RawAccount<'a> {
    /// `code`: empty for one that the server chooses.
    pub code: &'a str,
    /// `name`
    pub name: &'a str,
    pub kind: AccountKind,
}

/// An account that can be made.
struct Checked {
    code: Option<AccountCode>,
    name: String,
    kind: AccountKind,
}

/// The fields of the operator's form, in their order.
const FORM: [&str; 6] = ["kind", "name", "code", "email", "first_name", "last_name"];

/// Makes an account without members.
///
/// # Errors
/// The faults of `code` and `name`; a code that was ever given is one.
pub async fn create(app: &App, origin: &Origin, raw: RawAccount<'_>) -> Result<Account, Refused> {
    let checked = check(raw)?;
    open(app, origin, &checked, None).await
}

/// Makes an account with its first admin, who gets a mail to begin with.
///
/// # Errors
/// The faults of the account and of the person, together.
pub async fn create_with_admin(
    app: &App,
    origin: &Origin,
    raw: RawAccount<'_>,
    admin: RawPerson<'_>,
) -> Result<(Account, Made), Refused> {
    let admin = RawPerson { is_admin: true, ..admin };
    let (checked, ready) = (check(raw), people::prepare(app, origin, raw.name, admin).await);
    let (checked, ready) = match (checked, ready) {
        (Ok(checked), Ok(ready)) => (checked, ready),
        (Err(mut faults), Err(Refused::Faults(more))) => {
            more.iter().for_each(|fault| faults.push(fault.clone()));
            return Err(faults.in_order_of(&FORM).into());
        }
        (Err(faults), _) => return Err(faults.in_order_of(&FORM).into()),
        (_, Err(refused)) => return Err(refused),
    };
    let account = open(app, origin, &checked, Some(&ready)).await?;
    app.post.hurry();
    Ok((account, ready.made()))
}

fn check(raw: RawAccount<'_>) -> Result<Checked, Faults> {
    let mut faults = Faults::default();
    let code = match AccountCode::parse(raw.code) {
        Ok(code) if code.as_str() == account_code::RESERVED => {
            faults.push(taken(code.as_str()));
            None
        }
        Ok(code) => Some(code),
        Err(CodeProblem::Empty) => None,
        Err(CodeProblem::Length | CodeProblem::Characters) => {
            faults.push(Fault::new("code", "accounts-fault-code").about(raw.code));
            None
        }
    };
    let name = name("name", raw.name).unwrap_or_else(|fault| {
        faults.push(fault);
        String::new()
    });
    // The account of apps that register themselves is the server's own.
    if raw.kind == AccountKind::SelfRegistered {
        faults.push(Fault::new("kind", "accounts-fault-kind"));
    }
    if faults.is_empty() { Ok(Checked { code, name, kind: raw.kind }) } else { Err(faults) }
}

fn taken(code: &str) -> Fault {
    Fault::new("code", "accounts-fault-code-taken").about(code)
}

/// Makes the account, and its first admin if there is one. A chosen code that is taken is replaced by another; the
/// whole transaction begins again then, because PostgreSQL ends it.
async fn open(
    app: &App,
    origin: &Origin,
    checked: &Checked,
    admin: Option<&Ready>,
) -> Result<Account, Refused> {
    let mut tries = 0;
    loop {
        let chosen = checked.code.clone();
        let code = chosen.unwrap_or_else(|| account_code::candidate(&app.random, tries));
        let account = Account {
            id: AccountId::new(app.clock.now(), app.random.bytes()),
            code: code.as_str().to_owned(),
            name: checked.name.clone(),
            kind: checked.kind,
            state: AccountState::Active,
            connect_policy: ConnectPolicy::Admins,
            created_at: app.clock.now(),
        };
        match write(app, origin, &account, admin).await {
            Ok(()) => return Ok(account),
            Err(Refused::Store(why)) if why.is_conflict("account_code_key") => {
                if checked.code.is_some() {
                    return Err(taken(&account.code).into());
                }
                tries += 1;
                if tries == account_code::TRIES {
                    return Err(Error::Busy.into());
                }
            }
            Err(refused) => return Err(people::explained(refused)),
        }
    }
}

async fn write(app: &App, origin: &Origin, account: &Account, admin: Option<&Ready>) -> Result<(), Refused> {
    let new = &NewAccount {
        id: account.id.clone(),
        code: account.code.clone(),
        name: account.name.clone(),
        kind: account.kind,
        connect_policy: account.connect_policy,
    };
    app.store
        .write(account.created_at, |tx| async move {
            tx.insert_account(new).await?;
            let detail = json!({ "name": new.name, "kind": new.kind.as_str() });
            let entry = Entry::new(&new.id, Action::AccountCreated, object(account)).with(detail);
            tx.audit(origin, &entry).await?;
            if let Some(admin) = admin {
                admin.join(&tx, origin, &new.id).await?;
            }
            Ok(())
        })
        .await
}

/// The account as the trail names it.
pub(super) fn object(account: &Account) -> Object {
    Object::new(ObjectKind::Account, account.id.as_str(), account.code.as_str())
}
