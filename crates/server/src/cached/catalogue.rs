//! The catalogue as the protocol and the pages need it, made once of what is stored.

use std::collections::HashMap;

use grantry_oauth::catalogue::{Api, ApiScope, Catalogue, TokenFormat};
use grantry_oauth::jose::Alg;
use grantry_store::{Error, catalogue as stored};

/// All APIs: for the rules, and with words for people.
#[derive(Debug)]
pub struct KnownCatalogue {
    /// What the rules know of it; scopes that are retired are not in it.
    pub rules: Catalogue,
    /// In the order of the catalogue.
    pub apis: Vec<KnownApi>,
    scopes: HashMap<String, (usize, usize)>,
}

/// An API as people see it.
#[derive(Debug, Clone)]
pub struct KnownApi {
    pub name: String,
    pub display_name: String,
    pub scopes: Vec<KnownScope>,
}

/// A scope as people see it.
#[derive(Debug, Clone)]
pub struct KnownScope {
    pub name: String,
    /// The sentence at consent.
    pub display_name: String,
    pub description: Option<String>,
    pub sensitive: bool,
    /// Apps that register themselves get it.
    pub machine: bool,
    /// Apps of others cannot register it.
    pub internal: bool,
    /// No new app can register it.
    pub retired: bool,
}

impl KnownCatalogue {
    pub(crate) fn new(issuer: &str, apis: Vec<stored::Api>) -> Result<Self, Error> {
        let rules = apis.iter().map(for_rules).collect::<Result<_, _>>()?;
        let apis: Vec<KnownApi> = apis.into_iter().map(for_people).collect();
        let mut scopes = HashMap::new();
        for (a, api) in apis.iter().enumerate() {
            for (s, scope) in api.scopes.iter().enumerate() {
                scopes.insert(scope.name.clone(), (a, s));
            }
        }
        Ok(Self { rules: Catalogue::new(issuer, Alg::Es256, rules), apis, scopes })
    }

    /// A scope and its API, retired ones included.
    #[must_use]
    pub fn find_scope(&self, name: &str) -> Option<(&KnownApi, &KnownScope)> {
        let (api, scope) = self.scopes.get(name)?;
        let api = self.apis.get(*api)?;
        Some((api, api.scopes.get(*scope)?))
    }

    /// Scopes in words, by API in the catalogue's order; what is sensitive comes first, in each and among them.
    #[must_use]
    pub fn in_words(&self, scopes: &[String]) -> Vec<ApiInWords> {
        let mut groups = Vec::new();
        for api in &self.apis {
            let of_api = api.scopes.iter().filter(|scope| scopes.contains(&scope.name));
            let mut sentences: Vec<ScopeInWords> = of_api
                .map(|scope| ScopeInWords {
                    sentence: scope.display_name.clone(),
                    description: scope.description.clone().unwrap_or_default(),
                    sensitive: scope.sensitive,
                })
                .collect();
            sentences.sort_by_key(|scope| !scope.sensitive);
            if !sentences.is_empty() {
                groups.push(ApiInWords { title: api.display_name.clone(), scopes: sentences });
            }
        }
        groups.sort_by_key(|group| !group.scopes.iter().any(|scope| scope.sensitive));
        groups
    }
}

/// What an app may do with an API, in sentences for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiInWords {
    pub title: String,
    pub scopes: Vec<ScopeInWords>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeInWords {
    pub sentence: String,
    pub description: String,
    pub sensitive: bool,
}

fn for_rules(api: &stored::Api) -> Result<Api, Error> {
    let alg = Alg::parse(&api.signing_alg)
        .ok_or_else(|| Error::Corrupt(format!("API {}: algorithm {}", api.name, api.signing_alg)))?;
    let current = api.scopes.iter().filter(|scope| scope.retired_at.is_none());
    Ok(Api {
        name: api.name.clone(),
        resources: api.resources.clone(),
        token_format: match api.token_format {
            stored::TokenFormat::Jwt => TokenFormat::Jwt(alg),
            stored::TokenFormat::Opaque => TokenFormat::Opaque,
        },
        scopes: current
            .map(|scope| ApiScope {
                name: scope.name.clone(),
                is_default: scope.is_default,
                machine: scope.machine,
                internal: scope.internal,
            })
            .collect(),
    })
}

fn for_people(api: stored::Api) -> KnownApi {
    let scopes = api.scopes.into_iter().map(|scope| KnownScope {
        name: scope.name,
        display_name: scope.display_name,
        description: scope.description,
        sensitive: scope.sensitive,
        machine: scope.machine,
        internal: scope.internal,
        retired: scope.retired_at.is_some(),
    });
    KnownApi { name: api.name, display_name: api.display_name, scopes: scopes.collect() }
}
