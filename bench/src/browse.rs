//! A person's browser, as far as the code flow needs one: cookies, redirects and forms, in the server's own HTML.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use url::form_urlencoded::Serializer;
use url::{Position, Url};

use crate::http::{Answer, Call, Connection};

/// More redirects or forms than this in one flow is a loop.
const STEPS: usize = 20;

#[derive(Debug)]
pub(crate) struct Browser {
    connection: Connection,
    base: Url,
    cookies: BTreeMap<String, String>,
}

/// A form of a page.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    action: String,
    /// Name, value and type of every input, and of the button that was chosen.
    fields: Vec<(String, String, String)>,
}

impl Browser {
    pub(crate) async fn new(address: SocketAddr) -> anyhow::Result<Self> {
        let base = Url::parse(&format!("http://{address}"))?;
        Ok(Self { connection: Connection::open(address).await?, base, cookies: BTreeMap::new() })
    }

    /// Goes to `path`, signs in and agrees where asked, until the server sends the browser to `target`: that whole URL.
    pub(crate) async fn arrive(
        &mut self,
        path: &str,
        target: &str,
        login: (&str, &str),
    ) -> anyhow::Result<Url> {
        let mut answer = self.go(Call::get(path)).await?;
        for _ in 0..STEPS {
            if let Some(location) = answer.headers.get(LOCATION) {
                let next = self.base.join(location.to_str()?)?;
                if next.as_str().starts_with(target) {
                    return Ok(next);
                }
                ensure!(next.origin() == self.base.origin(), "sent to {next}");
                let path = next[Position::BeforePath..].to_owned();
                answer = self.go(Call::get(&path)).await?;
                continue;
            }
            let page = String::from_utf8_lossy(&answer.body);
            ensure!(answer.status.is_success(), "{}: {page}", answer.status);
            let form = first_form(&page).with_context(|| format!("a page without a form: {page}"))?;
            let body = form.filled(login);
            let next = self.base.join(&form.action)?;
            answer = self.go(Call::form(&next[Position::BeforePath..], body)).await?;
        }
        bail!("{STEPS} steps and still not at {target}")
    }

    async fn go(&mut self, call: Call) -> anyhow::Result<Answer> {
        let jar =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let call = if jar.is_empty() { call } else { call.header(COOKIE, &jar) };
        let answer = self.connection.send(&call).await?;
        for set in answer.headers.get_all(SET_COOKIE) {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        Ok(answer)
    }
}

impl Form {
    /// The body that a person with this e-mail and password would send.
    fn filled(&self, (email, password): (&str, &str)) -> String {
        let mut body = Serializer::new(String::new());
        for (name, value, kind) in &self.fields {
            let value = match kind.as_str() {
                "password" => password,
                "email" => email,
                "text" if value.is_empty() => email,
                _ => value,
            };
            body.append_pair(name, value);
        }
        body.finish()
    }
}

/// The first form of a page that posts, with every input and the button that says yes.
fn first_form(page: &str) -> Option<Form> {
    let start = page.match_indices("<form").map(|(at, _)| at).find(|at| {
        page.get(*at..)
            .and_then(|rest| rest.split('>').next())
            .is_some_and(|tag| tag.to_lowercase().contains("post"))
    })?;
    let form = page.get(start..)?.split("</form").next()?;
    let action = attribute(form.split('>').next()?, "action").unwrap_or_default();
    let mut fields = Vec::new();
    let mut buttons = Vec::new();
    for tag in form.split('<').skip(2) {
        let kind = attribute(tag, "type").unwrap_or_else(|| "text".to_owned());
        let (Some(name), value) = (attribute(tag, "name"), attribute(tag, "value").unwrap_or_default())
        else {
            continue;
        };
        if tag.starts_with("button") || kind == "submit" {
            buttons.push((name, value, tag.to_lowercase()));
        } else if tag.starts_with("input")
            && (!matches!(kind.as_str(), "checkbox" | "radio") || tag.contains("checked"))
        {
            fields.push((name, value, kind));
        }
    }
    // With several buttons it is the one that allows; one alone is pressed as it is.
    let yes = |(_, value, tag): &&(String, String, String)| value.contains("allow") || tag.contains("allow");
    if let Some((name, value, _)) =
        buttons.iter().find(yes).or_else(|| buttons.first().filter(|_| buttons.len() == 1))
    {
        fields.push((name.clone(), value.clone(), "submit".to_owned()));
    }
    Some(Form { action, fields })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(at..)?.split('"').next()?;
    let plain = [
        ("&#38;", "&"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
        ("&amp;", "&"),
    ];
    Some(plain.iter().fold(value.to_owned(), |value, (entity, letter)| value.replace(entity, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_form_is_filled_and_a_consent_form_is_allowed() {
        let sign_in = r#"<form method="get" action="/search"></form><form method="post" action="/account/login?a=1&amp;b=2">
            <input type="hidden" name="form_token" value="t&quot;1"><input type="email" name="email">
            <input type="password" name="password"><input type="checkbox" name="remember" value="1">
            <button>Sign in</button></form>"#;
        let form = first_form(sign_in).expect("a form");
        assert_eq!(form.action, "/account/login?a=1&b=2");
        assert_eq!(form.filled(("a@b.example", "p w")), "form_token=t%221&email=a%40b.example&password=p+w");

        let consent = r#"<form method="post" action="/consent"><button name="decision" value="cancel">Cancel</button>
            <button name="decision" value="allow">Allow</button></form>"#;
        assert_eq!(first_form(consent).expect("a form").filled(("", "")), "decision=allow");
    }
}
