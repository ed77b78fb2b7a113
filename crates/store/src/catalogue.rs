//! The scope catalogue: APIs, the identifiers they are known by, and their scopes with the words for consent.

use crate::columns::{Columns, FromColumns};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What access tokens for an API look like.
    TokenFormat {
        /// A signed JWT that the API verifies itself.
        Jwt = "jwt",
        /// A handle that the API asks about.
        Opaque = "opaque",
    }
}

/// An API: a resource server, an audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its name, which goes into `aud`.
    pub name: String,
    /// The heading of its scopes.
    pub display_name: String,
    /// What its access tokens look like.
    pub token_format: TokenFormat,
    /// The algorithm they are signed with, such as `ES256`.
    pub signing_alg: String,
    /// The resource identifiers it is also known by (RFC 8707).
    pub resources: Vec<String>,
    /// Its scopes, in the order of the catalogue; retired ones included.
    pub scopes: Vec<ApiScope>,
}

/// A scope of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiScope {
    /// Its name, unique across the catalogue.
    pub name: String,
    /// The API.
    pub api_name: String,
    /// The sentence at consent.
    pub display_name: String,
    /// More about it.
    pub description: Option<String>,
    /// Shown first at consent; an app must say why it wants it.
    pub sensitive: bool,
    /// Self-registered clients may ask for it.
    pub machine: bool,
    /// Given when a request names no scope of the API.
    pub is_default: bool,
    /// Not for apps of others.
    pub internal: bool,
    /// Since when no new app may ask for it.
    pub retired_at: Option<Timestamp>,
}

/// A scope that cannot be removed, and for whose sake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeInUse {
    /// The scope.
    pub scope: String,
    /// How many apps have it in the version that is live.
    pub apps: i64,
    /// How many connections have granted it.
    pub connections: i64,
}

macro_rules! scope_columns {
    () => {
        "s.name, s.api_name, s.display_name, s.description, s.sensitive, s.machine, s.is_default, s.internal, \
         s.retired_at"
    };
}

crate::sql! {
    APIS = "select name, display_name, token_format, signing_alg from api order by position, name";
    RESOURCES = "select api_name, uri from api_resource order by position, uri";
    SCOPES = concat!("select ", scope_columns!(), " from api_scope s order by s.position, s.name");
    NEXT_POSITION = "select coalesce(max(position), 0) + 1 from api";
    UPSERT_API = "insert into api (name, display_name, position, token_format, signing_alg) \
        values ($1, $2, $3, $4, $5) on conflict (name) do update set display_name = excluded.display_name, \
        token_format = excluded.token_format, signing_alg = excluded.signing_alg";
    DELETE_RESOURCES = "delete from api_resource where api_name = $1";
    INSERT_RESOURCE = "insert into api_resource (uri, api_name, position) values ($1, $2, $3)";
    SCOPE_NAMES = "select name from api_scope where api_name = $1 order by name";
    /// How many live versions of apps that are not deleted, and how many standing connections, name a scope.
    SCOPE_USE = "select \
        (select count(*) from app_version_scope v join app p on p.live_version_id = v.version_id \
        where v.scope = $1 and p.deleted_at is null), \
        (select count(*) from connection_scope g join connection c on c.id = g.connection_id \
        where g.scope = $1 and c.ended_at is null)";
    DELETE_API = "delete from api where name = $1";
    DELETE_SCOPE = "delete from api_scope where name = $1 and api_name = $2";
    /// Answers nothing when the scope is another API's.
    UPSERT_SCOPE = "insert into api_scope (name, api_name, display_name, description, sensitive, machine, is_default, \
        internal, position, retired_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        on conflict (name) do update set display_name = excluded.display_name, description = excluded.description, \
        sensitive = excluded.sensitive, machine = excluded.machine, is_default = excluded.is_default, \
        internal = excluded.internal, position = excluded.position, retired_at = excluded.retired_at \
        where api_scope.api_name = excluded.api_name returning name";
}

impl FromColumns for ApiScope {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ApiScope {
            name: columns.take()?,
            api_name: columns.take()?,
            display_name: columns.take()?,
            description: columns.take()?,
            sensitive: columns.take()?,
            machine: columns.take()?,
            is_default: columns.take()?,
            internal: columns.take()?,
            retired_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The whole catalogue, in its order.
    pub async fn list_apis(&self) -> Result<Vec<Api>, Error> {
        let mut apis = Vec::new();
        for row in self.query(APIS, values![]).await? {
            let columns = &mut row.columns();
            apis.push(Api {
                name: columns.take()?,
                display_name: columns.take()?,
                token_format: columns.take()?,
                signing_alg: columns.take()?,
                resources: Vec::new(),
                scopes: Vec::new(),
            });
        }
        for row in self.query(RESOURCES, values![]).await? {
            let (name, uri) = (row.text(0)?, row.text(1)?);
            if let Some(api) = apis.iter_mut().find(|api| api.name == name) {
                api.resources.push(uri);
            }
        }
        for scope in ApiScope::from_rows(&self.query(SCOPES, values![]).await?)? {
            if let Some(api) = apis.iter_mut().find(|api| api.name == scope.api_name) {
                api.scopes.push(scope);
            }
        }
        Ok(apis)
    }

    /// Who uses a scope.
    pub async fn scope_in_use(&self, scope: &str) -> Result<ScopeInUse, Error> {
        let row = self.query_one(SCOPE_USE, values![scope]).await?;
        Ok(ScopeInUse { scope: scope.to_owned(), apps: row.int(0)?, connections: row.int(1)? })
    }
}

impl Tx {
    /// Adds an API, or replaces what is known of the one with this name: its resources and scopes are those given,
    /// in that order.
    ///
    /// A scope in use is never removed silently: when one would be, the answer names them all, nothing of this API is
    /// changed, and the caller rolls back. A scope of another API is `Conflict("api_scope_pkey")`, a resource of
    /// another `Conflict("api_resource_pkey")`.
    pub async fn put_api(&self, api: &Api) -> Result<Vec<ScopeInUse>, Error> {
        let mut dropped = Vec::new();
        let mut in_use = Vec::new();
        for row in self.query(SCOPE_NAMES, values![&api.name]).await? {
            let name = row.text(0)?;
            if api.scopes.iter().any(|scope| scope.name == name) {
                continue;
            }
            let found = self.scope_in_use(&name).await?;
            if found.apps + found.connections > 0 { in_use.push(found) } else { dropped.push(name) }
        }
        if !in_use.is_empty() {
            return Ok(in_use);
        }
        for name in dropped {
            self.execute(DELETE_SCOPE, values![name, &api.name]).await?;
        }
        self.write_api(api).await?;
        self.changed(ChangeKind::Catalogue, &api.name).await?;
        Ok(Vec::new())
    }

    /// Removes an API with its scopes, resources and secrets. A scope in use is never removed: when one would be, the
    /// answer names them all and nothing of this API is changed.
    pub async fn delete_api(&self, api: &str) -> Result<Vec<ScopeInUse>, Error> {
        let mut in_use = Vec::new();
        for row in self.query(SCOPE_NAMES, values![api]).await? {
            let found = self.scope_in_use(&row.text(0)?).await?;
            if found.apps + found.connections > 0 {
                in_use.push(found);
            }
        }
        if in_use.is_empty() {
            self.execute(DELETE_API, values![api]).await?;
            self.changed(ChangeKind::Catalogue, api).await?;
        }
        Ok(in_use)
    }

    async fn write_api(&self, api: &Api) -> Result<(), Error> {
        let position = self.query_one(NEXT_POSITION, values![]).await?.int(0)?;
        let values = values![&api.name, &api.display_name, position, api.token_format, &api.signing_alg];
        self.execute(UPSERT_API, values).await?;
        self.execute(DELETE_RESOURCES, values![&api.name]).await?;
        for (position, uri) in (0_i64..).zip(&api.resources) {
            self.execute(INSERT_RESOURCE, values![uri, &api.name, position]).await?;
        }
        for (position, scope) in (0_i64..).zip(&api.scopes) {
            let values = values![
                &scope.name,
                &api.name,
                &scope.display_name,
                scope.description.as_ref(),
                scope.sensitive,
                scope.machine,
                scope.is_default,
                scope.internal,
                position,
                scope.retired_at,
            ];
            if self.query_opt(UPSERT_SCOPE, values).await?.is_none() {
                return Err(Error::Conflict("api_scope_pkey".to_owned()));
            }
        }
        Ok(())
    }
}
