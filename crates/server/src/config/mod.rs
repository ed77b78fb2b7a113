//! The configuration: every setting with its default, read from a file, the environment and flags.
//!
//! To add a setting, add a field with a doc comment and a default to its section; the doc comment is its text in
//! `docs/reference/config.md`, which a test keeps fresh.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;

mod category;
mod flags;
mod load;
mod reference;
mod setting;
mod value;

pub use category::Category;
pub use flags::{DataFlags, DemoFlags, ServeFlags};
pub use load::{ConfigError, Sources, load};
pub use reference::markdown;
use setting::{choice, section};
pub use value::{Accent, Bytes, HostPort, PublicUrl, Secret, Support};

choice! {
    /// Who may register an app without a person, by RFC 7591.
    RegistrationMode {
        /// Nobody.
        Off = "off",
        /// Who holds an initial access token.
        Token = "token",
        /// Everybody.
        Open = "open",
    }
}

choice! {
    /// What becomes of apps that registered themselves and that nobody uses.
    Unused {
        /// Nothing.
        Keep = "keep",
        /// The trail says which they are, once each.
        Observe = "observe",
        /// They are deleted, with everything that hangs on them.
        Remove = "remove",
    }
}

choice! {
    /// How strict the protocol is with an app.
    AppProfile {
        /// PKCE is optional for confidential apps.
        Compatible = "compatible",
        /// PKCE for all.
        Standard = "standard",
    }
}

choice! {
    /// Who may connect an app that is not approved.
    Unlisted {
        /// Everybody; consent says that nobody reviewed the app.
        AnyWithWarning = "any_with_warning",
        /// The app's own account and test accounts.
        OwnAndTest = "own_and_test",
    }
}

choice! {
    /// What becomes of changes to an approved app that touch nothing but its privacy and terms links.
    Harmless {
        /// They are live at once.
        Live = "live",
        /// They wait for approval like others.
        Review = "review",
    }
}

choice! {
    /// A bundle of deviations that an existing system's clients rely on.
    CompatPreset {
        /// The standards' defaults.
        None = "none",
        /// Like the system whose clients should move here unchanged.
        Seed = "seed",
    }
}

choice! {
    /// The form of a log line.
    LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

section! {
    /// Where the server listens and keeps its data. These keys stand at the top of the file, outside any section.
    Server in "" {
        /// The addresses that people, apps and APIs reach, directly or through a proxy.
        listen: Vec<SocketAddr> = vec![
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 8080),
        ];
        /// The address of `/healthz`, `/readyz`, `/metrics` and the local mailbox. Keep it inside your network.
        ops_listen: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8081);
        /// How the outside world writes this server's address: scheme, host and port. It is the issuer of every
        /// token, and links and cookies are made from it, never from request headers. Without it, it is
        /// `http://localhost` with the port of the first `listen` address.
        public_url: Option<PublicUrl> = None;
        /// The directory of the embedded database, the master key and logos. Made when missing.
        data: PathBuf = PathBuf::from("./grantry-data");
        /// A PostgreSQL URL. Without it the embedded SQLite database in `data` is used.
        database: Option<Secret> = None;
        /// Proxies whose `X-Forwarded-For` is believed, to tell one caller's failures from another's.
        trusted_proxies: Vec<IpNet> = Vec::new();
    }
}

section! {
    /// Apps that machines register themselves.
    Registration in "registration" {
        /// Who may register an app at `/connect/register`.
        mode: RegistrationMode = RegistrationMode::Off;
        /// The profile of confidential apps registered there.
        profile: AppProfile = AppProfile::Compatible;
        /// What becomes of apps that registered themselves, here or by a document, when nobody has used them for
        /// `unused_after` and nothing that was given to them works any more.
        unused: Unused = Unused::Observe;
        /// How long an app must have been unused.
        unused_after: Duration = Duration::from_hours(90 * 24);
    }
}

section! {
    /// Client ID Metadata Documents: an app whose client ID is the URL of its own description.
    Cimd in "cimd" {
        /// Whether such client IDs are accepted.
        enabled: bool = false;
    }
}

section! {
    /// The approval of apps, and apps before they are approved.
    Review in "review" {
        /// Who may connect an app that is not approved.
        unlisted: Unlisted = Unlisted::AnyWithWarning;
        /// Whether an approved app's privacy and terms links change at once, or wait for approval like its redirect URIs
        /// and scopes.
        harmless: Harmless = Harmless::Live;
    }
}

section! {
    /// The public store of apps.
    Storefront in "store" {
        /// The shelves on which apps stand, in their order. `"Words"`, or `"name = Words"` with the name that stands in
        /// URLs. An app keeps what was chosen for it when a category goes, and shows it again when it comes back.
        categories: Vec<Category> = Category::usual();
    }
}

section! {
    /// Compatibility with clients written for another system.
    Compat in "compat" {
        /// `seed`: userinfo `name` is the e-mail and `preferred_username` the full name, `scope` is an array, access
        /// tokens are RS256, and new store apps get the profile `compatible`.
        preset: CompatPreset = CompatPreset::None;
    }
}

section! {
    /// What the server itself fetches: logos, keys of apps, redirect URIs to see whether they can be called.
    Outbound in "outbound" {
        /// Exact hosts with port that may be called although their address is not public, and without https.
        allow: Vec<HostPort> = Vec::new();
        /// Certificates (PEM) to trust beside the public ones, for a private platform.
        ca_file: Option<PathBuf> = None;
    }
}

section! {
    /// How the platform looks to people.
    Branding in "branding" {
        /// The platform's name, on every page and in every mail.
        name: String = "Grantry".to_owned();
        /// The colour of buttons and links.
        accent: Accent = Accent { red: 0x3b, green: 0x5b, blue: 0xdb };
        /// The platform's logo: PNG, JPEG or WebP.
        logo_file: Option<PathBuf> = None;
        /// Where people turn for help; shown on error pages and in mails.
        support: Option<Support> = None;
    }
}

section! {
    /// How mail leaves. Without `smtp` it stays in a mailbox page of the operations listener, as long as
    /// `public_url` and `ops_listen` are of this machine alone; otherwise nobody gets it.
    Mail in "mail" {
        /// The mail server: `smtps://user:password@host` or `smtp://host:587?tls=required`.
        smtp: Option<Secret> = None;
        /// The sender, such as `Example Connect <no-reply@example.com>`. Needed with `smtp`.
        from: Option<Mailbox> = None;
    }
}

section! {
    /// HTTPS by the server itself. Without it, a proxy in front does it.
    Tls in "tls" {
        /// The certificate chain, PEM.
        cert_file: Option<PathBuf> = None;
        /// Its private key, PEM.
        key_file: Option<PathBuf> = None;
    }
}

section! {
    /// Keys at rest and their rotation.
    Keys in "keys" {
        /// The file with the master key that seals signing keys. Without it, `master.key` in `data`.
        master_key_file: Option<PathBuf> = None;
        /// How long a signing key signs. Its successor is published a day before, and it stays published until its
        /// last token has expired.
        rotate_after: Duration = Duration::from_hours(90 * 24);
    }
}

section! {
    /// Tokens that are bound to a key of the app (DPoP).
    Dpop in "dpop" {
        /// Whether each proof must repeat a recent nonce of this server. A proof that somebody made in advance, to be
        /// used later, is then useless; each app asks once more every few minutes.
        require_nonce: bool = false;
    }
}

section! {
    /// What one caller may take of the server.
    Limits in "limits" {
        /// Connections at the same time. The system's limit of open files may lower it.
        connections: u32 = 4096;
        /// Connections of one source at the same time: an IPv4 address, or an IPv6 network of 64 bits. Trusted proxies and this
        /// machine itself are not counted; 0 stands for any number.
        connections_per_source: u32 = 1024;
        /// The time in which a connection must bring its request's headers.
        header_timeout: Duration = Duration::from_secs(10);
        /// The size of a request's headers, its URL included.
        header_bytes: Bytes = Bytes::kib(32);
        /// The time in which a request's body must have arrived.
        body_timeout: Duration = Duration::from_secs(30);
        /// The size of a request's body.
        body_bytes: Bytes = Bytes::kib(64);
        /// How long a connection may stay open between two requests. More than the proxy in front keeps it.
        idle_timeout: Duration = Duration::from_secs(75);
        /// Requests at the same time on one HTTP/2 connection.
        http2_streams: u32 = 100;
        /// How long requests that have begun may go on when the server stops.
        drain_timeout: Duration = Duration::from_secs(10);
    }
}

section! {
    /// The cost of a password check. Lower it in tests only.
    Security in "security" {
        /// Argon2id memory in KiB.
        argon2_memory_kib: u32 = 19_456;
        /// Argon2id passes.
        argon2_passes: u32 = 2;
        /// Password checks at the same time; 0 stands for one for each processor core.
        argon2_at_once: u32 = 0;
    }
}

section! {
    /// What the server says about itself.
    Log in "log" {
        /// The form of a line.
        format: LogFormat = LogFormat::Text;
        /// What is logged: a level, or a list such as `info,grantry::outbound=debug`.
        filter: String = "info".to_owned();
    }
}

/// Every section, once: the struct, how it is read and the order of the reference.
macro_rules! tree {
    ($($field:ident: $section:ident,)*) => {
        /// The whole configuration. `Config::default()` is what a server without any configuration runs with.
        #[derive(Clone, Debug, Default)]
        pub struct Config { $(pub $field: $section,)* }

        impl Config {
            fn sections() -> Vec<reference::Section> {
                vec![$($section::section()),*]
            }

            fn read(given: &mut load::Given) -> Self {
                Self { $($field: $section::read(given),)* }
            }
        }
    };
}

tree! {
    server: Server,
    registration: Registration,
    cimd: Cimd,
    review: Review,
    store: Storefront,
    compat: Compat,
    outbound: Outbound,
    branding: Branding,
    mail: Mail,
    tls: Tls,
    keys: Keys,
    dpop: Dpop,
    limits: Limits,
    security: Security,
    log: Log,
}

impl Config {
    /// The issuer of a server whose first address is bound to this port.
    #[must_use]
    pub fn public_url_at(&self, port: u16) -> PublicUrl {
        self.server.public_url.clone().unwrap_or_else(|| PublicUrl::localhost(port))
    }

    /// The issuer as a command beside the server knows it.
    #[must_use]
    pub fn public_url(&self) -> PublicUrl {
        self.public_url_at(self.first_port())
    }

    /// The port of the first address, as it is configured.
    #[must_use]
    pub fn first_port(&self) -> u16 {
        self.server.listen.first().map_or(0, SocketAddr::port)
    }

    /// Where the master key is, whether configured or not.
    #[must_use]
    pub fn master_key_file(&self) -> PathBuf {
        self.keys.master_key_file.clone().unwrap_or_else(|| self.server.data.join("master.key"))
    }
}
