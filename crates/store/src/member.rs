//! Members: who belongs to an account, with which privileges and roles.

use crate::account::containing;
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, PersonId};
use crate::person::{Person, person_columns};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Row, Tx, Value};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Whether a member may use the account.
    MemberState {
        /// Yes.
        Active = "active",
        /// No, until an admin enables the member again.
        Disabled = "disabled",
    }
    /// What a list of members is ordered by.
    MemberSort {
        /// First name.
        FirstName = "firstname",
        /// Last name.
        LastName = "lastname",
        /// E-mail address.
        Email = "email",
    }
}

/// A person's place in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account_id: AccountId,
    /// The person.
    pub person_id: PersonId,
    /// Whether the person has administration management privileges.
    pub is_admin: bool,
    /// Whether the person reviews apps; means something in operator accounts only.
    pub is_reviewer: bool,
    /// Whether the person may use the account.
    pub state: MemberState,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a member may do in a unit of the account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitRole {
    /// The unit; empty for the whole account.
    pub unit: String,
    /// The role's name.
    pub role: String,
}

/// A member with everything that the members page and the users API show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDetail {
    /// The place in the account.
    pub member: Member,
    /// Who it is.
    pub person: Person,
    /// The roles, ordered by unit and name.
    pub roles: Vec<UnitRole>,
}

/// Which members are wanted, and in which order. The users API counts pages, so this list has numbers, not cursors.
#[derive(Clone, Debug)]
pub struct MemberFilter {
    /// Only the one with this folded address.
    pub email_key: Option<String>,
    /// Only those whose address, first or last name contains this, in any letter case.
    pub search: String,
    /// Only members in this state.
    pub state: Option<MemberState>,
    /// Only those who have access to one of these units, through a role or as account admin. At most
    /// [`MemberFilter::MOST_UNITS`]; empty for no condition.
    pub units: Vec<String>,
    /// The order.
    pub sort: MemberSort,
    /// From Z to A.
    pub descending: bool,
    /// How many to pass over.
    pub offset: i64,
    /// How many to answer.
    pub limit: i64,
}

impl MemberFilter {
    /// How many units a list can be limited to.
    pub const MOST_UNITS: usize = 10;
}

impl Default for MemberFilter {
    fn default() -> Self {
        MemberFilter {
            email_key: None,
            search: String::new(),
            state: None,
            units: Vec::new(),
            sort: MemberSort::LastName,
            descending: false,
            offset: 0,
            limit: 100,
        }
    }
}

/// What became of a change that could leave an account without an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// Done.
    Done,
    /// Refused: nobody else administers the account.
    LastAdmin,
    /// There is no such member.
    Missing,
}

/// The columns that a [`Member`] is read from.
macro_rules! member_columns {
    ($t:literal) => {
        concat!(
            $t,
            ".account_id, ",
            $t,
            ".person_id, ",
            $t,
            ".is_admin, ",
            $t,
            ".is_reviewer, ",
            $t,
            ".state, ",
            $t,
            ".created_at"
        )
    };
}
pub(crate) use member_columns;

/// The members of `$1` that a [`MemberFilter`] means: `$2` address, `$3` state, `$4` any unit, `$5`-`$14` units, `$15`
/// a pattern.
macro_rules! wanted {
    () => {
        concat!(
            " from member m join person p on p.id = m.person_id where m.account_id = $1",
            " and (cast($2 as text) is null or p.email_key = cast($2 as text))",
            " and (cast($3 as text) is null or m.state = cast($3 as text))",
            " and (cast($4 as boolean) or m.is_admin or exists (select r.unit from member_role r",
            " where r.account_id = m.account_id and r.person_id = m.person_id and (r.unit = ''",
            " or r.unit in ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14))))",
            " and (p.email_key like $15 escape '\\' or p.first_name_key like $15 escape '\\'",
            " or p.last_name_key like $15 escape '\\')"
        )
    };
}

/// What the list is ordered by: `$16`, a [`MemberSort`].
macro_rules! order {
    ($direction:literal) => {
        concat!(
            " order by case cast($16 as text) when 'firstname' then p.first_name_key when 'lastname' then",
            " p.last_name_key else p.email_key end ",
            $direction,
            ", p.email_key ",
            $direction
        )
    };
}

/// One page of them in an order, each joined with its roles.
macro_rules! list {
    ($direction:literal) => {
        concat!(
            "with wanted as (select m.person_id",
            wanted!(),
            order!($direction),
            " limit $17 offset $18)",
            " select ",
            member_columns!("m"),
            ", ",
            person_columns!("p"),
            ", r.unit, r.role",
            " from wanted w join person p on p.id = w.person_id",
            " join member m on m.account_id = $1 and m.person_id = w.person_id",
            " left join member_role r on r.account_id = m.account_id and r.person_id = m.person_id",
            order!($direction),
            ", r.unit, r.role"
        )
    };
}

crate::sql! {
    FIND = concat!("select ", member_columns!("m"), " from member m where m.account_id = $1 and m.person_id = $2");
    FIND_DETAIL = concat!(
        "select ", member_columns!("m"), ", ", person_columns!("p"), ", r.unit, r.role",
        " from member m join person p on p.id = m.person_id",
        " left join member_role r on r.account_id = m.account_id and r.person_id = m.person_id",
        " where m.account_id = $1 and m.person_id = $2 order by r.unit, r.role"
    );
    LIST_UP = list!("asc");
    LIST_DOWN = list!("desc");
    COUNT = concat!("select count(*)", wanted!());
    ROLES = "select unit, role from member_role where account_id = $1 and person_id = $2 order by unit, role";
    ADMINS = concat!(
        "select ", person_columns!("p"), " from member m join person p on p.id = m.person_id",
        " where m.account_id = $1 and m.is_admin and m.state = 'active' and p.state = 'active'",
        " order by p.last_name_key, p.email_key limit 100"
    );
    REVIEWERS = concat!(
        "select distinct ", person_columns!("p"), " from member m join person p on p.id = m.person_id",
        " join account a on a.id = m.account_id where a.kind = 'operator' and a.state = 'active'",
        " and (m.is_reviewer or m.is_admin) and m.state = 'active' and p.state = 'active'",
        " and (m.is_reviewer or not exists (select 1 from member o join account b on b.id = o.account_id",
        " join person q on q.id = o.person_id where b.kind = 'operator' and b.state = 'active' and o.is_reviewer",
        " and o.state = 'active' and q.state = 'active')) order by p.id limit 100"
    );
    INSERT = "insert into member (account_id, person_id, is_admin, is_reviewer, state, created_at) \
        values ($1, $2, $3, $4, 'active', $5)";
    OTHER_ADMINS = "select count(*) from member m join person p on p.id = m.person_id \
        where m.account_id = $1 and m.person_id <> $2 and m.is_admin and m.state = 'active' and p.state = 'active'";
    SET_ADMIN = "update member set is_admin = $1 where account_id = $2 and person_id = $3";
    SET_REVIEWER = "update member set is_reviewer = $1 where account_id = $2 and person_id = $3 returning person_id";
    SET_STATE = "update member set state = $1 where account_id = $2 and person_id = $3";
    DELETE = "delete from member where account_id = $1 and person_id = $2";
    LEAVE_SESSIONS = "update session set account_id = null where person_id = $1 and account_id = $2";
    DELETE_ROLES = "delete from member_role where account_id = $1 and person_id = $2";
    INSERT_ROLE = "insert into member_role (account_id, person_id, unit, role) values ($1, $2, $3, $4) \
        on conflict (account_id, person_id, unit, role) do nothing";
}

impl FromColumns for Member {
    const WIDTH: usize = 6;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Member {
            account_id: columns.take()?,
            person_id: columns.take()?,
            is_admin: columns.take()?,
            is_reviewer: columns.take()?,
            state: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl FromColumns for UnitRole {
    const WIDTH: usize = 2;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(UnitRole { unit: columns.take()?, role: columns.take()? })
    }
}

/// Puts together again what the join with the roles multiplied; the rows of a member are neighbours.
fn gather(rows: &[Row]) -> Result<Vec<MemberDetail>, Error> {
    let mut details: Vec<MemberDetail> = Vec::new();
    for row in rows {
        let columns = &mut row.columns();
        let (member, person): (Member, Person) = (columns.nested()?, columns.nested()?);
        let role: Option<UnitRole> = columns.nested_or_absent()?;
        match details.last_mut().filter(|last| last.member.person_id == member.person_id) {
            Some(last) => last.roles.extend(role),
            None => details.push(MemberDetail { member, person, roles: role.into_iter().collect() }),
        }
    }
    Ok(details)
}

fn conditions(account: &AccountId, filter: &MemberFilter) -> Vec<Value> {
    let mut values = vec![
        Value::from(account),
        Value::from(filter.email_key.as_ref()),
        Value::from(filter.state.map(MemberState::as_str)),
        Value::from(filter.units.is_empty()),
    ];
    // A unit given twice asks for nothing more; without any, the condition is not looked at.
    let first = filter.units.first().map_or("", String::as_str);
    for slot in 0..MemberFilter::MOST_UNITS {
        values.push(Value::from(filter.units.get(slot).map_or(first, String::as_str)));
    }
    values.push(Value::from(containing(&filter.search.to_lowercase())));
    values
}

impl Reader {
    /// What a person is in an account.
    pub async fn find_member(&self, account: &AccountId, person: &PersonId) -> Result<Option<Member>, Error> {
        self.query_opt(FIND, values![account, person]).await?.as_ref().map(Member::from_row).transpose()
    }

    /// A member of the account with name and roles.
    pub async fn find_member_detail(
        &self,
        account: &AccountId,
        person: &PersonId,
    ) -> Result<Option<MemberDetail>, Error> {
        Ok(gather(&self.query(FIND_DETAIL, values![account, person]).await?)?.pop())
    }

    /// The members of an account that the filter means.
    pub async fn list_members(
        &self,
        account: &AccountId,
        filter: &MemberFilter,
    ) -> Result<Vec<MemberDetail>, Error> {
        let mut values = conditions(account, filter);
        values.extend([filter.sort.into(), filter.limit.into(), filter.offset.into()]);
        gather(&self.query(if filter.descending { LIST_DOWN } else { LIST_UP }, &values).await?)
    }

    /// How many members the filter means, whatever its offset and limit.
    pub async fn count_members(&self, account: &AccountId, filter: &MemberFilter) -> Result<i64, Error> {
        self.query_one(COUNT, &conditions(account, filter)).await?.int(0)
    }

    /// A member's roles, ordered by unit and name.
    pub async fn list_roles(&self, account: &AccountId, person: &PersonId) -> Result<Vec<UnitRole>, Error> {
        UnitRole::from_rows(&self.query(ROLES, values![account, person]).await?)
    }

    /// Who administers the account: the people that others are told to ask.
    pub async fn list_admins(&self, account: &AccountId) -> Result<Vec<Person>, Error> {
        Person::from_rows(&self.query(ADMINS, values![account]).await?)
    }

    /// Who reviews apps: the reviewers of the operator account; its admins, when it has no reviewer.
    pub async fn list_reviewers(&self) -> Result<Vec<Person>, Error> {
        Person::from_rows(&self.query(REVIEWERS, values![]).await?)
    }
}

impl Tx {
    /// Makes a person a member. Somebody who is one already is `Conflict("member_pkey")`.
    pub async fn insert_member(
        &self,
        account: &AccountId,
        person: &PersonId,
        is_admin: bool,
        is_reviewer: bool,
    ) -> Result<(), Error> {
        self.execute(INSERT, values![account, person, is_admin, is_reviewer, self.now()]).await?;
        self.changed(ChangeKind::Account, account.as_str()).await
    }

    /// Gives or takes the privilege of an account admin; never from the last one.
    pub async fn set_member_admin(
        &self,
        account: &AccountId,
        person: &PersonId,
        is_admin: bool,
    ) -> Result<MemberChange, Error> {
        self.change_member(account, person, !is_admin, SET_ADMIN, is_admin.into()).await
    }

    /// Disables or enables a member; never disables the last admin.
    pub async fn set_member_state(
        &self,
        account: &AccountId,
        person: &PersonId,
        state: MemberState,
    ) -> Result<MemberChange, Error> {
        let disables = state == MemberState::Disabled;
        let outcome = self.change_member(account, person, disables, SET_STATE, state.into()).await?;
        if disables && outcome == MemberChange::Done {
            self.revoke_tokens_of_member(account, person).await?;
        }
        Ok(outcome)
    }

    /// Removes a member, but never the last admin. What the person connected for himself ends; what he connected as
    /// an admin is the account's and stays. No session of his shows the account any more.
    pub async fn remove_member(
        &self,
        account: &AccountId,
        person: &PersonId,
        by: Option<&PersonId>,
    ) -> Result<MemberChange, Error> {
        let refused = self.check_member(account, person, true).await?;
        if refused != MemberChange::Done {
            return Ok(refused);
        }
        self.revoke_tokens_of_member(account, person).await?;
        self.end_personal_connections(account, person, by).await?;
        self.execute(LEAVE_SESSIONS, values![person, account]).await?;
        self.execute(DELETE, values![account, person]).await?;
        self.changed(ChangeKind::Account, account.as_str()).await?;
        Ok(MemberChange::Done)
    }

    /// Gives or takes the privilege of a reviewer. `false` when there is no such member.
    pub async fn set_member_reviewer(
        &self,
        account: &AccountId,
        person: &PersonId,
        is_reviewer: bool,
    ) -> Result<bool, Error> {
        if self.query_opt(SET_REVIEWER, values![is_reviewer, account, person]).await?.is_none() {
            return Ok(false);
        }
        self.changed(ChangeKind::Account, account.as_str()).await?;
        Ok(true)
    }

    /// Replaces a member's roles. A person who is no member is `Conflict("foreign_key")`.
    pub async fn set_member_roles(
        &self,
        account: &AccountId,
        person: &PersonId,
        roles: &[UnitRole],
    ) -> Result<(), Error> {
        self.execute(DELETE_ROLES, values![account, person]).await?;
        for role in roles {
            self.execute(INSERT_ROLE, values![account, person, &role.unit, &role.role]).await?;
        }
        self.changed(ChangeKind::Account, account.as_str()).await
    }

    #[expect(clippy::too_many_arguments, reason = "one statement's parameters, used by this file only")]
    async fn change_member(
        &self,
        account: &AccountId,
        person: &PersonId,
        takes_an_admin_away: bool,
        statement: &'static str,
        value: Value,
    ) -> Result<MemberChange, Error> {
        let outcome = self.check_member(account, person, takes_an_admin_away).await?;
        if outcome == MemberChange::Done {
            self.execute(statement, &[value, account.into(), person.into()]).await?;
            self.changed(ChangeKind::Account, account.as_str()).await?;
        }
        Ok(outcome)
    }

    /// Whether the member exists and, if an admin would be lost, another one remains. The account is locked first: two
    /// admins who remove each other at the same moment must not both succeed.
    async fn check_member(
        &self,
        account: &AccountId,
        person: &PersonId,
        takes_an_admin_away: bool,
    ) -> Result<MemberChange, Error> {
        self.lock_account(account).await?;
        let Some(member) = self.find_member(account, person).await? else { return Ok(MemberChange::Missing) };
        if takes_an_admin_away && member.is_admin {
            let others = self.query_one(OTHER_ADMINS, values![account, person]).await?.int(0)?;
            if others == 0 {
                return Ok(MemberChange::LastAdmin);
            }
        }
        Ok(MemberChange::Done)
    }
}
