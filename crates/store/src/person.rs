//! People: one login each, whatever accounts they are members of.

use crate::columns::{Columns, FromColumns};
use crate::id::PersonId;
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Whether a person may sign in at all.
    PersonState {
        /// Yes.
        Active = "active",
        /// No, and nothing that was issued for the person works.
        Disabled = "disabled",
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its id: the `sub` of the person's tokens. Never given to another.
    pub id: PersonId,
    /// The address as typed.
    pub email: String,
    /// Whether the person proved that the address is theirs.
    pub email_verified: bool,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether the person may sign in.
    pub state: PersonState,
    /// The language the person chose, such as `de`.
    pub locale: Option<String>,
    /// Further OpenID Connect claims: a JSON object.
    pub claims: String,
    /// When the person was made.
    pub created_at: Timestamp,
    /// When something of this changed last.
    pub updated_at: Timestamp,
    /// When the password was last set; `None` without a password.
    pub password_changed_at: Option<Timestamp>,
}

impl Person {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// What a sign-in with a password is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Who signs in.
    pub person: Person,
    /// The Argon2 hash; `None` until a password was set.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("person", &self.person.id).finish_non_exhaustive()
    }
}

/// A person to be made.
#[derive(Clone)]
pub struct NewPerson {
    /// Its id.
    pub id: PersonId,
    /// The address as typed.
    pub email: String,
    /// The address trimmed, normalised and case-folded: what is unique.
    pub email_key: String,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The Argon2 hash, if the person has a password yet.
    pub password_hash: Option<String>,
    /// The person's language.
    pub locale: Option<String>,
    /// Further claims: a JSON object, `{}` for none.
    pub claims: String,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The columns that a [`Person`] is read from.
macro_rules! person_columns {
    ($t:literal) => {
        concat!(
            $t,
            ".id, ",
            $t,
            ".email, ",
            $t,
            ".email_verified, ",
            $t,
            ".first_name, ",
            $t,
            ".last_name, ",
            $t,
            ".state, ",
            $t,
            ".locale, ",
            $t,
            ".claims, ",
            $t,
            ".created_at, ",
            $t,
            ".updated_at, ",
            $t,
            ".password_changed_at"
        )
    };
}
pub(crate) use person_columns;

crate::sql! {
    FIND = concat!("select ", person_columns!("p"), " from person p where p.id = $1");
    FIND_BY_EMAIL = concat!("select ", person_columns!("p"), " from person p where p.email_key = $1");
    FIND_LOGIN = concat!("select ", person_columns!("p"), ", p.password_hash from person p where p.email_key = $1");
    FIND_LOGIN_BY_ID = concat!("select ", person_columns!("p"), ", p.password_hash from person p where p.id = $1");
    INSERT = "insert into person (id, email, email_key, email_verified, first_name, first_name_key, last_name, \
        last_name_key, password_hash, state, locale, claims, created_at, updated_at, password_changed_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, $12, $12, $13)";
    RENAME = "update person set first_name = $1, first_name_key = $2, last_name = $3, last_name_key = $4, \
        updated_at = $5 where id = $6 returning id";
    SET_PASSWORD = "update person set password_hash = $1, password_changed_at = $2, updated_at = $2 \
        where id = $3 returning id";
    /// Only while the old hash is still there: a rehash at sign-in must not undo a change of the password.
    REHASH = "update person set password_hash = $1 where id = $2 and password_hash = $3 returning id";
    SET_STATE = "update person set state = $1, updated_at = $2 where id = $3 and state <> $1 returning id";
    SET_EMAIL = "update person set email = $1, email_key = $2, email_verified = $3, updated_at = $4 \
        where id = $5 returning id";
    VERIFY_EMAIL = "update person set email_verified = $1, updated_at = $2 where id = $3 and email_key = $4 \
        returning id";
    SET_LOCALE = "update person set locale = $1, updated_at = $2 where id = $3 returning id";
    SET_CLAIMS = "update person set claims = $1, updated_at = $2 where id = $3 returning id";
}

impl FromColumns for Person {
    const WIDTH: usize = 11;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Person {
            id: columns.take()?,
            email: columns.take()?,
            email_verified: columns.take()?,
            first_name: columns.take()?,
            last_name: columns.take()?,
            state: columns.take()?,
            locale: columns.take()?,
            claims: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
            password_changed_at: columns.take()?,
        })
    }
}

impl FromColumns for Login {
    const WIDTH: usize = Person::WIDTH + 1;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Login { person: columns.nested()?, password_hash: columns.take()? })
    }
}

impl Reader {
    /// The person with this id.
    pub async fn find_person(&self, id: &PersonId) -> Result<Option<Person>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(Person::from_row).transpose()
    }

    /// The person with this folded address.
    pub async fn find_person_by_email(&self, email_key: &str) -> Result<Option<Person>, Error> {
        self.query_opt(FIND_BY_EMAIL, values![email_key]).await?.as_ref().map(Person::from_row).transpose()
    }

    /// The person with this folded address, with what the password is checked against.
    pub async fn find_login(&self, email_key: &str) -> Result<Option<Login>, Error> {
        self.query_opt(FIND_LOGIN, values![email_key]).await?.as_ref().map(Login::from_row).transpose()
    }

    /// A signed-in person, with what the password is checked against when it is asked for again.
    pub async fn find_login_by_id(&self, id: &PersonId) -> Result<Option<Login>, Error> {
        self.query_opt(FIND_LOGIN_BY_ID, values![id]).await?.as_ref().map(Login::from_row).transpose()
    }
}

impl Tx {
    /// Makes a person. A taken address is `Conflict("person_email_key_key")`.
    pub async fn insert_person(&self, new: &NewPerson) -> Result<(), Error> {
        let now = self.now();
        let password_changed_at = new.password_hash.as_ref().map(|_| now);
        let values = values![
            &new.id,
            &new.email,
            &new.email_key,
            new.email_verified,
            &new.first_name,
            new.first_name.to_lowercase(),
            &new.last_name,
            new.last_name.to_lowercase(),
            new.password_hash.as_ref(),
            new.locale.as_ref(),
            &new.claims,
            now,
            password_changed_at,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Changes a person's name. Like all the setters here: `false` when there is no such person.
    pub async fn rename_person(&self, id: &PersonId, first: &str, last: &str) -> Result<bool, Error> {
        let values = values![first, first.to_lowercase(), last, last.to_lowercase(), self.now(), id];
        self.person_changed(RENAME, values, id).await
    }

    /// Sets a new password. The caller ends the person's sessions.
    pub async fn set_password(&self, id: &PersonId, password_hash: &str) -> Result<bool, Error> {
        self.person_changed(SET_PASSWORD, values![password_hash, self.now(), id], id).await
    }

    /// Keeps the same password under another hash, unless the password was changed meanwhile.
    pub async fn rehash_password(
        &self,
        id: &PersonId,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, Error> {
        Ok(self.query_opt(REHASH, values![new_hash, id, old_hash]).await?.is_some())
    }

    /// Disables or enables a person everywhere. `false` also when nothing changed.
    pub async fn set_person_state(&self, id: &PersonId, state: PersonState) -> Result<bool, Error> {
        let changed = self.person_changed(SET_STATE, values![state, self.now(), id], id).await?;
        if changed && state == PersonState::Disabled {
            self.revoke_tokens_of_person(id).await?;
        }
        Ok(changed)
    }

    /// Changes the address. A taken one is `Conflict("person_email_key_key")`.
    pub async fn set_email(
        &self,
        id: &PersonId,
        email: &str,
        email_key: &str,
        verified: bool,
    ) -> Result<bool, Error> {
        self.person_changed(SET_EMAIL, values![email, email_key, verified, self.now(), id], id).await
    }

    /// Remembers that the address is the person's. `false` when the person has another address by now.
    pub async fn verify_email(&self, id: &PersonId, email_key: &str) -> Result<bool, Error> {
        self.person_changed(VERIFY_EMAIL, values![true, self.now(), id, email_key], id).await
    }

    /// Sets the person's language.
    pub async fn set_locale(&self, id: &PersonId, locale: Option<&str>) -> Result<bool, Error> {
        self.person_changed(SET_LOCALE, values![locale, self.now(), id], id).await
    }

    /// Replaces the further claims, a JSON object.
    pub async fn set_claims(&self, id: &PersonId, claims: &str) -> Result<bool, Error> {
        self.person_changed(SET_CLAIMS, values![claims, self.now(), id], id).await
    }

    async fn person_changed(
        &self,
        statement: &'static str,
        values: &[crate::Value],
        id: &PersonId,
    ) -> Result<bool, Error> {
        if self.query_opt(statement, values).await?.is_none() {
            return Ok(false);
        }
        self.changed(ChangeKind::User, id.as_str()).await?;
        Ok(true)
    }
}
