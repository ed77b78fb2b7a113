//! Secrets of apps and of APIs: their hashes, and what tells them apart.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, ApiSecretId, AppId, PersonId, SecretId};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A client secret, as its owner sees it again: never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSecret {
    /// Its id.
    pub id: SecretId,
    /// The app.
    pub app_id: AppId,
    /// What the owner said it is for.
    pub description: String,
    /// Its last four characters.
    pub hint: String,
    /// Who made it, unless that person is gone.
    pub created_by: Option<PersonId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When an app last authenticated with it; up to a minute late.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A client secret to be kept.
#[derive(Clone)]
pub struct NewSecret {
    /// Its id.
    pub id: SecretId,
    /// The app.
    pub app_id: AppId,
    /// What it is for.
    pub description: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Its last four characters.
    pub hint: String,
    /// Who makes it; `None` for the command line.
    pub created_by: Option<PersonId>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretChange {
    /// Revoked.
    Done,
    /// Refused: the app would have no working secret left.
    LastOne,
    /// The app has no such secret that works.
    Missing,
}

/// An API's secret for introspection, as operators see it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSecret {
    /// Its id.
    pub id: ApiSecretId,
    /// The API.
    pub api_name: String,
    /// What it is for.
    pub description: String,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the API last authenticated with it; up to a minute late.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// An API's secret to be kept.
#[derive(Clone)]
pub struct NewApiSecret {
    /// Its id.
    pub id: ApiSecretId,
    /// The API.
    pub api_name: String,
    /// What it is for.
    pub description: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Its last four characters.
    pub hint: String,
}

impl std::fmt::Debug for NewApiSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewApiSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

macro_rules! api_secret_columns {
    () => {
        "id, api_name, description, hint, created_at, last_used_at, revoked_at"
    };
}

crate::sql! {
    LIST = "select s.id, s.app_id, s.description, s.hint, s.created_by, s.created_at, s.expires_at, s.last_used_at, \
        s.revoked_at from app_secret s join app p on p.id = s.app_id \
        where p.account_id = $1 and p.id = $2 and p.deleted_at is null order by s.created_at, s.id limit 500";
    INSERT = "insert into app_secret (id, app_id, description, hash, hint, created_by, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    OTHERS_WORK = "select count(*) from app_secret where app_id = $1 and id <> $2 and revoked_at is null \
        and (expires_at is null or expires_at > $3)";
    REVOKE = "update app_secret set revoked_at = $1, revoked_by = $2 \
        where app_id = $3 and id = $4 and revoked_at is null returning id";
    WORKS = "select id from app_secret where app_id = $1 and id = $2 and revoked_at is null";
    TOUCH = "update app_secret set last_used_at = $1 where id = $2 and coalesce(last_used_at, 0) < $1";
    LIST_OF_API = concat!(
        "select ", api_secret_columns!(), " from api_secret where api_name = $1 order by created_at, id limit 500"
    );
    FIND_OF_API = concat!("select ", api_secret_columns!(), " from api_secret where hash = $1 and revoked_at is null");
    INSERT_OF_API = "insert into api_secret (id, api_name, hash, hint, description, created_at) \
        values ($1, $2, $3, $4, $5, $6)";
    REVOKE_OF_API = "update api_secret set revoked_at = $1 where id = $2 and revoked_at is null returning api_name";
    TOUCH_OF_API = "update api_secret set last_used_at = $1 where id = $2 and coalesce(last_used_at, 0) < $1";
}

impl FromColumns for AppSecret {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AppSecret {
            id: columns.take()?,
            app_id: columns.take()?,
            description: columns.take()?,
            hint: columns.take()?,
            created_by: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
            last_used_at: columns.take()?,
            revoked_at: columns.take()?,
        })
    }
}

impl FromColumns for ApiSecret {
    const WIDTH: usize = 7;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ApiSecret {
            id: columns.take()?,
            api_name: columns.take()?,
            description: columns.take()?,
            hint: columns.take()?,
            created_at: columns.take()?,
            last_used_at: columns.take()?,
            revoked_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The secrets of an app of the account, the oldest first, revoked ones included.
    pub async fn list_secrets(&self, account: &AccountId, app: &AppId) -> Result<Vec<AppSecret>, Error> {
        AppSecret::from_rows(&self.query(LIST, values![account, app]).await?)
    }

    /// The secrets of an API, revoked ones included.
    pub async fn list_api_secrets(&self, api: &str) -> Result<Vec<ApiSecret>, Error> {
        ApiSecret::from_rows(&self.query(LIST_OF_API, values![api]).await?)
    }

    /// The API secret with this hash, unless it is revoked. Looking up a SHA-256 of 256 random bits by equality tells
    /// nothing by its time.
    pub async fn find_api_secret(&self, hash: &[u8; 32]) -> Result<Option<ApiSecret>, Error> {
        self.query_opt(FIND_OF_API, values![hash]).await?.as_ref().map(ApiSecret::from_row).transpose()
    }
}

impl Tx {
    /// Keeps a client secret beside those that the app has.
    pub async fn insert_secret(&self, new: &NewSecret) -> Result<(), Error> {
        let values = values![
            &new.id,
            &new.app_id,
            &new.description,
            new.hash,
            &new.hint,
            new.created_by.as_ref(),
            self.now(),
            new.expires_at,
        ];
        self.execute(INSERT, values).await?;
        self.app_changed(&new.app_id).await
    }

    /// Revokes a secret of an app of the account. The last one that works is only revoked when `even_the_last` says
    /// so. The app is locked first: two revocations at once must not leave none.
    pub async fn revoke_secret(
        &self,
        (account, app): (&AccountId, &AppId),
        secret: &SecretId,
        by: Option<&PersonId>,
        even_the_last: bool,
    ) -> Result<SecretChange, Error> {
        if !self.lock_app(account, app).await? || self.query_opt(WORKS, values![app, secret]).await?.is_none()
        {
            return Ok(SecretChange::Missing);
        }
        let others = self.query_one(OTHERS_WORK, values![app, secret, self.now()]).await?.int(0)?;
        if others == 0 && !even_the_last {
            return Ok(SecretChange::LastOne);
        }
        self.query_opt(REVOKE, values![self.now(), by, app, secret]).await?;
        self.app_changed(app).await?;
        Ok(SecretChange::Done)
    }

    /// Remembers when client secrets were last used: called in batches, so that no token request writes.
    pub async fn touch_secrets(&self, used: &[(SecretId, Timestamp)]) -> Result<(), Error> {
        for (id, at) in used {
            self.execute(TOUCH, values![*at, id]).await?;
        }
        Ok(())
    }

    /// Keeps a secret of an API. An API that is not in the catalogue is `Conflict("foreign_key")`.
    pub async fn insert_api_secret(&self, new: &NewApiSecret) -> Result<(), Error> {
        let values = values![&new.id, &new.api_name, new.hash, &new.hint, &new.description, self.now()];
        self.execute(INSERT_OF_API, values).await?;
        self.changed(ChangeKind::Catalogue, &new.api_name).await
    }

    /// Revokes a secret of an API. `false` when there is none that works.
    pub async fn revoke_api_secret(&self, id: &ApiSecretId) -> Result<bool, Error> {
        let Some(row) = self.query_opt(REVOKE_OF_API, values![self.now(), id]).await? else {
            return Ok(false);
        };
        self.changed(ChangeKind::Catalogue, &row.text(0)?).await?;
        Ok(true)
    }

    /// Remembers when API secrets were last used.
    pub async fn touch_api_secrets(&self, used: &[(ApiSecretId, Timestamp)]) -> Result<(), Error> {
        for (id, at) in used {
            self.execute(TOUCH_OF_API, values![*at, id]).await?;
        }
        Ok(())
    }
}
