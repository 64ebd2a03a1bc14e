//! Pickles as JSON.

pub(crate) mod text;
