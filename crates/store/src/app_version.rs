//! Versions of apps: what the owner says about an app. A version that is, or was, live never changes.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, PersonId, VersionId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Where a version stands.
    VersionState {
        /// Being written.
        Draft = "draft",
        /// Waiting for review.
        Submitted = "submitted",
        /// The one that counts.
        Live = "live",
        /// Was live before another.
        Superseded = "superseded",
        /// Was refused at review.
        Rejected = "rejected",
        /// Was a draft or waited for review, until its owner put another in its place or wanted none.
        Dropped = "dropped",
    }
    /// Whether the app can keep a secret (RFC 6749 §2.1).
    ClientType {
        /// It runs on a server.
        Confidential = "confidential",
        /// It runs on people's devices.
        Public = "public",
    }
    /// How strict the protocol is with the app.
    Profile {
        /// PKCE may be left out by confidential apps.
        Compatible = "compatible",
        /// The default.
        Standard = "standard",
        /// The FAPI 2.0 security profile.
        Fapi2 = "fapi2",
    }
    /// Whether the app sees personally identifiable information.
    PiiMode {
        /// It does.
        Retrieve = "retrieve",
        /// Resource servers mask it.
        Hide = "hide",
    }
    /// What an address of an app is for.
    UriKind {
        /// Where browsers return with a code.
        Redirect = "redirect",
        /// Where browsers may return after signing out.
        PostLogout = "post_logout",
        /// An origin whose scripts may call the token endpoint.
        Cors = "cors",
        /// Where a request object may be fetched (OIDC Core §6.2).
        Request = "request",
    }
    /// Whether the app gets the same subject of a person as others (OIDC Core §8).
    SubjectType {
        /// It does.
        Public = "public",
        /// It gets one that only its sector gets.
        Pairwise = "pairwise",
    }
}

/// Everything about an app that its owner can edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDetails {
    /// The client name.
    pub name: String,
    /// The logo as we serve it.
    pub logo_id: Option<String>,
    /// Where it was fetched.
    pub logo_source_url: Option<String>,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// How strict the protocol is.
    pub profile: Profile,
    /// Whether PKCE is required of a confidential app.
    pub require_pkce: bool,
    /// The registered client authentication method, in the RFC's word.
    pub auth_method: String,
    /// Whether it sees personally identifiable information.
    pub pii_mode: PiiMode,
    /// The algorithm of its ID tokens.
    pub id_token_alg: String,
    /// Its public keys: a JWK set.
    pub jwks: Option<String>,
    /// Where its public keys are.
    pub jwks_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
    /// Where a sign-in that somebody else begins is sent.
    pub initiate_login_uri: Option<String>,
    /// Where it is told that a session has ended.
    pub backchannel_logout_uri: Option<String>,
    /// Whether an authorization must begin with a pushed request (RFC 9126 §6).
    pub require_par: bool,
    /// Whether its tokens are always bound to a key (RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// The algorithm of signed userinfo; without one it is plain JSON.
    pub userinfo_alg: Option<String>,
    /// The one algorithm its request objects may have, or `none`; without one, any the server knows.
    pub request_object_alg: Option<String>,
    /// The one algorithm with which it signs who it is; without one, any that its profile allows.
    pub auth_alg: Option<String>,
    /// How many seconds ago a person may have signed in, when a request does not say.
    pub default_max_age: Option<i64>,
    /// Whether it gets the same subject of a person as others.
    pub subject_type: SubjectType,
    /// Where the list is that says which redirect URIs share a sector.
    pub sector_identifier_uri: Option<String>,
    /// Whether it may use the device grant (RFC 8628).
    pub device_grant: bool,
    /// Whether it may exchange tokens (RFC 8693).
    pub token_exchange: bool,
    /// Where browsers return with a code, as registered.
    pub redirect_uris: Vec<String>,
    /// Where browsers may return after signing out.
    pub post_logout_uris: Vec<String>,
    /// Origins whose scripts may call the token endpoint.
    pub cors_origins: Vec<String>,
    /// Where its request objects may be fetched, as registered.
    pub request_uris: Vec<String>,
    /// The API scopes it may ask for, by name.
    pub scopes: Vec<String>,
}

/// A version of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppVersion {
    /// Its id.
    pub id: VersionId,
    /// The app.
    pub app_id: AppId,
    /// Counted from 1 within the app.
    pub number: i64,
    /// Where it stands.
    pub state: VersionState,
    /// What it says.
    pub details: AppDetails,
    /// Who saved it, unless that person is gone.
    pub created_by: Option<PersonId>,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// A version to be saved.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// Its id.
    pub id: VersionId,
    /// The app.
    pub app_id: AppId,
    /// What it says.
    pub details: AppDetails,
    /// Who saves it; `None` for the command line.
    pub created_by: Option<PersonId>,
}

/// The columns that an [`AppVersion`] is read from, without its lists.
macro_rules! version_columns {
    ($t:literal) => {
        concat!(
            $t,
            ".id, ",
            $t,
            ".app_id, ",
            $t,
            ".number, ",
            $t,
            ".state, ",
            $t,
            ".name, ",
            $t,
            ".logo_id, ",
            $t,
            ".logo_source_url, ",
            $t,
            ".client_type, ",
            $t,
            ".profile, ",
            $t,
            ".require_pkce, ",
            $t,
            ".auth_method, ",
            $t,
            ".pii_mode, ",
            $t,
            ".id_token_alg, ",
            $t,
            ".jwks, ",
            $t,
            ".jwks_uri, ",
            $t,
            ".policy_uri, ",
            $t,
            ".tos_uri, ",
            $t,
            ".initiate_login_uri, ",
            $t,
            ".backchannel_logout_uri, ",
            $t,
            ".require_par, ",
            $t,
            ".dpop_bound, ",
            $t,
            ".userinfo_alg, ",
            $t,
            ".request_object_alg, ",
            $t,
            ".auth_alg, ",
            $t,
            ".default_max_age, ",
            $t,
            ".subject_type, ",
            $t,
            ".sector_identifier_uri, ",
            $t,
            ".device_grant, ",
            $t,
            ".token_exchange, ",
            $t,
            ".created_by, ",
            $t,
            ".created_at"
        )
    };
}
pub(crate) use version_columns;

crate::sql! {
    FIND = concat!(
        "select ", version_columns!("v"), " from app_version v join app p on p.id = v.app_id",
        " where p.account_id = $1 and p.id = $2 and v.id = $3 and p.deleted_at is null"
    );
    LIST = concat!(
        "select ", version_columns!("v"), " from app_version v join app p on p.id = v.app_id",
        " where p.account_id = $1 and p.id = $2 and p.deleted_at is null order by v.number desc limit 200"
    );
    FIND_ANY = concat!("select ", version_columns!("v"), " from app_version v where v.id = $1");
    URIS = "select kind, uri from app_version_uri where version_id = $1 order by kind, position";
    SCOPES = "select scope from app_version_scope where version_id = $1 order by scope";
    INSERT = "insert into app_version (id, app_id, number, state, name, name_key, logo_id, logo_source_url, client_type, \
        profile, require_pkce, auth_method, pii_mode, id_token_alg, jwks, jwks_uri, policy_uri, tos_uri, \
        initiate_login_uri, backchannel_logout_uri, require_par, dpop_bound, userinfo_alg, request_object_alg, \
        auth_alg, default_max_age, subject_type, sector_identifier_uri, device_grant, token_exchange, created_by, \
        created_at) values ($1, $2, \
        (select coalesce(max(o.number), 0) + 1 from app_version o where o.app_id = $2), \
        'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
        $21, $22, $23, $24, $25, $26, $27, $28, $29, $30) returning number";
    INSERT_URI = "insert into app_version_uri (version_id, kind, position, uri) values ($1, $2, $3, $4)";
    INSERT_SCOPE = "insert into app_version_scope (version_id, scope) values ($1, $2) \
        on conflict (version_id, scope) do nothing";
    SUPERSEDE = "update app_version set state = 'superseded' where app_id = $1 and state = 'live'";
    MAY_BE_LIVE = "select id from app_version where app_id = $1 and id = $2 and state in ('draft', 'submitted')";
    MAKE_LIVE = "update app_version set state = 'live' where app_id = $1 and id = $2";
    /// The draft pointer goes when the draft is what becomes live.
    POINT_LIVE = "update app set live_version_id = $1, \
        draft_version_id = case when draft_version_id = $1 then null else draft_version_id end, updated_at = $2 \
        where id = $3";
    SET_STATE = "update app_version set state = $1 where app_id = $2 and id = $3 \
        and state in ('draft', 'submitted', 'rejected') returning id";
    POINT_DRAFT = "update app set draft_version_id = $1, updated_at = $2 where id = $3 and deleted_at is null \
        returning id";
}

impl FromColumns for AppVersion {
    const WIDTH: usize = 31;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AppVersion {
            id: columns.take()?,
            app_id: columns.take()?,
            number: columns.take()?,
            state: columns.take()?,
            details: AppDetails {
                name: columns.take()?,
                logo_id: columns.take()?,
                logo_source_url: columns.take()?,
                client_type: columns.take()?,
                profile: columns.take()?,
                require_pkce: columns.take()?,
                auth_method: columns.take()?,
                pii_mode: columns.take()?,
                id_token_alg: columns.take()?,
                jwks: columns.take()?,
                jwks_uri: columns.take()?,
                policy_uri: columns.take()?,
                tos_uri: columns.take()?,
                initiate_login_uri: columns.take()?,
                backchannel_logout_uri: columns.take()?,
                require_par: columns.take()?,
                dpop_bound: columns.take()?,
                userinfo_alg: columns.take()?,
                request_object_alg: columns.take()?,
                auth_alg: columns.take()?,
                default_max_age: columns.take()?,
                subject_type: columns.take()?,
                sector_identifier_uri: columns.take()?,
                device_grant: columns.take()?,
                token_exchange: columns.take()?,
                redirect_uris: Vec::new(),
                post_logout_uris: Vec::new(),
                cors_origins: Vec::new(),
                request_uris: Vec::new(),
                scopes: Vec::new(),
            },
            created_by: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl Reader {
    /// A version of an app of the account.
    pub async fn find_version(
        &self,
        account: &AccountId,
        app: &AppId,
        version: &VersionId,
    ) -> Result<Option<AppVersion>, Error> {
        let row = self.query_opt(FIND, values![account, app, version]).await?;
        match row {
            Some(row) => Ok(Some(self.fill_version(AppVersion::from_row(&row)?).await?)),
            None => Ok(None),
        }
    }

    /// A version of whichever app: for reviewers only.
    pub async fn find_any_version(&self, version: &VersionId) -> Result<Option<AppVersion>, Error> {
        match self.query_opt(FIND_ANY, values![version]).await? {
            Some(row) => Ok(Some(self.fill_version(AppVersion::from_row(&row)?).await?)),
            None => Ok(None),
        }
    }

    /// The latest versions of an app of the account, the newest first, without their lists of URIs and scopes.
    pub async fn list_versions(&self, account: &AccountId, app: &AppId) -> Result<Vec<AppVersion>, Error> {
        AppVersion::from_rows(&self.query(LIST, values![account, app]).await?)
    }

    /// Adds the lists to a version read without them.
    pub async fn fill_version(&self, mut version: AppVersion) -> Result<AppVersion, Error> {
        for row in self.query(URIS, values![&version.id]).await? {
            let columns = &mut row.columns();
            let list = match columns.take()? {
                UriKind::Redirect => &mut version.details.redirect_uris,
                UriKind::PostLogout => &mut version.details.post_logout_uris,
                UriKind::Cors => &mut version.details.cors_origins,
                UriKind::Request => &mut version.details.request_uris,
            };
            list.push(columns.take()?);
        }
        for row in self.query(SCOPES, values![&version.id]).await? {
            version.details.scopes.push(row.text(0)?);
        }
        Ok(version)
    }
}

impl Tx {
    /// Saves a version as a draft and says its number. An address given twice is
    /// `Conflict("app_version_uri_version_id_kind_uri_key")`. Two that are saved at once would get the same number:
    /// lock the app first, or be ready for `Conflict("app_version_app_id_number_key")`.
    pub async fn insert_version(&self, new: &NewVersion) -> Result<i64, Error> {
        let details = &new.details;
        let values = values![
            &new.id,
            &new.app_id,
            &details.name,
            details.name.to_lowercase(),
            details.logo_id.as_ref(),
            details.logo_source_url.as_ref(),
            details.client_type,
            details.profile,
            details.require_pkce,
            &details.auth_method,
            details.pii_mode,
            &details.id_token_alg,
            details.jwks.as_ref(),
            details.jwks_uri.as_ref(),
            details.policy_uri.as_ref(),
            details.tos_uri.as_ref(),
            details.initiate_login_uri.as_ref(),
            details.backchannel_logout_uri.as_ref(),
            details.require_par,
            details.dpop_bound,
            details.userinfo_alg.as_ref(),
            details.request_object_alg.as_ref(),
            details.auth_alg.as_ref(),
            details.default_max_age,
            details.subject_type,
            details.sector_identifier_uri.as_ref(),
            details.device_grant,
            details.token_exchange,
            new.created_by.as_ref(),
            self.now(),
        ];
        let number = self.query_one(INSERT, values).await?.int(0)?;
        let lists = [
            (UriKind::Redirect, &details.redirect_uris),
            (UriKind::PostLogout, &details.post_logout_uris),
            (UriKind::Cors, &details.cors_origins),
            (UriKind::Request, &details.request_uris),
        ];
        for (kind, uris) in lists {
            for (position, uri) in (0_i64..).zip(uris) {
                self.execute(INSERT_URI, values![&new.id, kind, position, uri]).await?;
            }
        }
        for scope in &details.scopes {
            self.execute(INSERT_SCOPE, values![&new.id, scope]).await?;
        }
        Ok(number)
    }

    /// Makes a version the one that counts, in place of the one that did. `false`, with nothing changed, when the app
    /// has no such version, it was live before, or it was rejected or dropped.
    pub async fn make_version_live(&self, app: &AppId, version: &VersionId) -> Result<bool, Error> {
        if self.query_opt(MAY_BE_LIVE, values![app, version]).await?.is_none() {
            return Ok(false);
        }
        self.execute(SUPERSEDE, values![app]).await?;
        self.execute(MAKE_LIVE, values![app, version]).await?;
        self.execute(POINT_LIVE, values![version, self.now(), app]).await?;
        self.app_changed(app).await?;
        Ok(true)
    }

    /// Sets which version waits to become live, if any. `false` without such an app.
    pub async fn set_draft_version(&self, app: &AppId, version: Option<&VersionId>) -> Result<bool, Error> {
        if self.query_opt(POINT_DRAFT, values![version, self.now(), app]).await?.is_none() {
            return Ok(false);
        }
        self.app_changed(app).await?;
        Ok(true)
    }

    /// Moves a version that was never live to another such state. `false` when it is none of those.
    pub async fn set_version_state(
        &self,
        app: &AppId,
        version: &VersionId,
        state: VersionState,
    ) -> Result<bool, Error> {
        Ok(self.query_opt(SET_STATE, values![state, app, version]).await?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, empty, world, write};

    /// Flags of which each is on in one version alone: two that were mixed up would show.
    #[tokio::test]
    async fn a_version_is_read_as_it_was_saved() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let app =
            store.reader().find_app(&world.developer, &world.app).await.expect("a read").expect("the app");
        let live = app.live_version_id.expect("a live version");
        let reader = store.reader();
        let first = reader.find_version(&world.developer, &world.app, &live).await.expect("a read");
        let first = first.expect("the version").details;
        let flags: [fn(&mut AppDetails) -> &mut bool; 5] = [
            |details| &mut details.require_pkce,
            |details| &mut details.require_par,
            |details| &mut details.dpop_bound,
            |details| &mut details.device_grant,
            |details| &mut details.token_exchange,
        ];
        for (number, flag) in (2_u8..).zip(flags) {
            let text = |what: &str| Some(format!("{what} {number}"));
            let mut details = AppDetails {
                require_pkce: false,
                jwks: text("jwks"),
                jwks_uri: text("jwks_uri"),
                initiate_login_uri: text("initiate_login_uri"),
                backchannel_logout_uri: text("backchannel_logout_uri"),
                userinfo_alg: text("userinfo_alg"),
                request_object_alg: text("request_object_alg"),
                auth_alg: text("auth_alg"),
                default_max_age: Some(i64::from(number)),
                sector_identifier_uri: text("sector_identifier_uri"),
                subject_type: SubjectType::Pairwise,
                request_uris: vec!["https://app.example/b".to_owned(), "https://app.example/a".to_owned()],
                ..first.clone()
            };
            *flag(&mut details) = true;
            let id = VersionId::new(NOW, [number; 10]);
            let new = NewVersion {
                id: id.clone(),
                app_id: world.app.clone(),
                details: details.clone(),
                created_by: None,
            };
            write(&store, NOW, |tx| async move { tx.insert_version(&new).await }).await;
            let found = reader.find_version(&world.developer, &world.app, &id).await.expect("a read");
            assert_eq!(found.expect("the version").details, details);
        }
    }
}
