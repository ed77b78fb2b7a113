//! What is spelled otherwise for programs that were written against the system that the seed document describes.

/// Whose spelling tokens and userinfo follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The RFCs'.
    #[default]
    None,
    /// The `scope` of access tokens is an array; in userinfo `name` is the e-mail address and `preferred_username` the
    /// full name.
    Seed,
}
