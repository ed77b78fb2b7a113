//! `App`: everything that a request may use.

use grantry_oauth::dpop::NonceKey;
use grantry_oauth::subject::Subjects;
use grantry_store::Store;

use crate::apps::webhook::deliver::Waiting;
use crate::cached::{AppKeys, Cached};
use crate::clock::Clock;
use crate::config::{Config, PublicUrl};
use crate::endpoints::failures::Failures;
use crate::endpoints::metadata::Discovery;
use crate::endpoints::revocations::Followers;
use crate::endpoints::token::TokenMeter;
use crate::jobs::{FlowLog, Touched};
use crate::keys::{Keys, MasterKey};
use crate::mail::Post;
use crate::ops::Metrics;
use crate::outbound::Outbound;
use crate::random::Random;
use crate::sign_in::Passwords;
use crate::sign_in::back_channel::EndedSessions;
use crate::web::branding::Branding;
use crate::web::cookies::Cookies;
use crate::web::csrf::FormKey;
use crate::web::page::Brand;

/// One server. Several can live in one process, so nothing of it is global.
#[derive(Debug)]
pub struct App {
    pub clock: Clock,
    pub random: Random,
    pub config: Config,
    /// The issuer: scheme, host and port, without a trailing slash. Links and cookies come from it, never from a
    /// request's headers.
    pub public_url: PublicUrl,
    pub store: Store,
    /// What is kept in memory of the store.
    pub cached: Cached,
    /// Public keys of apps that say where they are.
    pub app_keys: AppKeys,
    pub master_key: MasterKey,
    pub keys: std::sync::Arc<Keys>,
    /// What apps call people.
    pub subjects: Subjects,
    pub cookies: Cookies,
    pub form_key: FormKey,
    pub dpop_nonces: NonceKey,
    pub branding: Branding,
    pub passwords: Passwords,
    pub outbound: Outbound,
    pub post: Post,
    pub ended_sessions: EndedSessions,
    pub webhooks: Waiting,
    pub touched: Touched,
    pub flow_log: FlowLog,
    /// Failed client authentications of the last minute.
    pub failures: Failures,
    pub discovery: Discovery,
    /// APIs that wait for revocations.
    pub followers: Followers,
    pub token_meter: TokenMeter,
    pub metrics: std::sync::Arc<Metrics>,
    /// Where the operations listener really listens.
    pub ops_address: Option<std::net::SocketAddr>,
}

impl App {
    /// The issuer, as tokens and metadata write it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.public_url.as_str()
    }

    /// Where mail can be read that no mail server takes. Only on a server of one machine, for whoever sits at it: pages
    /// that sent a mail link there.
    #[must_use]
    pub fn mailbox_url(&self) -> Option<String> {
        let address = self.ops_address.filter(|address| address.ip().is_loopback())?;
        (self.public_url.is_local() && !self.post.is_sent()).then(|| format!("http://{address}/mailbox"))
    }

    /// The platform company as pages show it.
    #[must_use]
    pub fn brand(&self) -> Brand {
        self.branding.brand.clone()
    }
}
