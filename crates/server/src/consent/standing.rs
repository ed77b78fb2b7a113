//! What stands between an app, an account and a person: read afresh for every page and again within every decision.

use grantry_oauth::scope::ScopeSet;
use grantry_store::account::{Account, AccountState};
use grantry_store::connection::{ConnectionKind, StandingConnection};
use grantry_store::id::{AccountId, AppId, PersonId};
use grantry_store::member::{Member, MemberState};
use grantry_store::{Error, Reader};

use super::way::{self, Facts, NoWay, Way};
use crate::cached::KnownApp;
use crate::config::Unlisted;

/// An account in which the person is an active member, and the connections there: the account's, the person's own.
#[derive(Clone, Debug)]
pub struct Standing {
    pub account: Account,
    pub member: Member,
    connections: Vec<StandingConnection>,
}

/// What stands; `None` when the account or the person's place in it cannot be used.
///
/// # Errors
/// The store's.
pub async fn read(
    reader: &Reader,
    app: &AppId,
    account: &AccountId,
    person: &PersonId,
) -> Result<Option<Standing>, Error> {
    let found = reader.find_account(account).await?.filter(|found| found.state == AccountState::Active);
    let member = reader.find_member(account, person).await?;
    let (Some(account), Some(member)) = (found, member.filter(|m| m.state == MemberState::Active)) else {
        return Ok(None);
    };
    let connections = reader.list_standing_connections(app, &account.id, person).await?;
    Ok(Some(Standing { account, member, connections }))
}

impl Standing {
    /// The connection of this kind.
    #[must_use]
    pub fn connection(&self, kind: ConnectionKind) -> Option<&StandingConnection> {
        self.connections.iter().find(|standing| standing.connection.kind == kind)
    }

    /// The connection in which this person has consented to all that is asked for, and which still has it.
    #[must_use]
    pub fn remembered(&self, asked: &ScopeSet) -> Option<&StandingConnection> {
        self.connections.iter().find(|standing| asked.is_subset_of(&consented(standing)))
    }

    /// What this person has consented to that can be used for this request: of the connection that has all of it, else
    /// of the one that the request is about.
    #[must_use]
    pub fn consented(&self, asked: &ScopeSet) -> ScopeSet {
        let standing = self.remembered(asked).or_else(|| self.connections.first());
        standing.map(consented).unwrap_or_default()
    }

    /// How this person may connect the app.
    ///
    /// # Errors
    /// Why not.
    pub fn way(&self, known: &KnownApp, asked: &ScopeSet, unlisted: Unlisted) -> Result<Way, NoWay> {
        let own = known.app.account_id == self.account.id;
        let covers = |standing: &&StandingConnection| asked.api().is_subset_of(&set(&standing.granted));
        way::way(&Facts {
            is_admin: self.member.is_admin,
            policy: self.account.connect_policy,
            // Machines that register themselves need no approval: they are marked and asked about every time instead.
            open: known.client.provenance.is_self_declared()
                || way::is_open_to(unlisted, known.app.listing, self.account.kind, own),
            connected: self.connection(ConnectionKind::Account).is_some(),
            covering: self.connections.iter().find(covers).map(|standing| standing.connection.kind),
        })
    }
}

/// What the person said yes to and the connection has. OpenID Connect's scopes are about the person alone.
fn consented(standing: &StandingConnection) -> ScopeSet {
    let said = set(&standing.consented);
    said.oidc().union(&said.api().intersection(&set(&standing.granted)))
}

fn set(scopes: &[String]) -> ScopeSet {
    scopes.iter().map(String::as_str).collect()
}
