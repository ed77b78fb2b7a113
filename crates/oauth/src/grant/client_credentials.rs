//! The client credentials grant: a custom app acts for itself, within what it registered.

use super::parse_scope;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// What the client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The scopes that it asks for; empty for all that it registered.
    pub scope: ScopeSet,
    /// The APIs that the access token is for.
    pub resource: Vec<String>,
}

impl Request {
    pub(super) fn parse(form: &Parameters) -> Result<Self, Error> {
        Ok(Self { scope: parse_scope(form)?, resource: form.all("resource").map(str::to_owned).collect() })
    }
}

/// The scopes that the client gets. That it may use the grant at all is checked before (`grant::check_allowed`).
///
/// # Errors
/// `invalid_scope` for a scope that it did not register, for OIDC scopes, and when it registered none.
pub fn check(request: &Request, client: &Client) -> Result<ScopeSet, Error> {
    let refuse =
        |description, hint: String| Err(Error::new(ErrorCode::InvalidScope, description).with_hint(hint));
    let registered = client.scopes.api();
    if registered.is_empty() {
        return refuse("this app has no scopes", "register at least one scope".to_owned());
    }
    // RFC 6749 §3.3: without the parameter there is a default. Existing programs rely on its being everything.
    if request.scope.is_empty() {
        return Ok(registered);
    }
    // There is no person here, so nothing that OIDC could say.
    let oidc = request.scope.oidc();
    if !oidc.is_empty() {
        return refuse("OpenID Connect scopes need a user", oidc.to_string());
    }
    let beyond = request.scope.difference(&registered);
    if !beyond.is_empty() {
        return refuse("a scope is not registered for this app", beyond.to_string());
    }
    Ok(request.scope.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{custom_app, form, scopes};

    fn check_scope(scope: &str, client: &Client) -> Result<ScopeSet, ErrorCode> {
        let request = Request::parse(&form(&[("scope", scope)])).expect("a request");
        check(&request, client).map_err(|e| e.code)
    }

    #[test]
    fn without_scope_the_app_gets_all_that_it_registered() {
        assert_eq!(check_scope("", &custom_app()), Ok(scopes("reservations.read folios.read")));
        assert_eq!(check_scope("  folios.read  folios.read ", &custom_app()), Ok(scopes("folios.read")));
    }

    // security: T11
    #[test]
    fn no_scope_beyond_the_registered_ones_and_none_of_oidc_is_given() {
        let invalid = Err(ErrorCode::InvalidScope);
        for scope in ["folios.manage", "folios.read folios.manage", "openid", "folios.read offline_access"] {
            assert_eq!(check_scope(scope, &custom_app()), invalid, "{scope}");
        }
        let none = Client { scopes: ScopeSet::default(), ..custom_app() };
        assert_eq!(check_scope("", &none), invalid);
        let sneaky = Client { scopes: scopes("openid folios.read"), ..custom_app() };
        assert_eq!(check_scope("", &sneaky), Ok(scopes("folios.read")));
        assert!(Request::parse(&form(&[("scope", "a\"b")])).is_err());
    }

    // security: T11
    proptest! {
        #[test]
        fn no_grant_has_a_scope_that_was_not_registered_or_not_asked_for(
            asked in "[a-f ]{0,12}|openid a|a\"b", registered in "[a-f ]{0,12}|openid a b",
        ) {
            let client = Client { scopes: scopes(&registered), ..custom_app() };
            let Ok(request) = Request::parse(&form(&[("scope", &asked)])) else { return Ok(()) };
            if let Ok(granted) = check(&request, &client) {
                prop_assert!(!granted.is_empty());
                prop_assert!(granted.is_subset_of(&client.scopes.api()));
                prop_assert!(request.scope.is_empty() || granted == request.scope);
            }
        }
    }
}
