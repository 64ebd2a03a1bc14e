use proc_macro2::TokenStream;
use quote::ToTokens;
use std::fmt::Display;

/// Everything that is wrong with the input: a user sees all of it at once.
#[derive(Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error that points at these tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// The value, or nothing and one more error.
    pub fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for error in &self.0 {
            error.to_compile_error().to_tokens(tokens);
        }
    }
}

#[cfg(test)]
impl Errors {
    /// What the errors say.
    pub fn messages(&self) -> Vec<String> {
        self.0.iter().map(syn::Error::to_string).collect()
    }
}
