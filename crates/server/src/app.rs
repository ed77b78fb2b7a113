//! `App`: everything that a request may use.

use crate::clock::Clock;
use crate::random::Random;
use crate::web::cookies::Cookies;
use crate::web::csrf::FormKey;
use crate::web::page::Brand;

/// One server. Several can live in one process, so nothing of it is global.
#[derive(Debug)]
pub struct App {
    pub clock: Clock,
    pub random: Random,
    /// The issuer: scheme, host and port, without a trailing slash. Links and cookies come from it, never from a
    /// request's headers.
    pub public_url: String,
    pub cookies: Cookies,
    pub form_key: FormKey,
    pub brand_name: String,
}

impl App {
    /// The platform company as pages show it.
    #[must_use]
    pub fn brand(&self) -> Brand {
        Brand { name: self.brand_name.clone(), logo_url: None, css_url: String::new() }
    }
}
