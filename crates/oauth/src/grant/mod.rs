//! The token request: which grant it is, what the grant needs, and what every grant has in common.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;
mod standing;
pub mod token_exchange;

pub use standing::{PersonStanding, Standing, Subject};

use crate::client::{Client, GrantType};
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// A well-formed request to the token endpoint. Who sends it is a matter of `client_auth`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRequest {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(authorization_code::Request),
    /// RFC 6749 §6.
    RefreshToken(refresh_token::Request),
    /// RFC 6749 §4.4.2.
    ClientCredentials(client_credentials::Request),
    /// RFC 8628 §3.4.
    DeviceCode(device_code::Request),
    /// RFC 8693 §2.1.
    TokenExchange(token_exchange::Request),
}

impl TokenRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request` for a parameter that is missing, malformed or sent twice, `unsupported_grant_type`.
    pub fn parse(form: &Parameters) -> Result<Self, Error> {
        form.check_single()?;
        let name = form.require("grant_type", "grant_type is missing")?;
        let Some(grant) = GrantType::parse(name) else {
            let error = Error::new(ErrorCode::UnsupportedGrantType, "this grant type is not supported");
            return Err(error.with_hint(name));
        };
        Ok(match grant {
            GrantType::AuthorizationCode => {
                Self::AuthorizationCode(authorization_code::Request::parse(form)?)
            }
            GrantType::RefreshToken => Self::RefreshToken(refresh_token::Request::parse(form)?),
            GrantType::ClientCredentials => {
                Self::ClientCredentials(client_credentials::Request::parse(form)?)
            }
            GrantType::DeviceCode => Self::DeviceCode(device_code::Request::parse(form)?),
            GrantType::TokenExchange => Self::TokenExchange(token_exchange::Request::parse(form)?),
        })
    }

    /// Which grant it is.
    #[must_use]
    pub fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
            Self::DeviceCode(_) => GrantType::DeviceCode,
            Self::TokenExchange(_) => GrantType::TokenExchange,
        }
    }
}

/// Who asks for tokens: the client that authenticated, and the key that it holds.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The client.
    pub client: &'a Client,
    /// The thumbprint of the key of a DPoP proof that was verified for this request.
    pub jkt: Option<&'a str>,
}

/// Checks that a client whose tokens are always bound to a key has proved one.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn check_proof(asker: Asker<'_>) -> Result<(), Error> {
    if asker.jkt.is_some() || !asker.client.needs_dpop() {
        return Ok(());
    }
    // RFC 9449 §5.2: the client registered that it always sends one.
    let error = Error::new(ErrorCode::InvalidDpopProof, "a DPoP proof is needed");
    Err(error.with_hint("this app gets no token without a DPoP proof: send one in the header DPoP"))
}

/// Checks that the authenticated client may use the grant.
///
/// # Errors
/// `unauthorized_client`.
pub fn check_allowed(client: &Client, grant: GrantType) -> Result<(), Error> {
    if client.may_use(grant) {
        return Ok(());
    }
    // RFC 6749 §5.2
    let error = Error::new(ErrorCode::UnauthorizedClient, "this app may not use this grant type");
    Err(error.with_hint(format!("{} with grant_type {}", client.client_id, grant.as_str())))
}

/// What the server must do about what was presented, beside refusing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consequence {
    /// Nothing: it stays as good as it was.
    Keep,
    /// It is used up.
    Burn,
    /// Everything that was issued from its grant is revoked.
    EndGrant,
}

/// A refusal with its consequence, which must be stored before the refusal is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the client is told.
    pub error: Error,
    /// What becomes of what it presented.
    pub consequence: Consequence,
}

impl Refused {
    fn grant(description: &'static str, consequence: Consequence) -> Self {
        Self { error: Error::new(ErrorCode::InvalidGrant, description), consequence }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.error = self.error.with_hint(hint);
        self
    }

    fn keep(error: Error) -> Self {
        Self { error, consequence: Consequence::Keep }
    }
}

/// What is left of the scopes that were granted: those that the app still registers, and those that may be given for this
/// subject. Every token is made of this, never of the grant alone.
#[must_use]
pub fn current_scopes(granted: &ScopeSet, client: &Client, subject: Subject) -> ScopeSet {
    let allowed = |scope: &&str| match (crate::scope::is_oidc(scope), subject) {
        (false, _) => client.scopes.contains(scope),
        (true, Subject::Person) => true,
        (true, Subject::Connection) => *scope == "offline_access",
    };
    granted.iter().filter(allowed).collect()
}

/// The `scope` parameter of a token request.
fn parse_scope(form: &Parameters) -> Result<ScopeSet, Error> {
    ScopeSet::parse(form.get("scope").unwrap_or_default())
        .map_err(|_| Error::new(ErrorCode::InvalidScope, "scope has a character that is not allowed"))
}

/// Narrows the resources of a grant to those that a token request asks for (RFC 8707 §2.2).
///
/// # Errors
/// `invalid_target` for one that the grant does not have; a grant without resources has them all.
pub fn narrow_resources(granted: &[String], asked: Vec<String>) -> Result<Vec<String>, Error> {
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    match asked.iter().find(|resource| !granted.is_empty() && !granted.contains(resource)) {
        None => Ok(asked),
        Some(other) => {
            let error = Error::new(ErrorCode::InvalidTarget, "resource is not among those that were granted");
            Err(error.with_hint(other))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{custom_app, form, public_app, store_app};

    // security: T10
    #[test]
    fn unknown_grants_are_refused_and_the_password_grant_does_not_exist() {
        for name in
            ["password", "implicit", "Authorization_Code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
        {
            let error = TokenRequest::parse(&form(&[("grant_type", name), ("code", "x")])).expect_err(name);
            assert_eq!(error.code, ErrorCode::UnsupportedGrantType);
        }
        let none = TokenRequest::parse(&form(&[("code", "x")])).expect_err("no grant type");
        assert_eq!(none.code, ErrorCode::InvalidRequest);
    }

    // security: A05
    #[test]
    fn a_parameter_sent_twice_is_refused() {
        let twice = form(&[("grant_type", "client_credentials"), ("scope", "a"), ("scope", "b")]);
        assert_eq!(TokenRequest::parse(&twice).map_err(|e| e.code), Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn what_a_grant_cannot_do_without_is_asked_for() {
        for grant in [
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::DeviceCode,
            GrantType::TokenExchange,
        ] {
            let grant = grant.as_str();
            let error = TokenRequest::parse(&form(&[("grant_type", grant)])).expect_err(grant);
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }

    // security: T10
    #[test]
    fn each_kind_of_app_has_its_own_grants() {
        use GrantType::{AuthorizationCode, ClientCredentials, RefreshToken};
        let allowed = |client: &Client, grant| check_allowed(client, grant).map_err(|e| e.code);
        let no = Err(ErrorCode::UnauthorizedClient);
        for grant in [AuthorizationCode, RefreshToken] {
            assert_eq!(allowed(&store_app(), grant), Ok(()));
            assert_eq!(allowed(&public_app(), grant), Ok(()));
            assert_eq!(allowed(&custom_app(), grant), no);
        }
        assert_eq!(allowed(&custom_app(), ClientCredentials), Ok(()));
        assert_eq!(allowed(&store_app(), ClientCredentials), no);
        assert_eq!(allowed(&public_app(), ClientCredentials), no);
    }

    // security: T10, T19
    #[test]
    fn a_device_and_an_exchange_are_for_apps_whose_owner_says_so() {
        use crate::client::Profile;
        use GrantType::{DeviceCode, TokenExchange};
        let with = |client: Client| Client { device_grant: true, token_exchange: true, ..client };
        let strict = Client { profile: Profile::Fapi2, ..store_app() };
        for (client, grant, may) in [
            (store_app(), DeviceCode, false),
            (store_app(), TokenExchange, false),
            (with(store_app()), DeviceCode, true),
            (with(public_app()), DeviceCode, true),
            (with(custom_app()), DeviceCode, false),
            (with(strict.clone()), DeviceCode, false),
            (with(store_app()), TokenExchange, true),
            (with(custom_app()), TokenExchange, true),
            (with(strict), TokenExchange, true),
            (with(public_app()), TokenExchange, false),
        ] {
            assert_eq!(check_allowed(&client, grant).is_ok(), may, "{} {grant:?}", client.client_id);
        }
    }

    // security: D02
    #[test]
    fn an_app_whose_tokens_are_always_bound_gets_none_without_a_proof() {
        use crate::client::Profile;
        let code = |client: &Client, jkt| check_proof(Asker { client, jkt }).map_err(|error| error.code);
        let bound = Client { dpop_bound: true, ..store_app() };
        let strict = Client { profile: Profile::Fapi2, ..store_app() };
        for client in [&bound, &strict] {
            assert_eq!(code(client, None), Err(ErrorCode::InvalidDpopProof));
            assert_eq!(code(client, Some("key")), Ok(()));
        }
        assert_eq!(code(&store_app(), None), Ok(()));
        use crate::jose::Alg;
        assert!(!strict.may_prove_with(Alg::Rs256) && strict.may_prove_with(Alg::Ps256));
        assert!(store_app().may_prove_with(Alg::Rs256));
    }

    // security: T17
    #[test]
    fn resources_may_be_narrowed_and_never_widened() {
        let [a, b] = ["https://a.example/", "https://b.example/"].map(str::to_owned);
        let both = [a.clone(), b.clone()];
        assert_eq!(narrow_resources(&both, vec![]), Ok(both.to_vec()));
        assert_eq!(narrow_resources(&both, vec![a.clone()]), Ok(vec![a.clone()]));
        assert_eq!(narrow_resources(&[], vec![a.clone()]), Ok(vec![a.clone()]));
        let wider = narrow_resources(&[a], vec![b]).map_err(|e| e.code);
        assert_eq!(wider, Err(ErrorCode::InvalidTarget));
    }

    proptest! {
        #[test]
        fn no_form_makes_the_reading_panic(
            pairs in proptest::collection::vec(("(grant_type|code|scope|refresh_token|.{0,8})", ".{0,20}"), 0..8),
        ) {
            let form = Parameters::new(pairs).expect("few parameters");
            let _ = TokenRequest::parse(&form);
        }
    }
}
