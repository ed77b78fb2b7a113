//! A browser without a screen: cookies, redirects that one follows by hand, forms that are read from pages.

mod form;
mod reply;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use url::Url;

pub use form::Form;
pub use reply::{Reply, raw, send};

/// How often a client follows a redirect before the story has failed.
const REDIRECTS: usize = 10;

/// One person's client: it keeps the cookies of one server and sends what a browser sends with a form.
#[derive(Debug, Clone)]
pub struct Client {
    origin: Url,
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    /// The page that was asked for last; a form without an action goes there.
    at: Url,
}

impl Client {
    /// A client without cookies. `origin` is the server's public URL, `address` where it really listens.
    ///
    /// # Panics
    /// When `origin` is no URL.
    #[must_use]
    pub fn new(origin: &str, address: SocketAddr) -> Self {
        let origin = Url::parse(origin).expect("a server has a public URL");
        Self { at: origin.clone(), origin, address, cookies: BTreeMap::new() }
    }

    /// Asks for a page and does not follow a redirect.
    pub async fn gets(&mut self, target: &str) -> Reply {
        self.sends("GET", target, &[], "").await
    }

    /// Asks for a page as one who types its address: follows redirects as long as they stay on the server.
    pub async fn opens(&mut self, target: &str) -> Reply {
        let reply = self.gets(target).await;
        self.follows(reply).await
    }

    /// Follows the redirects of an answer as long as they stay on the server; one that leaves it is given back.
    ///
    /// # Panics
    /// When they do not end.
    pub async fn follows(&mut self, mut reply: Reply) -> Reply {
        for _ in 0..REDIRECTS {
            let target = match reply.header("location") {
                Some(location) if (300..400).contains(&reply.status) => self.at.join(location).ok(),
                _ => None,
            };
            match target {
                Some(url) if url.origin() == self.origin.origin() => reply = self.gets(url.as_str()).await,
                _ => return reply,
            }
        }
        panic!("more than {REDIRECTS} redirects, the last to {}", reply.location());
    }

    /// The form of a page that goes to this action or has a button with these words.
    ///
    /// # Panics
    /// When the page has no such form.
    pub async fn form(&mut self, page: &str, action_or_button: &str) -> Form {
        self.opens(page).await.form(action_or_button)
    }

    /// Sends a form as a browser does, and does not follow the redirect.
    pub async fn posts(&mut self, form: &Form) -> Reply {
        if form.method == "GET" {
            let target = format!("{}?{}", form.action, form.encoded());
            return self.gets(&target).await;
        }
        let origin = self.origin.origin().ascii_serialization();
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        self.sends("POST", &form.action, &headers, &form.encoded()).await
    }

    /// Sends a form and follows the redirect, as far as it stays on the server.
    pub async fn submits(&mut self, form: &Form) -> Reply {
        let reply = self.posts(form).await;
        self.follows(reply).await
    }

    /// Sends a request with exactly these headers beside the cookies, and takes the cookies of the answer.
    pub async fn sends(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let url = self.at.join(target).expect("a target is a path or a URL");
        assert_eq!(url.origin(), self.origin.origin(), "{target} is another server");
        let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let cookies = self.cookie_header();
        let mut all = headers.to_vec();
        if !cookies.is_empty() {
            all.push(("Cookie", &cookies));
        }
        let host = &self.origin[url::Position::BeforeHost..url::Position::AfterPort];
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            all.push(("Host", host));
        }
        let reply = send(self.address, method, &path, &all, body.as_bytes()).await;
        self.takes_cookies(&reply);
        if method == "GET" {
            self.at = url;
        }
        reply
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Every cookie, by name.
    #[must_use]
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Sets a cookie, as somebody does who can write into this browser.
    pub fn carries(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets a cookie.
    pub fn forgets(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn takes_cookies(&mut self, reply: &Reply) {
        for line in reply.all("set-cookie") {
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            if parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0")) {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
