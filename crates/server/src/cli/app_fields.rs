//! What an app says of itself, as flags: the same for registering and for changing it.

use clap::Args;

use crate::apps::RawApp;

#[derive(Debug, Default, Args)]
pub(super) struct Fields {
    /// The client name, as people see it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where browsers return with a code; may be repeated, and replaces the whole list
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where browsers may return after signing out; may be repeated, and replaces the whole list
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// An origin whose scripts may call the token endpoint; may be repeated, and replaces the whole list
    #[arg(long, value_name = "ORIGIN")]
    cors_origin: Vec<String>,
    /// A scope that the app may ask for; may be repeated, and replaces the whole list
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// What the first secret is for
    #[arg(long, value_name = "TEXT")]
    secret_description: Option<String>,
    /// How strict the protocol is: compatible, standard or fapi2
    #[arg(long)]
    profile: Option<String>,
    /// The app runs on people's devices and cannot keep a secret
    #[arg(long, conflicts_with = "confidential")]
    public: bool,
    /// The app runs on a server and keeps a secret; the default
    #[arg(long)]
    confidential: bool,
    /// PKCE may be left out (profile compatible only)
    #[arg(long, conflicts_with = "pkce")]
    no_pkce: bool,
    /// PKCE is required
    #[arg(long)]
    pkce: bool,
    /// How the app authenticates: client_secret_basic, client_secret_post, private_key_jwt or none
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<String>,
    /// A file with its public keys, a JWK set
    #[arg(long, value_name = "FILE", value_parser = contents, conflicts_with = "jwks_uri")]
    jwks: Option<String>,
    /// Where its public keys are
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// The algorithm of its ID tokens: RS256, ES256, PS256 or EdDSA
    #[arg(long, value_name = "ALG")]
    id_token_alg: Option<String>,
    /// Userinfo is signed with this algorithm; empty: it is plain JSON
    #[arg(long, value_name = "ALG")]
    userinfo_alg: Option<String>,
    /// The algorithm of its request objects, or none; empty: any
    #[arg(long, value_name = "ALG")]
    request_object_alg: Option<String>,
    /// The one algorithm with which it signs who it is; empty: any that its profile allows
    #[arg(long, value_name = "ALG")]
    auth_alg: Option<String>,
    /// How many seconds ago a person may have signed in, when a request does not say; empty: any time
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<String>,
    /// Where a request object of it may be fetched; may be repeated
    #[arg(long, value_name = "URL")]
    request_uri: Vec<String>,
    /// Every authorization begins with a pushed request
    #[arg(long, conflicts_with = "no_require_par")]
    require_par: bool,
    /// Authorizations may begin in the browser; the default
    #[arg(long)]
    no_require_par: bool,
    /// Its privacy policy
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
    /// Where a sign-in that begins here is sent
    #[arg(long, value_name = "URL")]
    initiate_login_uri: Option<String>,
    /// Where the app is told that a session has ended
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// Whether the app knows people by the same subject as others: public or pairwise
    #[arg(long, value_name = "TYPE")]
    subject_type: Option<String>,
    /// The list of redirect URIs that share their pairwise subjects
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// A picture (PNG, JPEG or WebP), fetched once
    #[arg(long, value_name = "URL")]
    logo: Option<String>,
    /// Its tokens are always bound to a key of its own (DPoP)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    dpop_bound: Option<bool>,
    /// Devices without a browser may use it (RFC 8628)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    device_grant: Option<bool>,
    /// It may exchange tokens of its owner's apps for smaller ones (RFC 8693)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    token_exchange: Option<bool>,
    /// Personally identifiable information: retrieve or hide
    #[arg(long, value_name = "MODE")]
    pii: Option<String>,
}

impl Fields {
    /// What was given here, over what there is.
    pub(super) fn over(self, mut raw: RawApp) -> RawApp {
        let texts = [
            (&mut raw.name, self.name),
            (&mut raw.secret_description, self.secret_description),
            (&mut raw.profile, self.profile),
            (&mut raw.auth_method, self.auth_method),
            (&mut raw.id_token_alg, self.id_token_alg),
            (&mut raw.userinfo_alg, self.userinfo_alg),
            (&mut raw.request_object_alg, self.request_object_alg),
            (&mut raw.auth_alg, self.auth_alg),
            (&mut raw.default_max_age, self.default_max_age),
            (&mut raw.policy_uri, self.policy_uri),
            (&mut raw.tos_uri, self.tos_uri),
            (&mut raw.initiate_login_uri, self.initiate_login_uri),
            (&mut raw.backchannel_logout_uri, self.backchannel_logout_uri),
            (&mut raw.subject_type, self.subject_type),
            (&mut raw.sector_identifier_uri, self.sector_identifier_uri),
            (&mut raw.logo_url, self.logo),
            (&mut raw.pii_mode, self.pii),
        ];
        for (field, given) in texts {
            if let Some(given) = given {
                *field = given;
            }
        }
        let lists = [
            (&mut raw.redirect_uris, self.redirect_uri),
            (&mut raw.post_logout_uris, self.post_logout_redirect_uri),
            (&mut raw.cors_origins, self.cors_origin),
            (&mut raw.request_uris, self.request_uri),
            (&mut raw.scopes, self.scope),
        ];
        for (field, given) in lists {
            if !given.is_empty() {
                *field = given;
            }
        }
        for (place, given) in [
            (&mut raw.dpop_bound, self.dpop_bound),
            (&mut raw.device_grant, self.device_grant),
            (&mut raw.token_exchange, self.token_exchange),
        ] {
            *place = given.or(*place);
        }
        if self.public || self.confidential {
            raw.client_type = if self.public { "public" } else { "confidential" }.to_owned();
        }
        if self.pkce || self.no_pkce {
            raw.require_pkce = Some(self.pkce);
        }
        if self.require_par || self.no_require_par {
            raw.require_par = Some(self.require_par);
        }
        // The keys or their address: one takes the other's place.
        if let Some(jwks) = self.jwks {
            (raw.jwks, raw.jwks_uri) = (jwks, String::new());
        }
        if let Some(uri) = self.jwks_uri {
            (raw.jwks, raw.jwks_uri) = (String::new(), uri);
        }
        raw
    }
}

/// The text of a file; nothing for an empty name.
fn contents(file: &str) -> Result<String, String> {
    if file.is_empty() {
        return Ok(String::new());
    }
    std::fs::read_to_string(file).map_err(|error| error.to_string())
}

/// The flag of a field of the form, for messages: `redirect_uri-2` is the second `--redirect-uri`.
pub(super) fn flag(field: &str) -> String {
    let (name, row) = match field.rsplit_once('-') {
        Some((name, row)) if row.parse::<u32>().is_ok() => (name, format!(" (number {row})")),
        _ => (field, String::new()),
    };
    let flag = match name {
        "client_code" => "code",
        "client_name" => "name",
        "logo_url" => "logo",
        "post_logout_uri" => "post-logout-redirect-uri",
        "pii_mode" => "pii",
        "client_type" => "public",
        "require_pkce" => "no-pkce",
        "secret_description" => "secret-description",
        "secret_expires" => "expires",
        other => return format!("--{}{row}", other.replace('_', "-")),
    };
    format!("--{flag}{row}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_stays_and_an_empty_value_clears() {
        let before = RawApp {
            name: "Old".to_owned(),
            tos_uri: "https://acme.example/terms".to_owned(),
            scopes: vec!["rates.read".to_owned()],
            require_pkce: Some(true),
            ..RawApp::default()
        };
        let given = Fields {
            name: Some("New".to_owned()),
            tos_uri: Some(String::new()),
            redirect_uri: vec!["https://acme.example/cb".to_owned()],
            ..Fields::default()
        };
        let after = given.over(before.clone());
        assert_eq!((after.name.as_str(), after.tos_uri.as_str()), ("New", ""));
        assert_eq!(after.redirect_uris, ["https://acme.example/cb"]);
        assert_eq!((after.scopes, after.require_pkce), (before.scopes, Some(true)));
    }

    #[test]
    fn a_fault_names_the_flag_it_is_about() {
        assert_eq!(flag("redirect_uri-2"), "--redirect-uri (number 2)");
        assert_eq!(flag("client_code"), "--code");
        assert_eq!(flag("scope"), "--scope");
    }
}
