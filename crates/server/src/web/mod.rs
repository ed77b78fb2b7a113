//! HTTP furniture: everything that is the same for every page, form and API call.

pub mod assets;
pub mod bearer;
pub mod branding;
pub mod caller;
pub mod cookies;
pub mod csrf;
pub mod document;
pub mod form;
pub mod guard;
pub mod headers;
pub mod json;
pub mod locale;
pub mod moment;
pub mod page;
pub mod problem;
pub mod returning;
pub mod sentence;
pub mod visitor;

pub use bearer::Caller;
pub use form::Form;
pub use json::Json;
pub use locale::Words;
pub use page::Page;
pub use problem::Problem;
pub use visitor::{Actor, Current, Visitor};

/// What a page or API handler answers.
pub type Answer = Result<axum::response::Response, Problem>;

/// The messages that a page may show once after a redirect. A cookie names one; anything else it says is ignored.
pub const FLASHES: &[&str] = &[
    "flash-account-created",
    "flash-account-left",
    "flash-account-made",
    "flash-account-resumed",
    "flash-account-suspended",
    "flash-catalogue-imported",
    "flash-consent-withdrawn",
    "flash-disconnected",
    "flash-invitation-revoked",
    "flash-invitation-declined",
    "flash-invited",
    "flash-joined",
    "flash-language-chosen",
    "flash-machine-app-deleted",
    "flash-machine-app-resumed",
    "flash-machine-app-suspended",
    "flash-member-changed",
    "flash-member-removed",
    "flash-name-changed",
    "flash-operator-made",
    "flash-password-changed",
    "flash-password-set",
    "flash-saved",
    "flash-session-ended",
    "flash-sessions-ended",
    "flash-signed-out",
    "flash-signed-out-here",
    "flash-wish-dismissed",
    "flash-app-made-before",
    "flash-app-saved",
    "flash-app-saved-part",
    "flash-app-drafted",
    "flash-app-undrafted",
    "flash-draft-discarded",
    "flash-app-submitted",
    "flash-app-withdrawn",
    "flash-review-assigned",
    "flash-review-released",
    "flash-review-commented",
    "flash-review-checked",
    "flash-review-approved",
    "flash-review-changes",
    "flash-review-rejected",
    "flash-app-unchanged",
    "flash-app-registered",
    "flash-app-deleted",
    "flash-app-checked",
    "flash-secret-revoked",
    "flash-listing-saved",
    "flash-listing-published",
    "flash-listing-unpublished",
    "flash-webhook-paused",
    "flash-webhook-removed",
    "flash-webhook-replayed",
    "flash-webhook-resumed",
    "flash-webhook-secret-ended",
    "flash-webhook-set",
    "flash-webhook-tested",
];
