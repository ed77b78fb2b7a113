//! A client as the protocol sees it.

use std::time::Duration;

use crate::client_id::ClientKind;
use crate::jose::Alg;
use crate::redirect_uri::{self, ClientType, RedirectUri};
use crate::scope::ScopeSet;

/// How strict the server is with one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// For existing programs: a confidential client may leave PKCE out.
    Compatible,
    /// OAuth 2.1: the default.
    Standard,
    /// FAPI 2.0 Security Profile.
    Fapi2,
}

impl Profile {
    /// The word in the database, the API and the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Standard => "standard",
            Self::Fapi2 => "fapi2",
        }
    }

    /// The profile of exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }

    /// Every profile, the most lenient first.
    pub const ALL: [Self; 3] = [Self::Compatible, Self::Standard, Self::Fapi2];

    /// The algorithms of what is signed for a client of this profile and by it (FAPI 2.0 §5.4.1).
    #[must_use]
    pub fn algs(self) -> &'static [Alg] {
        match self {
            Self::Compatible | Self::Standard => &Alg::ALL,
            Self::Fapi2 => &[Alg::Es256, Alg::Ps256, Alg::EdDsa],
        }
    }

    /// The algorithm of an access token whose API is registered for `wanted`. FAPI 2.0 §5.4.1: no PKCS #1 v1.5; what
    /// verifies RS256 verifies PS256 with the same kind of key.
    #[must_use]
    pub fn access_token_alg(self, wanted: Alg) -> Alg {
        if self.algs().contains(&wanted) { wanted } else { Alg::Ps256 }
    }

    /// Whether a confidential client may leave PKCE out.
    #[must_use]
    pub fn lets_pkce_out(self) -> bool {
        self == Self::Compatible
    }

    /// Whether a client may prove with a secret who it is (FAPI 2.0 §5.3.2.1).
    #[must_use]
    pub fn takes_secrets(self) -> bool {
        self != Self::Fapi2
    }

    /// Whether an authorization must begin with a pushed request (FAPI 2.0 §5.3.2.2).
    #[must_use]
    pub fn demands_par(self) -> bool {
        self == Self::Fapi2
    }

    /// Whether tokens are always bound to a key of the client (FAPI 2.0 §5.3.2.1).
    #[must_use]
    pub fn demands_dpop(self) -> bool {
        self == Self::Fapi2
    }

    /// Whether a request object may come without a signature.
    #[must_use]
    pub fn takes_unsigned_requests(self) -> bool {
        self != Self::Fapi2
    }

    /// Whether a signed request object may leave out who made it and for whom: RFC 9101 §4 and OIDC Core §6.1 only
    /// recommend that it says so.
    #[must_use]
    pub fn takes_unnamed_requests(self) -> bool {
        self == Self::Compatible
    }

    /// Whether every redirect URI must use https (FAPI 2.0 §5.3.2.2).
    #[must_use]
    pub fn demands_https(self) -> bool {
        self == Self::Fapi2
    }

    /// Whether a client that cannot keep a secret may have it (FAPI 2.0 §5.3.2.1).
    #[must_use]
    pub fn takes_public_clients(self) -> bool {
        self != Self::Fapi2
    }

    /// Whether an assertion may name the token endpoint as its audience, as OIDC Core §9 has it; FAPI 2.0 §5.3.2.1 takes
    /// the issuer alone, as one string.
    #[must_use]
    pub fn takes_endpoint_audience(self) -> bool {
        self != Self::Fapi2
    }
}

/// What APIs do with personal data in their answers to a client: the server only says so in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PiiMode {
    /// Give it.
    Retrieve,
    /// Mask it.
    Hide,
}

impl PiiMode {
    /// The word in tokens, in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retrieve => "retrieve",
            Self::Hide => "hide",
        }
    }

    /// The mode of this name; links of the system that existing programs come from write `Retrieve`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Retrieve, Self::Hide].into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(name))
    }
}

/// How a client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// A secret, in the header or in the body, whichever was registered: real programs use either.
    Secret,
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt,
    /// Nothing: a public client.
    None,
}

impl AuthMethod {
    /// The word in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// The method of this name; the two names that RFC 7591 §2 has for a secret mean the same here.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "secret" | "client_secret_basic" | "client_secret_post" => Some(Self::Secret),
            "private_key_jwt" => Some(Self::PrivateKeyJwt),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Whether a client gets the same subject of a person as others (OIDC Core §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectType {
    /// It does.
    Public,
    /// It gets one that only its sector gets.
    Pairwise,
}

impl SubjectType {
    /// The word in metadata, in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    /// The type of exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Public, Self::Pairwise].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How a client's request objects are protected (OpenID Connect Registration §2, `request_object_signing_alg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestObjectAlg {
    /// Not at all: `none`.
    Unsigned,
    /// Signed with one of the client's keys.
    Signed(Alg),
}

impl RequestObjectAlg {
    /// The value of `request_object_signing_alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "none",
            Self::Signed(alg) => alg.as_str(),
        }
    }

    /// The protection of exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name == "none" { Some(Self::Unsigned) } else { Alg::parse(name).map(Self::Signed) }
    }
}

/// A way to get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8628.
    DeviceCode,
    /// RFC 8693.
    TokenExchange,
}

impl GrantType {
    /// Every grant.
    pub const ALL: [Self; 5] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
    ];

    /// The value of `grant_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant of exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.as_str() == name)
    }
}

/// Who vouches for what is registered about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// Somebody who is known here registered it.
    Owner,
    /// It registered itself with an initial access token that somebody here gave it (RFC 7591 §1.2).
    InitialToken,
    /// It registered itself, as anybody may.
    Open,
    /// It is what the document at its own `client_id` says (Client ID Metadata Document).
    Document,
}

impl Provenance {
    /// Whether nobody but the client itself says what it is called and where it sends people.
    #[must_use]
    pub fn is_self_declared(self) -> bool {
        self != Self::Owner
    }

    /// Whether anybody on the internet may have made the client for the purpose of this very request.
    #[must_use]
    pub fn is_anybody(self) -> bool {
        match self {
            Self::Owner | Self::InitialToken => false,
            Self::Open | Self::Document => true,
        }
    }
}

/// Everything about a registered client that the rules ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub client_id: String,
    /// Store app or custom app.
    pub kind: ClientKind,
    /// Who vouches for it.
    pub provenance: Provenance,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// How strict the server is with it.
    pub profile: Profile,
    /// The owner's own switch; the profile and the type may demand PKCE all the same.
    pub require_pkce: bool,
    /// How it proves who it is.
    pub auth_method: AuthMethod,
    /// Where authorization answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a logout may return to.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The API scopes that it registered. OIDC scopes need no registration.
    pub scopes: ScopeSet,
    /// The algorithm of its ID tokens.
    pub id_token_alg: Alg,
    /// What APIs do with personal data in their answers to it.
    pub pii_mode: PiiMode,
    /// Whether an authorization must begin with a pushed request (RFC 9126 §6).
    pub require_par: bool,
    /// Whether its tokens are always bound to a key (RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// The algorithm of signed userinfo; without one it is plain JSON.
    pub userinfo_alg: Option<Alg>,
    /// The one protection its request objects may have; without one, any that the server knows.
    pub request_object_alg: Option<RequestObjectAlg>,
    /// The one algorithm with which it may sign who it is; without one, any that its profile allows.
    pub auth_alg: Option<Alg>,
    /// How old a sign-in may be when a request does not say.
    pub default_max_age: Option<Duration>,
    /// Where its request objects may be fetched.
    pub request_uris: Vec<String>,
    /// Whether it gets the same subject of a person as others.
    pub subject_type: SubjectType,
    /// Where the list is that says which redirect URIs share a sector.
    pub sector_identifier_uri: Option<String>,
    /// Whether it may use the device grant (RFC 8628).
    pub device_grant: bool,
    /// Whether it may exchange tokens (RFC 8693).
    pub token_exchange: bool,
}

impl Client {
    /// Whether the client may use a grant: store apps act for people, custom apps for themselves.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        match (self.kind, grant) {
            // FAPI 2.0 §5.3.2.1 knows no such flow: a code on a screen can be relayed.
            (ClientKind::Store, GrantType::DeviceCode) => self.device_grant && self.profile != Profile::Fapi2,
            (ClientKind::Custom, GrantType::DeviceCode) => false,
            // Whoever proves nothing would turn every token that it finds into one of its own.
            (ClientKind::Store | ClientKind::Custom, GrantType::TokenExchange) => {
                self.token_exchange && self.client_type == ClientType::Confidential
            }
            (ClientKind::Store, GrantType::AuthorizationCode | GrantType::RefreshToken)
            | (ClientKind::Custom, GrantType::ClientCredentials) => true,
            (ClientKind::Store, GrantType::ClientCredentials)
            | (ClientKind::Custom, GrantType::AuthorizationCode | GrantType::RefreshToken) => false,
        }
    }

    /// Whose subjects the client shares, if it has subjects of its own (OIDC Core §8.1): the host of its list of redirect
    /// URIs, else of the redirect URIs themselves, which have one; a client of which neither says anything is alone.
    #[must_use]
    pub fn sector(&self) -> Option<String> {
        if self.subject_type == SubjectType::Public {
            return None;
        }
        let list = self.sector_identifier_uri.as_deref();
        let named = list.or_else(|| self.redirect_uris.first().map(RedirectUri::as_str));
        Some(named.and_then(redirect_uri::host_of).unwrap_or_else(|| self.client_id.clone()))
    }

    /// Whether an authorization request without a challenge is refused.
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        // OAuth 2.1 §7.5.1: public clients always; only `compatible` lets a confidential one off.
        self.client_type == ClientType::Public || self.require_pkce || !self.profile.lets_pkce_out()
    }

    /// Whether an authorization request that was not pushed is refused (RFC 9126 §6).
    #[must_use]
    pub fn needs_par(&self) -> bool {
        self.require_par || self.profile.demands_par()
    }

    /// Whether a token request without a proof of possession is refused (RFC 9449 §5.2).
    #[must_use]
    pub fn needs_dpop(&self) -> bool {
        self.dpop_bound || self.profile.demands_dpop()
    }

    /// The algorithms with which it may sign who it is (OpenID Connect Registration §2,
    /// `token_endpoint_auth_signing_alg`).
    #[must_use]
    pub fn auth_algs(&self) -> &[Alg] {
        self.auth_alg.as_ref().map_or(self.profile.algs(), std::slice::from_ref)
    }

    /// Whether it may sign a DPoP proof with this algorithm (FAPI 2.0 §5.4.1: none with PKCS #1 v1.5).
    #[must_use]
    pub fn may_prove_with(&self, alg: Alg) -> bool {
        self.profile != Profile::Fapi2 || alg != Alg::Rs256
    }

    /// Whether each use of a refresh token replaces it (RFC 9700 §4.14.2: always for public clients; FAPI 2.0 §5.3.2.1
    /// forbids it for confidential ones).
    #[must_use]
    pub fn refresh_rotates(&self) -> bool {
        self.client_type == ClientType::Public
    }

    /// The registered URI that a requested one is, if it is one.
    #[must_use]
    pub fn find_redirect_uri(&self, requested: &str) -> Option<&RedirectUri> {
        let free_port = self.client_type == ClientType::Public || self.provenance == Provenance::Document;
        self.redirect_uris.iter().find(|uri| uri.matches(requested, free_port))
    }

    /// The registered URI that a logout may return to, if the requested one is one: byte for byte, always.
    #[must_use]
    pub fn find_post_logout_redirect_uri(&self, requested: &str) -> Option<&RedirectUri> {
        self.post_logout_redirect_uris.iter().find(|uri| uri.matches(requested, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{custom_app, public_app, store_app};

    // security: K03
    #[test]
    fn the_profile_for_money_demands_what_others_leave_open() {
        let strict = Client { profile: Profile::Fapi2, require_pkce: false, ..store_app() };
        assert!(strict.needs_pkce() && strict.needs_par() && strict.needs_dpop());
        assert!(!strict.refresh_rotates());
        for profile in [Profile::Compatible, Profile::Standard] {
            let client = Client { profile, ..store_app() };
            assert!(!client.needs_par() && !client.needs_dpop());
            let own = Client { require_par: true, dpop_bound: true, ..client };
            assert!(own.needs_par() && own.needs_dpop(), "the owner's own wish counts in every profile");
            for alg in Alg::ALL {
                assert_eq!(profile.access_token_alg(alg), alg);
            }
        }
        assert_eq!(Profile::Fapi2.access_token_alg(Alg::Rs256), Alg::Ps256);
        assert_eq!(Profile::Fapi2.access_token_alg(Alg::EdDsa), Alg::EdDsa);
        assert!(Client { profile: Profile::Compatible, require_pkce: false, ..public_app() }.needs_pkce());
    }

    #[test]
    fn every_word_is_read_back_as_what_it_was_written_from() {
        let words = Profile::ALL.map(|it| (it.as_str(), Profile::parse(it.as_str()) == Some(it)));
        assert_eq!(words, [("compatible", true), ("standard", true), ("fapi2", true)]);
        let words = [PiiMode::Retrieve, PiiMode::Hide]
            .map(|it| (it.as_str(), PiiMode::parse(it.as_str()) == Some(it)));
        assert_eq!(words, [("retrieve", true), ("hide", true)]);
        assert_eq!(
            PiiMode::parse("Retrieve"),
            Some(PiiMode::Retrieve),
            "as the links of other systems write it"
        );
        let words = [AuthMethod::Secret, AuthMethod::PrivateKeyJwt, AuthMethod::None]
            .map(|it| (it.as_str(), AuthMethod::parse(it.as_str()) == Some(it)));
        assert_eq!(words, [("secret", true), ("private_key_jwt", true), ("none", true)]);
        for name in ["client_secret_basic", "client_secret_post"] {
            assert_eq!(AuthMethod::parse(name), Some(AuthMethod::Secret), "{name}");
        }
        let words = [SubjectType::Public, SubjectType::Pairwise]
            .map(|it| (it.as_str(), SubjectType::parse(it.as_str()) == Some(it)));
        assert_eq!(words, [("public", true), ("pairwise", true)]);
        let signed = Alg::ALL.map(RequestObjectAlg::Signed);
        for alg in signed.into_iter().chain([RequestObjectAlg::Unsigned]) {
            assert_eq!(RequestObjectAlg::parse(alg.as_str()), Some(alg));
        }
        assert_eq!(RequestObjectAlg::Unsigned.as_str(), "none");
        let words = GrantType::ALL.map(|it| (it.as_str(), GrantType::parse(it.as_str()) == Some(it)));
        let expected = [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ];
        assert_eq!(words, expected.map(|word| (word, true)));
        assert_eq!(
            (Profile::parse("fapi"), PiiMode::parse("mask"), AuthMethod::parse("tls")),
            (None, None, None)
        );
        assert_eq!((SubjectType::parse("any"), RequestObjectAlg::parse("HS256")), (None, None));
        assert_eq!(GrantType::parse("password"), None);
    }

    #[test]
    fn a_profile_says_the_same_of_everything_that_is_strict_about_it() {
        let says = |profile: Profile| {
            [
                profile.lets_pkce_out(),
                profile.takes_secrets(),
                profile.demands_par(),
                profile.demands_dpop(),
                profile.takes_unsigned_requests(),
                profile.demands_https(),
                profile.takes_public_clients(),
                profile.takes_endpoint_audience(),
            ]
        };
        assert_eq!(says(Profile::Compatible), [true, true, false, false, true, false, true, true]);
        assert_eq!(says(Profile::Standard), [false, true, false, false, true, false, true, true]);
        assert_eq!(says(Profile::Fapi2), [false, false, true, true, false, true, false, false]);
        assert_eq!(Profile::Fapi2.algs(), [Alg::Es256, Alg::Ps256, Alg::EdDsa]);
        for profile in Profile::ALL {
            let client = Client { profile, ..store_app() };
            let rs256 = client.may_prove_with(Alg::Rs256);
            assert!(client.may_prove_with(Alg::Es256));
            assert_eq!(rs256, profile != Profile::Fapi2);
        }
    }

    #[test]
    fn who_vouches_for_a_client_decides_how_it_is_treated() {
        let says = |it: Provenance| (it.is_self_declared(), it.is_anybody());
        assert_eq!(says(Provenance::Owner), (false, false));
        assert_eq!(says(Provenance::InitialToken), (true, false));
        assert_eq!(says(Provenance::Open), (true, true));
        assert_eq!(says(Provenance::Document), (true, true));
    }

    // security: T05, T15
    #[test]
    fn a_grant_belongs_to_a_kind_of_app_and_some_must_be_switched_on() {
        let may = |client: &Client| GrantType::ALL.map(|grant| client.may_use(grant));
        assert_eq!(may(&store_app()), [true, true, false, false, false]);
        assert_eq!(may(&custom_app()), [false, false, true, false, false]);
        let all = |client: Client| Client { device_grant: true, token_exchange: true, ..client };
        assert_eq!(may(&all(store_app())), [true, true, false, true, true]);
        assert_eq!(may(&all(custom_app())), [false, false, true, false, true]);
        assert_eq!(may(&all(public_app())), [true, true, false, true, false]);
        let strict = Client { profile: Profile::Fapi2, ..all(store_app()) };
        assert_eq!(may(&strict), [true, true, false, false, true]);
    }

    // security: T14
    #[test]
    fn only_the_refresh_tokens_of_public_clients_rotate() {
        assert!(public_app().refresh_rotates());
        for profile in Profile::ALL {
            assert!(!Client { profile, ..store_app() }.refresh_rotates());
        }
    }

    // security: A08
    #[test]
    fn each_reason_to_demand_pkce_is_enough_by_itself() {
        let lenient = Client { profile: Profile::Compatible, require_pkce: false, ..store_app() };
        assert!(!lenient.needs_pkce());
        assert!(Client { require_pkce: true, ..lenient.clone() }.needs_pkce());
        assert!(Client { profile: Profile::Standard, ..lenient.clone() }.needs_pkce());
        assert!(Client { client_type: ClientType::Public, ..lenient }.needs_pkce());
    }
}
