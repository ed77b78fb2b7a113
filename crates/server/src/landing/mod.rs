//! The first page: what this server is, and where to go.

pub mod pages;
