//! The derive macros of onggi.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attr;
mod case;
mod constant;
mod enumeration;
mod errors;
mod expand;
mod model;
mod types;
mod valid;
mod word;

/// Makes a model of a struct.
#[proc_macro_derive(Model, attributes(model))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::derive(&input).into()
}

/// Makes a column type of an enum.
#[proc_macro_derive(Field, attributes(model))]
pub fn derive_field(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    enumeration::derive(&input).into()
}
