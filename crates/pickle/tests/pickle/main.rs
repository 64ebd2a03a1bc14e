//! What needs nobody but the crate: reading, writing, listing and grading.

#[path = "../common/mod.rs"]
mod common;

mod deep;
mod direct;
mod dis;
mod equal;
mod hostile;
mod json;
mod numpy;
mod outside;
mod pandas;
mod paths;
mod plain;
mod property;
mod read;
mod scan;
mod show;
mod views;
