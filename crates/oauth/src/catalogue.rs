//! The APIs behind the server and their scopes: what may be asked for, and for whom a token is.

use std::collections::HashMap;

use url::Url;

use crate::error::{Error, ErrorCode};
use crate::jose::Alg;
use crate::scope::{ScopeSet, is_oidc};

/// A scope of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiScope {
    /// Its name, unique across the catalogue.
    pub name: String,
    /// Given when a request names no scope at all.
    pub is_default: bool,
    /// Clients that registered themselves may ask for it.
    pub machine: bool,
    /// Only the server's own programs may register it.
    pub internal: bool,
}

/// How the access tokens of an API look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenFormat {
    /// RFC 9068, signed with this algorithm.
    Jwt(Alg),
    /// A handle that only introspection understands.
    Opaque,
}

/// An API, which is a resource server and an audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its name, which is what `aud` says unless `resource` is used.
    pub name: String,
    /// Its resource identifiers (RFC 8707).
    pub resources: Vec<String>,
    /// What its tokens look like.
    pub token_format: TokenFormat,
    /// Its scopes.
    pub scopes: Vec<ApiScope>,
}

/// All APIs. Built once when the catalogue changes, asked on every request.
#[derive(Clone, Debug)]
pub struct Catalogue {
    own_resource: String,
    default_format: TokenFormat,
    apis: Vec<Api>,
    api_of_scope: HashMap<String, usize>,
    api_of_resource: HashMap<String, usize>,
}

impl Catalogue {
    /// Puts the APIs in order. `issuer` makes the audience that the server's own API has: `{issuer}/resources`; an API
    /// that is served under it lists that resource. `default_alg` signs tokens that are for several kinds of API.
    #[must_use]
    pub fn new(issuer: &str, default_alg: Alg, apis: Vec<Api>) -> Self {
        let mut api_of_scope = HashMap::new();
        let mut api_of_resource = HashMap::new();
        for (position, api) in apis.iter().enumerate() {
            for scope in &api.scopes {
                api_of_scope.entry(scope.name.clone()).or_insert(position);
            }
            for resource in &api.resources {
                api_of_resource.entry(resource.clone()).or_insert(position);
            }
        }
        let own_resource = format!("{issuer}/resources");
        let default_format = TokenFormat::Jwt(default_alg);
        Self { own_resource, default_format, apis, api_of_scope, api_of_resource }
    }

    /// The APIs in order.
    #[must_use]
    pub fn apis(&self) -> &[Api] {
        &self.apis
    }

    /// The audience of the server's own API.
    #[must_use]
    pub fn own_resource(&self) -> &str {
        &self.own_resource
    }

    /// A scope and its API.
    #[must_use]
    pub fn find_scope(&self, name: &str) -> Option<(&Api, &ApiScope)> {
        let api = self.api_of_scope(name)?;
        Some((api, api.scopes.iter().find(|scope| scope.name == name)?))
    }

    /// The scopes that are given when a request names none: those of the APIs that `resources` names, or of all.
    #[must_use]
    pub fn default_scopes(&self, resources: &[String]) -> ScopeSet {
        let asked = |api: &&Api| resources.is_empty() || api.resources.iter().any(|r| resources.contains(r));
        let apis = self.apis.iter().filter(asked);
        apis.flat_map(|api| &api.scopes).filter(|s| s.is_default).map(|s| s.name.as_str()).collect()
    }

    /// Checks the `resource` parameters of a request.
    ///
    /// # Errors
    /// `invalid_target` for one that is no absolute URI, has a fragment, or is unknown.
    pub fn check_resources<'r>(&self, wanted: impl Iterator<Item = &'r str>) -> Result<Vec<String>, Error> {
        let mut resources = Vec::new();
        for resource in wanted {
            let refuse =
                |description| Err(Error::new(ErrorCode::InvalidTarget, description).with_hint(resource));
            // RFC 8707 §2: an absolute URI without a fragment. An unknown one is refused, not dropped.
            if Url::parse(resource).is_err() || resource.contains('#') {
                return refuse("resource must be an absolute URI without a fragment");
            }
            if resource != self.own_resource && !self.api_of_resource.contains_key(resource) {
                return refuse("resource names no API of this server");
            }
            if !resources.iter().any(|known| known == resource) {
                resources.push(resource.to_owned());
            }
        }
        Ok(resources)
    }

    /// The part of `scopes` that a token for these resources has: OIDC scopes, and the scopes of these APIs. A token
    /// that one API sees shows nothing of what the client may do at another (RFC 8707 §2.2).
    #[must_use]
    pub fn narrowed(&self, scopes: &ScopeSet, resources: &[String]) -> ScopeSet {
        if resources.is_empty() {
            return scopes.clone();
        }
        let belongs = |scope: &&str| {
            let api = self.api_of_scope(scope);
            is_oidc(scope) || api.is_some_and(|api| api.resources.iter().any(|r| resources.contains(r)))
        };
        scopes.iter().filter(belongs).collect()
    }

    /// Checks the `audience` parameters of a token exchange: names of APIs (RFC 8693 §2.1).
    ///
    /// # Errors
    /// `invalid_target` for one that is unknown.
    pub fn check_names<'r>(&self, wanted: impl Iterator<Item = &'r str>) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for name in wanted {
            if !self.apis.iter().any(|api| api.name == name) {
                let error = Error::new(ErrorCode::InvalidTarget, "audience names no API of this server");
                return Err(error.with_hint(name));
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The part of `scopes` that belongs to the APIs of these names; all of them without any name.
    #[must_use]
    pub fn narrowed_to_names(&self, scopes: &ScopeSet, names: &[String]) -> ScopeSet {
        let belongs = |scope: &&str| {
            names.is_empty() || self.api_of_scope(scope).is_some_and(|api| names.contains(&api.name))
        };
        scopes.iter().filter(belongs).collect()
    }

    /// Who a token with these scopes is for: the resources that were asked for, else the server's own API and every API
    /// of which a scope is granted.
    #[must_use]
    pub fn audience<'a>(&'a self, scopes: &ScopeSet, resources: &'a [String]) -> Vec<&'a str> {
        if !resources.is_empty() {
            return resources.iter().map(String::as_str).collect();
        }
        let mut audience = vec![self.own_resource.as_str()];
        for api in scopes.iter().filter_map(|scope| self.api_of_scope(scope)) {
            if !audience.contains(&api.name.as_str()) {
                audience.push(&api.name);
            }
        }
        audience
    }

    /// How a token with these scopes looks: as its APIs want it when they agree. Opaque wins over JWT, because an API
    /// that asked for handles must not find claims in them; JWTs of APIs that differ use the server's default.
    #[must_use]
    pub fn token_format(&self, scopes: &ScopeSet, resources: &[String]) -> TokenFormat {
        let by_scope = scopes.iter().filter_map(|scope| self.api_of_scope.get(scope));
        let by_resource = resources.iter().filter_map(|resource| self.api_of_resource.get(resource));
        let mut apis: Vec<usize> =
            if resources.is_empty() { by_scope.copied().collect() } else { by_resource.copied().collect() };
        apis.dedup();
        let mut formats = apis.iter().filter_map(|api| self.apis.get(*api)).map(|api| api.token_format);
        let Some(first) = formats.next() else { return self.default_format };
        formats.fold(first, |agreed, format| match (agreed, format) {
            (TokenFormat::Opaque, _) | (_, TokenFormat::Opaque) => TokenFormat::Opaque,
            (TokenFormat::Jwt(a), TokenFormat::Jwt(b)) if a == b => agreed,
            (TokenFormat::Jwt(_), TokenFormat::Jwt(_)) => self.default_format,
        })
    }

    fn api_of_scope(&self, scope: &str) -> Option<&Api> {
        self.api_of_scope.get(scope).and_then(|position| self.apis.get(*position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{catalogue, scopes};

    const MCP: &str = "https://api.example/mcp";

    #[test]
    fn a_token_is_for_the_apis_of_its_scopes_and_for_the_server_itself() {
        let catalogue = catalogue();
        let both = scopes("openid reservations.read folios.read payments.read");
        assert_eq!(catalogue.audience(&both, &[]), ["https://id.example/resources", "api", "payment"]);
        assert_eq!(catalogue.audience(&scopes("openid"), &[]), ["https://id.example/resources"]);
    }

    // security: T17
    #[test]
    fn a_token_for_one_resource_names_it_alone_and_has_its_scopes_alone() {
        let catalogue = catalogue();
        let mcp = [MCP.to_owned()];
        let all = scopes("openid reservations.read payments.read");
        assert_eq!(catalogue.audience(&all, &mcp), [MCP]);
        assert_eq!(catalogue.narrowed(&all, &mcp), scopes("openid reservations.read"));
        assert_eq!(catalogue.narrowed(&all, &[]), all);
    }

    // security: T17
    #[test]
    fn an_unknown_or_malformed_resource_is_refused() {
        let catalogue = catalogue();
        for bad in ["https://evil.example/", "api", "/mcp", "https://api.example/mcp#x", ""] {
            let error = catalogue.check_resources([MCP, bad].into_iter()).expect_err(bad);
            assert_eq!(error.code, ErrorCode::InvalidTarget);
        }
        let why = |bad| catalogue.check_resources([bad].into_iter()).map_err(|error| error.description);
        let shape = Err("resource must be an absolute URI without a fragment");
        assert_eq!((why("/mcp"), why("https://api.example/mcp#x")), (shape.clone(), shape));
        assert_eq!(why("https://evil.example/"), Err("resource names no API of this server"));
        let known = catalogue.check_resources([MCP, MCP, catalogue.own_resource()].into_iter());
        assert_eq!(known, Ok(vec![MCP.to_owned(), "https://id.example/resources".to_owned()]));
    }

    // security: T17, T19
    #[test]
    fn an_api_that_is_asked_for_by_name_gets_its_scopes_alone() {
        let catalogue = catalogue();
        let all = scopes("openid reservations.read payments.read");
        let payment = ["payment".to_owned()];
        assert_eq!(catalogue.check_names(["payment", "payment"].into_iter()), Ok(payment.to_vec()));
        assert_eq!(catalogue.narrowed_to_names(&all, &payment), scopes("payments.read"));
        assert_eq!(catalogue.narrowed_to_names(&all, &[]), all);
        for bad in ["evil", "", "API", MCP] {
            let refused = catalogue.check_names([bad].into_iter()).map_err(|error| error.code);
            assert_eq!(refused, Err(ErrorCode::InvalidTarget), "{bad}");
        }
    }

    #[test]
    fn a_scope_is_found_with_its_api_by_its_whole_name() {
        let catalogue = catalogue();
        let found =
            |name| catalogue.find_scope(name).map(|(api, scope)| (api.name.as_str(), scope.name.as_str()));
        assert_eq!(found("folios.read"), Some(("api", "folios.read")));
        assert_eq!(found("vault.open"), Some(("vault", "vault.open")));
        assert_eq!(found("folios"), None);
    }

    #[test]
    fn defaults_come_from_the_apis_that_were_meant() {
        let catalogue = catalogue();
        assert_eq!(catalogue.default_scopes(&[]), scopes("reservations.read payments.read"));
        assert_eq!(catalogue.default_scopes(&[MCP.to_owned()]), scopes("reservations.read"));
    }

    #[test]
    fn the_look_of_a_token_follows_its_apis_when_they_agree() {
        let catalogue = catalogue();
        let format = |text: &str, resources: &[String]| catalogue.token_format(&scopes(text), resources);
        assert_eq!(format("reservations.read folios.read", &[]), TokenFormat::Jwt(Alg::EdDsa));
        assert_eq!(format("reservations.read payments.read", &[]), TokenFormat::Jwt(Alg::Es256));
        assert_eq!(format("payments.read", &[MCP.to_owned()]), TokenFormat::Jwt(Alg::EdDsa));
        assert_eq!(format("reservations.read vault.open", &[]), TokenFormat::Opaque);
        assert_eq!(format("openid", &[]), TokenFormat::Jwt(Alg::Es256));
        let api = |name: &str| Api {
            name: name.into(),
            resources: Vec::new(),
            token_format: TokenFormat::Jwt(Alg::EdDsa),
            scopes: vec![ApiScope { name: name.into(), is_default: false, machine: false, internal: false }],
        };
        let alike = Catalogue::new("https://id.example", Alg::Es256, vec![api("a"), api("b")]);
        assert_eq!(alike.token_format(&scopes("a b"), &[]), TokenFormat::Jwt(Alg::EdDsa));
    }
}
