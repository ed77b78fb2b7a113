//! What the consent page says: the request in words, safe whatever strangers have called themselves.

use grantry_oauth::client::Provenance;
use grantry_oauth::display_text;
use grantry_oauth::redirect_uri::Destination;
use grantry_oauth::scope::ScopeSet;
use grantry_store::account::AccountKind;
use grantry_store::app::Listing;
use grantry_store::app_version::PiiMode;
use grantry_store::connection::ConnectionKind;
use grantry_store::person::Person;
use url::Url;

use super::standing::Standing;
use super::way::Way;
use crate::app::App;
use crate::apps::logo;
use crate::cached::KnownCatalogue;
use crate::config::CompatPreset;
use crate::sign_in::pending::{Begun, Pending};
use crate::web::Words;
use crate::web::sentence::{Look, Piece, sentence};

/// Longest name that is shown whole.
const NAME: usize = 80;

/// The app as the doors show it.
#[derive(Debug, Clone)]
pub(super) struct Face {
    pub name: String,
    pub publisher: String,
    /// Empty without one.
    pub logo: String,
    pub privacy: String,
    pub terms: String,
}

/// What an API, or the person, is about to give.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub title: String,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub sentence: String,
    pub why: String,
    pub is_sensitive: bool,
    /// The connection does not have it yet, though it has others.
    pub is_new: bool,
}

/// A line below the permissions, or the trust line.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub icon: &'static str,
    /// `warn`, `good`, or nothing.
    pub tone: &'static str,
    pub pieces: Vec<Piece>,
}

/// Everything that the page shows of a request.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    pub face: Face,
    pub account: String,
    pub ask: Vec<Piece>,
    pub trust: Fact,
    pub groups: Vec<Group>,
    pub is_offline: bool,
    pub facts: Vec<Fact>,
}

/// What is needed to write it.
pub(super) struct Writing<'a> {
    pub app: &'a App,
    pub words: Words,
    pub catalogue: &'a KnownCatalogue,
    pub pending: &'a Pending,
    pub person: &'a Person,
}

/// A name made fit to be shown.
pub(super) fn name(text: &str) -> String {
    display_text::show(text, NAME)
}

/// The app of a pending authorization.
pub(super) fn face(pending: &Pending) -> Face {
    let details = &pending.app.version.details;
    let link = |uri: &Option<String>| {
        // Checked when it was registered; looked at again, because it becomes a link here.
        uri.clone().filter(|uri| uri.starts_with("https://")).unwrap_or_default()
    };
    Face {
        name: name(&details.name),
        publisher: name(&pending.app.owner.name),
        logo: logo::path(details.logo_id.as_deref()),
        privacy: link(&details.policy_uri),
        terms: link(&details.tos_uri),
    }
}

impl Writing<'_> {
    /// The page for somebody who may say yes in this way.
    pub(super) fn consent(&self, standing: &Standing, way: Way) -> Screen {
        let already = already(standing, way);
        let mut screen = self.screen(standing, &already);
        let (face, account) = (&screen.face, screen.account.as_str());
        let asked = self.pending.request.scopes.api();
        let key = if self.pending.app.client.provenance.is_self_declared() {
            if asked.is_empty() { "consent-ask-self-sign-in" } else { "consent-ask-self" }
        } else if asked.is_empty() {
            "consent-ask-sign-in"
        } else if matches!(way, Way::Connect(_)) && !already.api().is_empty() {
            "consent-ask-more"
        } else {
            "consent-ask"
        };
        screen.ask = self.ask(key, face, account);
        let kind = match way {
            Way::Join(ConnectionKind::Account) => "consent-kind-join",
            Way::Connect(ConnectionKind::Account) => "consent-kind-account",
            Way::Join(ConnectionKind::Personal) | Way::Connect(ConnectionKind::Personal) => {
                "consent-kind-personal"
            }
        };
        let pieces = sentence(self.words, kind, &[("account", account, Look::Strong)]);
        screen.facts.push(Fact { icon: "plug", tone: "", pieces });
        screen
    }

    /// The page for somebody who cannot: what the app asks for is shown all the same.
    pub(super) fn closed(&self, standing: &Standing) -> Screen {
        let mut screen = self.screen(standing, &ScopeSet::default());
        let itself = self.pending.app.client.provenance.is_self_declared();
        screen.ask =
            self.ask(if itself { "consent-ask-self" } else { "consent-ask" }, &screen.face, &screen.account);
        screen
    }

    fn screen(&self, standing: &Standing, already: &ScopeSet) -> Screen {
        let mut facts = vec![self.destination()];
        if self.pending.app.version.details.pii_mode == PiiMode::Hide {
            let pieces = sentence(self.words, "consent-pii", &[]);
            facts.push(Fact { icon: "eye", tone: "", pieces });
        }
        Screen {
            face: face(self.pending),
            account: name(&standing.account.name),
            ask: Vec::new(),
            trust: self.trust(standing),
            groups: self.groups(already),
            is_offline: self.pending.request.is_offline(),
            facts,
        }
    }

    fn ask(&self, key: &str, face: &Face, account: &str) -> Vec<Piece> {
        let names = [
            ("app", face.name.as_str(), Look::Strong),
            ("publisher", face.publisher.as_str(), Look::Name),
            ("account", account, Look::Strong),
        ];
        sentence(self.words, key, &names)
    }

    /// Who vouches for the app.
    fn trust(&self, standing: &Standing) -> Fact {
        let known = &self.pending.app;
        if known.client.provenance == Provenance::Document {
            let place = host(&known.app.client_id);
            let pieces = sentence(self.words, "consent-trust-document", &[("place", &place, Look::Strong)]);
            return Fact { icon: "warning", tone: "warn", pieces };
        }
        let (key, icon, tone) = match (known.app.listing, known.owner.kind) {
            // Whatever was reviewed once, it may have said something else about itself since.
            (_, AccountKind::SelfRegistered) => ("consent-trust-self", "warning", "warn"),
            _ if known.app.account_id == standing.account.id => ("consent-trust-own", "shield", "note"),
            (_, AccountKind::Operator) => ("consent-trust-platform", "shield-check", "good"),
            (Listing::Approved | Listing::Published, _) => ("consent-trust-reviewed", "shield-check", "good"),
            (Listing::Unlisted, AccountKind::Developer | AccountKind::Customer) => {
                ("consent-trust-not-reviewed", "shield", "warn")
            }
        };
        let platform = self.app.config.branding.name.as_str();
        let pieces = sentence(self.words, key, &[("platform", platform, Look::Name)]);
        Fact { icon, tone, pieces }
    }

    /// Where the answer goes.
    fn destination(&self) -> Fact {
        let to = &self.pending.request.return_to;
        let fact = |icon, tone, key, place: &str| {
            let pieces = sentence(self.words, key, &[("place", place, Look::Strong)]);
            Fact { icon, tone, pieces }
        };
        match self.pending.begun {
            Begun::AsTrial => return fact("play", "", "consent-goes-trial", ""),
            // RFC 8628 §5.4: whoever was lured here has no device that shows this code.
            Begun::ByDevice(device) => {
                return fact("laptop", "warn", "consent-goes-device", &device.code.to_string());
            }
            Begun::ByApp => {}
        }
        match to.destination() {
            Destination::Web => {
                let (known, place) = (&self.pending.app, host(to.uri()));
                let elsewhere =
                    known.client.provenance == Provenance::Document && place != host(&known.app.client_id);
                fact("globe", if elsewhere { "warn" } else { "" }, "consent-goes", &place)
            }
            Destination::Loopback => {
                let place = self.words.get("consent-place-computer");
                fact("laptop", "warn", "consent-goes-program", &place)
            }
            Destination::PrivateUse => {
                let place = self.words.get("consent-place-device");
                fact("laptop", "warn", "consent-goes-program", &place)
            }
        }
    }

    /// What is asked for, by API in the catalogue's order; what is sensitive comes first, in each and among them.
    fn groups(&self, already: &ScopeSet) -> Vec<Group> {
        let asked = self.pending.request.consent_scopes();
        let mut groups = Vec::new();
        for api in &self.catalogue.apis {
            let mut lines: Vec<Line> = api
                .scopes
                .iter()
                .filter(|scope| asked.contains(&scope.name))
                .map(|scope| Line {
                    sentence: name(&scope.display_name),
                    why: scope.description.clone().unwrap_or_default(),
                    is_sensitive: scope.sensitive,
                    is_new: !already.is_empty() && !already.contains(&scope.name),
                })
                .collect();
            lines.sort_by_key(|line| !line.is_sensitive);
            groups.push(Group { title: name(&api.display_name), lines });
        }
        groups.sort_by_key(|group| !group.lines.iter().any(|line| line.is_sensitive));
        let about = asked.oidc();
        let lines = about.iter().filter_map(|scope| self.about_you(scope)).collect();
        groups.push(Group { title: self.words.get("consent-you"), lines });
        groups.retain(|group| !group.lines.is_empty());
        groups
    }

    fn about_you(&self, scope: &str) -> Option<Line> {
        let seed = self.app.config.compat.preset == CompatPreset::Seed;
        let (key, why) = match scope {
            "openid" => ("consent-you-openid", ""),
            // With the seed's spelling, userinfo says the address under the name's name.
            "profile" if seed => ("consent-you-profile-seed", self.person.email.as_str()),
            "profile" => ("consent-you-profile", ""),
            // That line says it already.
            "email" if seed && self.pending.request.scopes.contains("profile") => return None,
            "email" => ("consent-you-email", self.person.email.as_str()),
            "address" => ("consent-you-address", ""),
            "phone" => ("consent-you-phone", ""),
            _ => return None,
        };
        let sentence = self.words.get(key);
        Some(Line { sentence, why: why.to_owned(), is_sensitive: false, is_new: false })
    }
}

/// What the connection in question has, or the person gave.
fn already(standing: &Standing, way: Way) -> ScopeSet {
    let Way::Connect(kind) = way else { return ScopeSet::default() };
    let Some(connected) = standing.connection(kind) else { return ScopeSet::default() };
    connected.granted.iter().chain(&connected.consented).map(String::as_str).collect()
}

/// Host, and port when it is an unusual one. Only printable ASCII is registered, so nothing looks like another host.
fn host(uri: &str) -> String {
    let url = Url::parse(uri).ok();
    let host = url.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    host.unwrap_or_else(|| uri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: C01
    #[test]
    fn names_keep_their_place_in_a_sentence_and_are_never_part_of_its_words() {
        let names = [
            ("app", "A } { $account", Look::Strong),
            ("publisher", "Pub & Co", Look::Name),
            ("account", "Hotel", Look::Strong),
        ];
        let pieces = sentence(Words::english(), "consent-ask", &names);
        let marked: Vec<(&str, bool)> = pieces.iter().map(|p| (p.text.as_str(), p.is_name())).collect();
        assert_eq!(
            marked,
            [
                ("A } { $account", true),
                (" by ", false),
                ("Pub & Co", true),
                (" wants access to ", false),
                ("Hotel", true),
            ]
        );
        assert_eq!(pieces.iter().filter(|piece| piece.is_strong()).count(), 2);
    }

    // security: C01
    #[test]
    fn a_host_is_shown_with_an_unusual_port_and_without_what_could_be_mistaken_for_one() {
        for (uri, shown) in [
            ("https://app.example/cb?x=https://bank.example", "app.example"),
            ("https://app.example:8443/bank.example", "app.example:8443"),
            ("https://xn--80ak6aa92e.example/cb", "xn--80ak6aa92e.example"),
        ] {
            assert_eq!(host(uri), shown);
        }
    }
}
