//! Standard claims about a person (OIDC Core §5): which scope gives which, and the userinfo document made of them.

use serde_json::{Map, Value, json};

use crate::Timestamp;
use crate::compat::Preset;
use crate::jose::{self, KeyError, SigningKey, TokenType};
use crate::scope::ScopeSet;

/// What the server itself knows about a person in an account.
#[derive(Clone, Copy, Debug)]
pub struct PersonFacts<'a> {
    /// `sub`.
    pub person_id: &'a str,
    /// The e-mail address.
    pub email: &'a str,
    /// Whether the person proved that it is theirs.
    pub email_verified: bool,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// The language that the person chose.
    pub locale: Option<&'a str>,
    /// When something of this changed last.
    pub updated_at: Timestamp,
    /// The account for which the token is.
    pub account_code: &'a str,
    /// The person's roles there.
    pub roles: &'a [&'a str],
    /// Further standard claims, which passed [`check_further`].
    pub further: &'a Map<String, Value>,
}

/// How the value of a claim must look.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Flag,
    Address,
}

/// The claims that the server does not know by itself, each with its scope.
const FURTHER: [(&str, &str, Shape); 12] = [
    ("middle_name", "profile", Shape::Text),
    ("nickname", "profile", Shape::Text),
    ("preferred_username", "profile", Shape::Text),
    ("profile", "profile", Shape::Text),
    ("picture", "profile", Shape::Text),
    ("website", "profile", Shape::Text),
    ("gender", "profile", Shape::Text),
    ("birthdate", "profile", Shape::Text),
    ("zoneinfo", "profile", Shape::Text),
    ("address", "address", Shape::Address),
    ("phone_number", "phone", Shape::Text),
    ("phone_number_verified", "phone", Shape::Flag),
];

/// OIDC Core §5.1.1.
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// The claims about a person that the server knows by itself, each with its scope.
const OWN: [(&str, &str); 9] = [
    ("name", "profile"),
    ("preferred_username", "profile"),
    ("given_name", "profile"),
    ("family_name", "profile"),
    ("locale", "profile"),
    ("updated_at", "profile"),
    ("role", "profile"),
    ("email", "email"),
    ("email_verified", "email"),
];

/// The scope that gives a claim (OIDC Core §5.4); `None` for what every client gets, and what nobody knows here.
#[must_use]
pub fn scope_of(claim: &str) -> Option<&'static str> {
    let further = FURTHER.iter().map(|(name, scope, _)| (*name, *scope));
    OWN.into_iter().chain(further).find(|(name, _)| *name == claim).map(|(_, scope)| scope)
}

/// Signs userinfo for a client (OIDC Core §5.3.2).
///
/// # Errors
/// See [`jose::sign`].
pub fn sign_userinfo(
    mut claims: Map<String, Value>,
    (issuer, client_id): (&str, &str),
    key: &SigningKey,
) -> Result<String, KeyError> {
    claims.insert("iss".to_owned(), issuer.into());
    claims.insert("aud".to_owned(), client_id.into());
    jose::sign(key, TokenType::Id, &claims)
}

/// Every claim that an ID token or userinfo can have, for the metadata.
pub const SUPPORTED: [&str; 31] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "amr",
    "at_hash",
    "sid",
    "account_code",
    "role",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "address",
    "phone_number",
    "phone_number_verified",
];

/// Why further claims may not be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not a claim that can be set: none of OIDC Core §5.1, or one that the server knows itself.
    #[error("{0} is not a claim that can be set")]
    Unknown(String),
    /// The value is not of the kind that OIDC Core §5.1 says.
    #[error("{0} has a value of the wrong kind")]
    Shape(String),
}

/// Checks claims that somebody wants to store beside what the server knows.
///
/// # Errors
/// The first one that is unknown or malformed.
pub fn check_further(claims: &Map<String, Value>) -> Result<(), Problem> {
    for (name, value) in claims {
        let Some((_, _, shape)) = FURTHER.iter().find(|(known, ..)| known == name) else {
            return Err(Problem::Unknown(name.clone()));
        };
        let fits = match shape {
            Shape::Text => value.is_string(),
            Shape::Flag => value.is_boolean(),
            Shape::Address => value.as_object().is_some_and(|members| {
                members.iter().all(|(name, value)| ADDRESS.contains(&name.as_str()) && value.is_string())
            }),
        };
        if !fits {
            return Err(Problem::Shape(name.clone()));
        }
    }
    Ok(())
}

impl PersonFacts<'_> {
    /// First and last name, as far as there are any.
    fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// The claims of these names, whatever the scopes: those that a client asked for one by one (OIDC Core §5.5).
    #[must_use]
    pub fn named(&self, names: &[String], preset: Preset) -> Map<String, Value> {
        let mut claims = self.userinfo(&names.iter().filter_map(|name| scope_of(name)).collect(), preset);
        claims.retain(|name, _| names.contains(name));
        claims
    }

    /// The userinfo document: `sub` and the account always, everything else by its scope (OIDC Core §5.4).
    ///
    /// Claims without a value are left out (§5.3.2).
    #[must_use]
    pub fn userinfo(&self, scopes: &ScopeSet, preset: Preset) -> Map<String, Value> {
        let mut claims = Map::new();
        for (name, scope, _) in FURTHER {
            if let Some(value) = self.further.get(name).filter(|_| scopes.contains(scope)) {
                claims.insert(name.to_owned(), value.clone());
            }
        }
        // Our own facts come last: nothing that was stored beside them replaces them.
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        if scopes.contains("profile") {
            match preset {
                Preset::None => put("name", self.full_name().into()),
                Preset::Seed => {
                    put("name", self.email.into());
                    put("preferred_username", self.full_name().into())
                }
            };
            put("given_name", self.first_name.into());
            put("family_name", self.last_name.into());
            put("locale", json!(self.locale));
            put("updated_at", self.updated_at.seconds().into());
            put(
                "role",
                match self.roles {
                    [] => Value::Null,
                    [one] => json!(one),
                    several => json!(several),
                },
            );
        }
        if scopes.contains("email") {
            put("email", self.email.into());
            put("email_verified", self.email_verified.into());
        }
        put("account_code", self.account_code.into());
        put("sub", self.person_id.into());
        claims.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        claims
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{NOW, scopes};

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("an object") };
        map
    }

    fn further() -> Map<String, Value> {
        object(json!({
            "nickname": "Iron Man",
            "birthdate": "1970-05-29",
            "address": { "locality": "Malibu", "country": "US" },
            "phone_number": "+1 555 0100",
            "phone_number_verified": false,
        }))
    }

    fn tony(further: &Map<String, Value>) -> PersonFacts<'_> {
        PersonFacts {
            person_id: "07070707-0707-4707-8707-070707070707",
            email: "tony@stark.example",
            email_verified: true,
            first_name: "Tony",
            last_name: "Stark",
            locale: None,
            updated_at: NOW,
            account_code: "HOTL",
            roles: &["AccountAdmin"],
            further,
        }
    }

    /// The order of claims says nothing, and depends on how other crates were built.
    fn in_order() -> insta::internals::SettingsBindDropGuard {
        let mut settings = insta::Settings::clone_current();
        settings.set_sort_maps(true);
        settings.bind_to_scope()
    }

    // security: U01
    #[test]
    fn each_scope_gives_its_claims_and_no_others() {
        let _ordered = in_order();
        let further = further();
        assert_json_snapshot!(tony(&further).userinfo(&scopes("openid"), Preset::None), @r#"
        {
          "account_code": "HOTL",
          "sub": "07070707-0707-4707-8707-070707070707"
        }
        "#);
        assert_json_snapshot!(tony(&further).userinfo(&scopes("openid profile"), Preset::None), @r#"
        {
          "account_code": "HOTL",
          "birthdate": "1970-05-29",
          "family_name": "Stark",
          "given_name": "Tony",
          "name": "Tony Stark",
          "nickname": "Iron Man",
          "role": "AccountAdmin",
          "sub": "07070707-0707-4707-8707-070707070707",
          "updated_at": 1800000000
        }
        "#);
        let rest = scopes("openid email address phone");
        assert_json_snapshot!(tony(&further).userinfo(&rest, Preset::None), @r#"
        {
          "account_code": "HOTL",
          "address": {
            "country": "US",
            "locality": "Malibu"
          },
          "email": "tony@stark.example",
          "email_verified": true,
          "phone_number": "+1 555 0100",
          "phone_number_verified": false,
          "sub": "07070707-0707-4707-8707-070707070707"
        }
        "#);
    }

    // security: U01, A17
    #[test]
    fn claims_that_were_asked_for_by_name_come_alone() {
        let further = further();
        let names = ["email", "nickname", "phone_number", "sub", "account_code"].map(str::to_owned);
        let claims = tony(&further).named(&names, Preset::None);
        let given: Vec<&str> = claims.keys().map(String::as_str).collect();
        assert_eq!(given.len(), 5, "{given:?}");
        let claims = tony(&further).named(&names[..2], Preset::None);
        assert_eq!(claims.len(), 2, "no account, no subject, no other claim of the same scope");
        for (name, scope) in OWN {
            assert_eq!(scope_of(name), Some(scope));
        }
        assert_eq!((scope_of("sub"), scope_of("iss"), scope_of("shoe_size")), (None, None, None));
    }

    // security: U01
    #[test]
    fn signed_userinfo_says_from_whom_and_for_whom_and_is_no_id_token() {
        use crate::examples::{ISSUER, key};
        use crate::id_token::Hint;
        use crate::jose::{Alg, Jwks};
        let none = Map::new();
        let key = key(Alg::Es256);
        let claims = tony(&none).userinfo(&scopes("openid email"), Preset::None);
        let text = sign_userinfo(claims, (ISSUER, "SDXE-AC-MYAPP"), &key).expect("signed");
        let keys = Jwks::new([key.public().clone()]);
        let read: Map<String, Value> = jose::verify(&keys, TokenType::Id, &text).expect("verified");
        assert_eq!((&read["iss"], &read["aud"]), (&json!(ISSUER), &json!("SDXE-AC-MYAPP")));
        assert_eq!(read["email"], "tony@stark.example");
        assert_eq!(Hint::verify(&keys, ISSUER, &text), None);
    }

    #[test]
    fn existing_programs_find_the_address_as_name_and_the_name_as_user_name() {
        let _ordered = in_order();
        let none = Map::new();
        assert_json_snapshot!(tony(&none).userinfo(&scopes("openid profile"), Preset::Seed), @r#"
        {
          "account_code": "HOTL",
          "family_name": "Stark",
          "given_name": "Tony",
          "name": "tony@stark.example",
          "preferred_username": "Tony Stark",
          "role": "AccountAdmin",
          "sub": "07070707-0707-4707-8707-070707070707",
          "updated_at": 1800000000
        }
        "#);
    }

    #[test]
    fn one_role_is_a_word_several_are_a_list_and_none_is_absent() {
        let none = Map::new();
        let role = |roles| {
            let facts = PersonFacts { roles, ..tony(&none) };
            facts.userinfo(&scopes("openid profile"), Preset::None).get("role").cloned()
        };
        assert_eq!(role(&[]), None);
        assert_eq!(role(&["Auditor"]), Some(json!("Auditor")));
        assert_eq!(role(&["AccountAdmin", "Auditor"]), Some(json!(["AccountAdmin", "Auditor"])));
    }

    // security: R10
    #[test]
    fn what_the_server_knows_itself_cannot_be_set() {
        assert_eq!(check_further(&further()), Ok(()));
        for name in
            ["sub", "email", "email_verified", "name", "role", "account_code", "updated_at", "is_admin"]
        {
            let claims = object(json!({ name: "x" }));
            assert_eq!(check_further(&claims), Err(Problem::Unknown(name.to_owned())));
        }
        let wrong = [
            json!({ "nickname": 1 }),
            json!({ "nickname": null }),
            json!({ "phone_number_verified": "yes" }),
            json!({ "address": "Malibu" }),
            json!({ "address": { "locality": 1 } }),
            json!({ "address": { "planet": "Earth" } }),
        ];
        for claims in wrong {
            assert!(matches!(check_further(&object(claims.clone())), Err(Problem::Shape(_))), "{claims}");
        }
    }

    // security: U01
    proptest! {
        #[test]
        fn whatever_is_stored_the_subject_is_the_persons_and_no_scope_gives_anothers_claims(
            names in proptest::collection::vec("[a-z_]{1,12}|sub|email|account_code|phone_number|nickname", 0..8),
            asked in proptest::sample::subsequence(vec!["openid", "profile", "email", "address", "phone"], 0..5),
        ) {
            let further: Map<String, Value> = names.into_iter().map(|name| (name, json!("mallory"))).collect();
            let scopes: ScopeSet = asked.iter().copied().collect();
            let claims = tony(&further).userinfo(&scopes, Preset::None);
            prop_assert_eq!(&claims["sub"], tony(&further).person_id);
            prop_assert_eq!(&claims["account_code"], "HOTL");
            prop_assert!(claims.keys().all(|name| SUPPORTED.contains(&name.as_str())));
            prop_assert_eq!(claims.contains_key("email"), asked.contains(&"email"));
            prop_assert_eq!(claims.contains_key("given_name"), asked.contains(&"profile"));
            prop_assert!(asked.contains(&"phone") || !claims.contains_key("phone_number"));
            prop_assert!(claims.get("email").is_none_or(|email| email == "tony@stark.example"));
        }
    }
}
