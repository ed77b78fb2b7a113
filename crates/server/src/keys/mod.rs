//! Keys: the master key that everything at rest is sealed under, and what is derived from it.

mod master;

pub use master::MasterKey;
