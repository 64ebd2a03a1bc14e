//! `select!`: a query as loops over tables, with what they give for each row.
//!
//! `parse` reads the clauses, `group` finds what rows are grouped by, `expand` writes the calls of a query's methods, whose
//! closures are those of [`expr!`](mod@crate::expr).

mod expand;
mod group;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use parse::Select;

/// Expands `select!`, or says everything that is wrong.
pub fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let select: Option<Select> = errors.ok(syn::parse2(input));
    let query = select.and_then(|select| expand::query(select, &mut errors));
    match query.filter(|_| errors.is_empty()) {
        Some(query) => query,
        None => quote!({ #errors }),
    }
}
