//! Accounts: the tenants.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, PersonId};
use crate::member::{Member, member_columns};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What an account is for.
    AccountKind {
        /// The platform company: runs the server, reviews apps.
        Operator = "operator",
        /// Registers apps.
        Developer = "developer",
        /// Connects apps.
        Customer = "customer",
        /// The one account that owns apps which registered themselves.
        SelfRegistered = "self",
    }
    /// Whether an account may be used.
    AccountState {
        /// It may.
        Active = "active",
        /// Nothing of it works until an operator resumes it.
        Suspended = "suspended",
    }
    /// Who may connect apps to an account.
    ConnectPolicy {
        /// Account admins; other members ask them.
        Admins = "admins",
        /// Every member, for himself.
        Anyone = "anyone",
        /// Every member, for himself, the apps that an admin allowed.
        AllowList = "allow_list",
    }
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its code, such as `SDXE`. Never changes and is never given to another.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether it may be used.
    pub state: AccountState,
    /// Who may connect apps.
    pub connect_policy: ConnectPolicy,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Its code, in upper case.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub kind: AccountKind,
    /// Who may connect apps.
    pub connect_policy: ConnectPolicy,
}

/// An account in the operator's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    /// The account.
    pub account: Account,
    /// How many people are members.
    pub members: i64,
    /// How many apps it has that are not deleted.
    pub apps: i64,
    /// How many connections it has.
    pub connections: i64,
}

/// An account as one of a person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub account: Account,
    /// What the person is in it.
    pub member: Member,
}

/// Which accounts an operator wants to see.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Only of this kind.
    pub kind: Option<AccountKind>,
    /// Only those whose code or name contains this, in any letter case.
    pub search: Option<String>,
}

/// The columns that an [`Account`] is read from.
macro_rules! account_columns {
    ($t:literal) => {
        concat!(
            $t,
            ".id, ",
            $t,
            ".code, ",
            $t,
            ".name, ",
            $t,
            ".kind, ",
            $t,
            ".state, ",
            $t,
            ".connect_policy, ",
            $t,
            ".created_at"
        )
    };
}
pub(crate) use account_columns;

crate::sql! {
    FIND = concat!("select ", account_columns!("a"), " from account a where a.id = $1");
    FIND_BY_CODE = concat!("select ", account_columns!("a"), " from account a where a.code = $1");
    LIST = concat!(
        "select ", account_columns!("a"), ",",
        " (select count(*) from member m where m.account_id = a.id),",
        " (select count(*) from app p where p.account_id = a.id and p.deleted_at is null),",
        " (select count(*) from connection c where c.account_id = a.id and c.ended_at is null)",
        " from account a where a.code > $1",
        " and (cast($2 as text) is null or a.kind = cast($2 as text))",
        " and (a.name_key like $3 escape '\\' or a.code like $4 escape '\\')",
        " order by a.code limit $5"
    );
    LIST_OF_PERSON = concat!(
        "select ", account_columns!("a"), ", ", member_columns!("m"),
        " from member m join account a on a.id = m.account_id",
        " where m.person_id = $1 order by a.name_key, a.code"
    );
    /// One person who can work in one operator account.
    OPERATOR_EXISTS = "select a.id from account a join member m on m.account_id = a.id \
        join person p on p.id = m.person_id \
        where a.kind = 'operator' and a.state = 'active' and m.state = 'active' and m.is_admin and p.state = 'active' \
        limit 1";
    INSERT = "insert into account (id, code, name, name_key, kind, state, connect_policy, created_at) \
        values ($1, $2, $3, $4, $5, 'active', $6, $7)";
    UPDATE = "update account set name = $1, name_key = $2, connect_policy = $3 where id = $4 returning id";
    SET_STATE = "update account set state = $1 where id = $2 and state <> $1 returning id";
    /// On PostgreSQL, makes others who count this account's admins wait; SQLite has one writer anyway.
    LOCK = "update account set state = state where id = $1";
}

impl FromColumns for Account {
    const WIDTH: usize = 7;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Account {
            id: columns.take()?,
            code: columns.take()?,
            name: columns.take()?,
            kind: columns.take()?,
            state: columns.take()?,
            connect_policy: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The account with this id.
    pub async fn find_account(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(Account::from_row).transpose()
    }

    /// The account with this code, which is in upper case.
    pub async fn find_account_by_code(&self, code: &str) -> Result<Option<Account>, Error> {
        self.query_opt(FIND_BY_CODE, values![code]).await?.as_ref().map(Account::from_row).transpose()
    }

    /// Accounts in the order of their codes: for operators only, as no account limits it.
    pub async fn list_accounts(
        &self,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> Result<Page<AccountSummary>, Error> {
        let search = filter.search.as_deref().unwrap_or_default();
        let (name, code) = (containing(&search.to_lowercase()), containing(&search.to_uppercase()));
        let kind = filter.kind.map(AccountKind::as_str);
        let rows = self.query(LIST, values![page.above(), kind, name, code, page.fetch()]).await?;
        let read = |row| -> Result<AccountSummary, Error> {
            let columns = &mut crate::Row::columns(row);
            Ok(AccountSummary {
                account: columns.nested()?,
                members: columns.take()?,
                apps: columns.take()?,
                connections: columns.take()?,
            })
        };
        let items = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Page::cut(items, page, |item: &AccountSummary| Cursor::text(&item.account.code)))
    }

    /// The accounts a person is a member of, by name: what the account switcher shows. Says of each whether the
    /// membership and the account are active; both must be for anything to work.
    pub async fn list_accounts_of_person(&self, person: &PersonId) -> Result<Vec<Membership>, Error> {
        let rows = self.query(LIST_OF_PERSON, values![person]).await?;
        let read = |row| -> Result<Membership, Error> {
            let columns = &mut crate::Row::columns(row);
            Ok(Membership { account: columns.nested()?, member: columns.nested()? })
        };
        rows.iter().map(read).collect()
    }

    /// Whether somebody can administer an operator account, which ends the life of the set-up link.
    pub async fn operator_exists(&self) -> Result<bool, Error> {
        Ok(self.query_opt(OPERATOR_EXISTS, values![]).await?.is_some())
    }
}

impl Tx {
    /// Makes an account. A code that was ever given is `Conflict("account_code_key")`.
    pub async fn insert_account(&self, new: &NewAccount) -> Result<(), Error> {
        let name_key = new.name.to_lowercase();
        let values =
            values![&new.id, &new.code, &new.name, name_key, new.kind, new.connect_policy, self.now()];
        self.execute(INSERT, values).await?;
        self.changed(ChangeKind::Account, new.id.as_str()).await
    }

    /// Renames an account and sets who may connect apps. `false` when there is no such account.
    pub async fn update_account(
        &self,
        id: &AccountId,
        name: &str,
        policy: ConnectPolicy,
    ) -> Result<bool, Error> {
        let values = values![name, name.to_lowercase(), policy, id];
        if self.query_opt(UPDATE, values).await?.is_none() {
            return Ok(false);
        }
        self.changed(ChangeKind::Account, id.as_str()).await?;
        Ok(true)
    }

    /// Suspends or resumes an account. Its connections and apps stay, but everything that reads their state refuses.
    /// `false` when it was in that state already, or is unknown.
    pub async fn set_account_state(&self, id: &AccountId, state: AccountState) -> Result<bool, Error> {
        if self.query_opt(SET_STATE, values![state, id]).await?.is_none() {
            return Ok(false);
        }
        if state == AccountState::Suspended {
            self.revoke_tokens_of_account(id).await?;
        }
        self.changed(ChangeKind::Account, id.as_str()).await?;
        Ok(true)
    }

    /// Lets nobody else change who is an admin of the account until this transaction ends.
    pub(crate) async fn lock_account(&self, id: &AccountId) -> Result<(), Error> {
        self.execute(LOCK, values![id]).await?;
        Ok(())
    }
}

/// A pattern for `like … escape '\'` that matches texts in which this one occurs.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
