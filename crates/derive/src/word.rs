//! `#[model(...)]` as a list of words, before anything is known about their meaning.

use std::fmt::Display;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Result, Token, parenthesized};

use crate::case::Case;
use crate::errors::Errors;

/// One word of `#[model(...)]`: `name`, `name = value` or `name(list)`.
pub struct Word {
    /// The word itself: what errors point at.
    pub name: Ident,
    argument: Argument,
}

enum Argument {
    None,
    Value(TokenStream),
    List(TokenStream),
}

impl Word {
    /// Checks that the word stands alone.
    pub fn alone(&self) -> Result<Ident> {
        match &self.argument {
            Argument::None => Ok(self.name.clone()),
            Argument::Value(_) | Argument::List(_) => {
                Err(self.error(format!("`{0}` takes no value: write `{0}`", self.name)))
            }
        }
    }

    /// The text of `name = "text"`, which is never empty.
    pub fn text(&self) -> Result<LitStr> {
        let text = match &self.argument {
            Argument::Value(value) => syn::parse2::<LitStr>(value.clone()).ok(),
            Argument::None | Argument::List(_) => None,
        };
        let help = || self.error(format!("`{0}` takes a text: write `{0} = \"...\"`", self.name));
        text.filter(|text| !text.value().trim().is_empty()).ok_or_else(help)
    }

    /// The case of `name = "snake_case"`.
    pub fn case(&self) -> Result<Case> {
        let help = || self.error(format!("`{}` is one of {}", self.name, Case::names()));
        Case::named(&self.text()?.value()).ok_or_else(help)
    }

    /// What stands behind `=`; `help` is the message if it is something else.
    pub fn value<T>(&self, parser: impl Parser<Output = T>, help: &str) -> Result<T> {
        match &self.argument {
            Argument::Value(value) => parser.parse2(value.clone()).map_err(|_| self.error(help)),
            Argument::None | Argument::List(_) => Err(self.error(help)),
        }
    }

    /// What stands in parentheses; `help` is the message if it is something else, or nothing.
    pub fn list<T>(&self, parser: impl Parser<Output = T>, help: &str) -> Result<T> {
        match &self.argument {
            Argument::List(list) if !list.is_empty() => {
                parser.parse2(list.clone()).map_err(|_| self.error(help))
            }
            Argument::None | Argument::List(_) | Argument::Value(_) => Err(self.error(help)),
        }
    }

    /// Whether it has a list in parentheses.
    pub fn is_list(&self) -> bool {
        matches!(self.argument, Argument::List(_))
    }

    /// An error that points at the word and what belongs to it.
    pub fn error(&self, message: impl Display) -> syn::Error {
        syn::Error::new_spanned(self, message)
    }
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Word> {
        let name = input.call(Ident::parse_any)?;
        let argument = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Argument::Value(up_to_comma(input)?)
        } else if input.is_empty() || input.peek(Token![,]) {
            Argument::None
        } else {
            let content;
            parenthesized!(content in input);
            Argument::List(content.parse()?)
        };
        Ok(Word { name, argument })
    }
}

fn up_to_comma(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.argument {
            Argument::None => {}
            Argument::Value(argument) | Argument::List(argument) => argument.to_tokens(tokens),
        }
    }
}

/// All words of all `#[model(...)]`; those that are not `repeatable` once only.
pub fn words(attributes: &[Attribute], repeatable: &[&str], errors: &mut Errors) -> Vec<Word> {
    let parser = Punctuated::<Word, Token![,]>::parse_terminated;
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("model"));
    let lists: Vec<_> = ours.filter_map(|ours| errors.ok(ours.parse_args_with(parser))).collect();
    let mut words: Vec<Word> = Vec::new();
    for word in lists.into_iter().flatten() {
        let seen = words.iter().any(|seen| seen.name == word.name);
        match seen && !repeatable.contains(&word.name.to_string().as_str()) {
            true => errors.at(&word.name, format!("`{}` is given twice: remove one", word.name)),
            false => words.push(word),
        }
    }
    words
}

/// The message for a word that nobody knows.
pub fn unknown(name: &str, place: &str, known: &[&str]) -> String {
    format!("`{name}` is unknown: {place} takes `{}`", known.join("`, `"))
}
