//! The catalogue as an operator writes it: a TOML file, read into what the store remembers.

use std::collections::HashSet;

use grantry_oauth::display_text;
use grantry_oauth::jose::Alg;
use grantry_oauth::scope::is_oidc;
use grantry_oauth::time::Timestamp;
use grantry_store::catalogue::{Api, ApiScope, TokenFormat};
use serde::Deserialize;
use url::Url;

/// Why a catalogue is not taken: where, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct FileError {
    pub place: String,
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(default)]
    api: Vec<ApiText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiText {
    name: String,
    display_name: String,
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default = "jwt")]
    token_format: String,
    #[serde(default = "es256")]
    signing_alg: String,
    #[serde(default)]
    default_scopes: Vec<String>,
    #[serde(default)]
    scope: Vec<ScopeText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeText {
    name: String,
    display_name: String,
    description: Option<String>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    machine: bool,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    retired: bool,
}

fn jwt() -> String {
    TokenFormat::Jwt.as_str().to_owned()
}

fn es256() -> String {
    Alg::Es256.as_str().to_owned()
}

/// Longest name of an API or a scope.
const LONGEST_NAME: usize = 100;

/// Longest sentence.
const LONGEST_TEXT: usize = 200;

/// Reads a catalogue. `now` becomes the time of retirement of scopes that the file calls retired.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn parse(text: &str, now: Timestamp) -> Result<Vec<Api>, FileError> {
    let reader =
        toml::Deserializer::parse(text).map_err(|why| wrong("the file", why.to_string().trim_end()))?;
    let catalogue: Catalogue = serde_path_to_error::deserialize(reader).map_err(|why| {
        let place = why.path().to_string();
        wrong(&place, why.inner().to_string().trim_end())
    })?;
    if catalogue.api.is_empty() {
        return Err(wrong("the file", "it describes no API; begin with [[api]]"));
    }
    let mut seen = Seen::default();
    catalogue.api.into_iter().map(|api| read_api(api, now, &mut seen)).collect()
}

/// Names that must not come twice.
#[derive(Default)]
struct Seen {
    apis: HashSet<String>,
    scopes: HashSet<String>,
    resources: HashSet<String>,
}

fn wrong(place: &str, problem: impl Into<String>) -> FileError {
    FileError { place: place.to_owned(), problem: problem.into() }
}

fn read_api(api: ApiText, now: Timestamp, seen: &mut Seen) -> Result<Api, FileError> {
    let place = format!("API `{}`", api.name);
    check_name(&api.name).map_err(|problem| wrong(&place, problem))?;
    if !seen.apis.insert(api.name.clone()) {
        return Err(wrong(&place, "two APIs have this name"));
    }
    let display_name = sentence(&api.display_name).map_err(|problem| wrong(&place, problem))?;
    let token_format = TokenFormat::parse(&api.token_format)
        .ok_or_else(|| wrong(&place, "token_format must be \"jwt\" or \"opaque\""))?;
    if Alg::parse(&api.signing_alg).is_none() {
        return Err(wrong(&place, "signing_alg must be ES256, RS256, PS256 or EdDSA"));
    }
    for resource in &api.resource {
        // RFC 8707 §2: an absolute URI without a fragment.
        if Url::parse(resource).is_err() || resource.contains('#') {
            return Err(wrong(
                &place,
                format!("resource {resource:?} must be an absolute URI without a fragment"),
            ));
        }
        if !seen.resources.insert(resource.clone()) {
            return Err(wrong(&place, format!("resource {resource:?} is named twice")));
        }
    }
    if let Some(name) = api.default_scopes.iter().find(|name| !api.scope.iter().any(|s| &s.name == *name)) {
        return Err(wrong(&place, format!("default_scopes names {name:?}, which is no scope of this API")));
    }
    let mut scopes = Vec::with_capacity(api.scope.len());
    for scope in api.scope {
        let is_default = api.default_scopes.contains(&scope.name);
        scopes.push(read_scope(scope, (&api.name, is_default), now, seen)?);
    }
    Ok(Api {
        name: api.name,
        display_name,
        token_format,
        signing_alg: api.signing_alg,
        resources: api.resource,
        scopes,
    })
}

fn read_scope(
    scope: ScopeText,
    (api_name, is_default): (&str, bool),
    now: Timestamp,
    seen: &mut Seen,
) -> Result<ApiScope, FileError> {
    let place = format!("scope `{}`", scope.name);
    check_name(&scope.name).map_err(|problem| wrong(&place, problem))?;
    if is_oidc(&scope.name) {
        return Err(wrong(&place, "OpenID Connect has a scope of this name already"));
    }
    if !seen.scopes.insert(scope.name.clone()) {
        return Err(wrong(&place, "two scopes have this name; a scope belongs to one API"));
    }
    let display_name = sentence(&scope.display_name).map_err(|problem| wrong(&place, problem))?;
    let description = scope.description.as_deref().map(sentence).transpose();
    Ok(ApiScope {
        name: scope.name,
        api_name: api_name.to_owned(),
        display_name,
        description: description.map_err(|problem| wrong(&place, problem))?,
        sensitive: scope.sensitive,
        machine: scope.machine,
        is_default,
        internal: scope.internal,
        retired_at: scope.retired.then_some(now),
    })
}

/// RFC 6749 §3.3: visible ASCII without `"` and `\`.
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err("a name has 1 to 100 characters");
    }
    let fits = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    if name.bytes().all(fits) {
        Ok(())
    } else {
        Err("a name has letters, digits and signs of ASCII, no spaces")
    }
}

fn sentence(text: &str) -> Result<String, String> {
    display_text::register(text, LONGEST_TEXT).map_err(|problem| format!("{text:?}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn a_file_is_read_with_all_its_settings() {
        let text = r#"
            [[api]]
            name = "api"
            display_name = "Core API"
            resource = ["https://api.example.com/mcp"]
            token_format = "jwt"
            signing_alg = "EdDSA"
            default_scopes = ["reservations.read"]
            [[api.scope]]
            name = "reservations.read"
            display_name = "Read reservations"
            description = "Dates, guests and prices."
            machine = true
            [[api.scope]]
            name = "rates.old"
            display_name = "Read old rates"
            sensitive = true
            retired = true
        "#;
        let apis = parse(text, NOW).expect("it is well formed");
        assert_eq!(apis.len(), 1);
        assert_eq!(apis[0].token_format, TokenFormat::Jwt);
        assert_eq!(apis[0].resources, ["https://api.example.com/mcp"]);
        let [read, old] = &apis[0].scopes[..] else { panic!("two scopes") };
        assert!(read.is_default && read.machine && !read.sensitive);
        assert_eq!(old.retired_at, Some(NOW));
    }

    #[test]
    fn the_sample_catalogue_is_well_formed() {
        let apis = parse(super::super::import::SAMPLE, NOW).expect("it is well formed");
        let scopes: usize = apis.iter().map(|api| api.scopes.len()).sum();
        assert!(apis.len() == 9 && scopes > 70, "{} APIs, {scopes} scopes", apis.len());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let api = "[[api]]\nname = \"a\"\ndisplay_name = \"A\"\n";
        let scope = "[[api.scope]]\nname = \"s\"\ndisplay_name = \"S\"\n";
        for (text, said) in [
            (String::new(), "describes no API"),
            ("[[api]]\nname = \"a\"".to_owned(), "api[0]"),
            (format!("{api}colour = \"red\""), "colour"),
            (format!("{api}{api}"), "two APIs"),
            (format!("{api}{scope}{scope}"), "two scopes"),
            (format!("{api}default_scopes = [\"x\"]\n{scope}"), "\"x\""),
            (format!("{api}signing_alg = \"HS256\""), "signing_alg"),
            (format!("{api}token_format = \"saml\""), "token_format"),
            (format!("{api}resource = [\"/mcp\"]"), "absolute URI"),
            (format!("{api}{}", scope.replace("\"s\"", "\"a b\"")), "no spaces"),
            (format!("{api}{}", scope.replace("\"s\"", "\"openid\"")), "OpenID Connect"),
            (format!("{api}{}", scope.replace("\"S\"", "\"\\u202eS\"")), "scope `s`"),
        ] {
            let error = parse(&text, NOW).expect_err(said).to_string();
            assert!(error.contains(said), "{error} does not say {said}");
        }
    }
}
