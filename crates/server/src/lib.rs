//! The house: pages, endpoints, use-cases, jobs and commands of Grantry, an open-platform server.
//!
//! `routes` is the table of contents; `app` is what a request may use; every other folder is a noun of the product.

pub mod accounts;
pub mod app;
pub mod apps;
pub mod audit;
pub mod cached;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connections;
pub mod consent;
pub mod demo;
pub mod devices;
pub mod endpoints;
pub mod issue;
pub mod jobs;
pub mod keys;
pub mod landing;
pub mod listen;
pub mod mail;
pub mod ops;
pub mod outbound;
pub mod random;
pub mod registration;
pub mod review;
pub mod routes;
pub mod sign_in;
pub mod start;
pub mod storefront;
pub mod web;
