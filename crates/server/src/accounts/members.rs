//! Members of an account: privileges, roles, disabling, removing, leaving.

use grantry_store::account::Account;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::connection::{ConnectedApp, ConnectionKind};
use grantry_store::id::{AccountId, PersonId};
use grantry_store::member::{MemberChange, MemberDetail, MemberState, UnitRole};
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use grantry_store::{Error, Reader, Tx};
use serde_json::json;

use super::{Access, Refused, letters, name, person};
use crate::app::App;
use crate::web::Words;

/// What was typed to invite somebody.
#[derive(Debug)]
pub struct RawMember<'a> {
    /// `email`
    pub email: &'a str,
    pub access: Access,
    /// The language of the mail to somebody who has not chosen one.
    pub words: Words,
}

/// Makes a person a member, with roles.
pub(super) async fn join(
    tx: &Tx,
    origin: &Origin,
    account: &AccountId,
    (id, email): (&PersonId, &str),
    access: &Access,
) -> Result<(), Refused> {
    tx.insert_member(account, id, access.is_admin, false).await?;
    tx.set_member_roles(account, id, &access.unit_roles()).await?;
    let object = Object::new(ObjectKind::Member, id.as_str(), email);
    let detail = json!({ "admin": access.is_admin, "roles": access.roles, "units": access.units });
    tx.audit(origin, &Entry::new(account, Action::MemberAdded, object).with(detail)).await?;
    Ok(())
}

/// What is to be different about a member; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub is_admin: Option<bool>,
    /// Whether the member reviews apps; means something in operator accounts only.
    pub is_reviewer: Option<bool>,
    pub enabled: Option<bool>,
    /// Where the member's roles hold from now on; none for the whole account.
    pub units: Option<Vec<String>>,
}

/// Changes a member: everything of it, or nothing.
///
/// # Errors
/// A stranger, the last admin, a name that is not this account's to change.
pub async fn edit(
    app: &App,
    origin: &Origin,
    account: &AccountId,
    id: &PersonId,
    edit: &Edit,
) -> Result<(), Refused> {
    let names = &checked_names(edit)?;
    app.store
        .write(app.clock.now(), |tx| async move {
            let before = tx.find_member_detail(account, id).await?.ok_or(Refused::Missing)?;
            rename(&tx, origin, (account, &before), names).await?;
            if let Some(is_admin) = edit.is_admin.filter(|wanted| *wanted != before.member.is_admin) {
                settled(tx.set_member_admin(account, id, is_admin).await?)?;
            }
            if let Some(is_reviewer) = edit.is_reviewer.filter(|wanted| *wanted != before.member.is_reviewer)
            {
                tx.set_member_reviewer(account, id, is_reviewer).await?;
            }
            let state = edit.enabled.map(state_of).filter(|wanted| *wanted != before.member.state);
            if let Some(state) = state {
                settled(tx.set_member_state(account, id, state).await?)?;
            }
            if let Some(units) = &edit.units {
                tx.set_member_roles(account, id, &moved(&before.roles, units)).await?;
            }
            let after = tx.find_member_detail(account, id).await?.ok_or(Refused::Missing)?;
            if (&after.member, &after.roles) != (&before.member, &before.roles) {
                let object = Object::new(ObjectKind::Member, id.as_str(), &after.person.email);
                let detail = json!({ "before": picture(&before), "after": picture(&after) });
                tx.audit(origin, &Entry::new(account, Action::MemberChanged, object).with(detail)).await?;
            }
            Ok(())
        })
        .await
}

fn state_of(enabled: bool) -> MemberState {
    if enabled { MemberState::Active } else { MemberState::Disabled }
}

/// The names that are to be set, each if it is.
struct Names {
    first: Option<String>,
    last: Option<String>,
}

fn checked_names(edit: &Edit) -> Result<Names, Refused> {
    let read = |field, raw: &Option<String>| raw.as_ref().map(|raw| name(field, raw)).transpose();
    Ok(Names { first: read("firstName", &edit.first_name)?, last: read("lastName", &edit.last_name)? })
}

/// A person's name is seen in every account they belong to, so only their only account may change it.
async fn rename(
    tx: &Tx,
    origin: &Origin,
    (account, before): (&AccountId, &MemberDetail),
    names: &Names,
) -> Result<(), Refused> {
    let person = &before.person;
    let first = names.first.as_ref().unwrap_or(&person.first_name);
    let last = names.last.as_ref().unwrap_or(&person.last_name);
    if (first, last) == (&person.first_name, &person.last_name) {
        return Ok(());
    }
    if tx.list_accounts_of_person(&person.id).await?.len() != 1 {
        return Err(Refused::NotYours);
    }
    tx.rename_person(&person.id, first, last).await?;
    let object = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
    let detail = json!({
        "before": { "first_name": person.first_name, "last_name": person.last_name },
        "after": { "first_name": first, "last_name": last },
    });
    tx.audit(origin, &Entry::new(account, Action::PersonUpdated, object).with(detail)).await?;
    Ok(())
}

/// The same roles, in other units.
fn moved(roles: &[UnitRole], units: &[String]) -> Vec<UnitRole> {
    let mut names: Vec<String> = roles.iter().map(|role| role.role.clone()).collect();
    names.sort();
    names.dedup();
    Access { is_admin: false, roles: names, units: units.to_vec() }.unit_roles()
}

fn settled(change: MemberChange) -> Result<(), Refused> {
    match change {
        MemberChange::Done => Ok(()),
        MemberChange::LastAdmin => Err(Refused::LastAdmin),
        MemberChange::Missing => Err(Refused::Missing),
    }
}

fn picture(of: &MemberDetail) -> serde_json::Value {
    let roles = of.roles.iter().map(|role| json!({ "unit": role.unit, "role": role.role }));
    json!({
        "admin": of.member.is_admin,
        "reviewer": of.member.is_reviewer,
        "state": of.member.state.as_str(),
        "roles": roles.collect::<Vec<_>>(),
    })
}

/// What hangs on a member: what a page tells before they are removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Names of the apps that the member connected for himself: these connections end with the membership.
    pub personal: Vec<String>,
    /// Names of the apps that the member connected for the account: these stay.
    pub account: Vec<String>,
}

/// What hangs on a member of the account.
///
/// # Errors
/// The store's.
pub async fn reach(reader: &Reader, account: &AccountId, id: &PersonId) -> Result<Reach, Error> {
    let mut reach = Reach::default();
    let mut request = PageRequest::first(LARGEST_PAGE);
    loop {
        let page = reader.list_connected_apps(account, &request).await?;
        for ConnectedApp { connection, app_name, .. } in page.items {
            match connection.kind {
                _ if connection.granted_by.as_ref() != Some(id) => {}
                ConnectionKind::Personal => reach.personal.push(app_name),
                ConnectionKind::Account => reach.account.push(app_name),
            }
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(reach),
        }
    }
}

/// Removes a member, but never the last admin. The other admins are told which connections stay without them.
///
/// # Errors
/// A stranger, or the last admin.
pub async fn remove(
    app: &App,
    origin: &Origin,
    account: &Account,
    id: &PersonId,
    words: Words,
) -> Result<Reach, Refused> {
    let reader = app.store.reader();
    let gone = reader.find_member_detail(&account.id, id).await?.ok_or(Refused::Missing)?;
    let reach = reach(&reader, &account.id, id).await?;
    let mut mails = Vec::new();
    if !reach.account.is_empty() {
        let admins = reader.list_admins(&account.id).await?;
        for admin in admins.iter().filter(|admin| admin.id != *id) {
            let about = (&gone.person, account.name.as_str());
            mails.push(letters::connections_stay(app, admin, about, &reach.account, words)?);
        }
    }
    let (gone, ended, mails) = (&gone, &reach, &mails);
    app.store
        .write(app.clock.now(), |tx| async move {
            settled(tx.remove_member(&account.id, id, person(origin).as_ref()).await?)?;
            let object = Object::new(ObjectKind::Member, id.as_str(), &gone.person.email);
            let detail = json!({
                "before": picture(gone),
                "connections_ended": ended.personal.len(),
                "connections_kept": ended.account.len(),
            });
            let entry = Entry::new(&account.id, Action::MemberRemoved, object).with(detail);
            tx.audit(origin, &entry).await?;
            for mail in mails {
                tx.insert_mail(mail).await?;
            }
            Ok::<_, Refused>(())
        })
        .await?;
    app.post.hurry();
    Ok(reach)
}
