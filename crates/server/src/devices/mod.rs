//! Devices without a browser: a person types the code that one shows, and consents on the pages that every app has.

mod begin;
pub mod pages;
