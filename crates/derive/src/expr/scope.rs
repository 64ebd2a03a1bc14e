//! Which names stand for columns, and what mentions them.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, Pat, Path};

/// The names that closures have bound to columns.
#[derive(Default)]
pub struct Scope {
    /// Inner names come later; a name that an inner closure takes for something else is there with `false`.
    names: Vec<(String, bool)>,
}

impl Scope {
    /// Where one name stands for columns.
    pub fn of(name: &Ident) -> Scope {
        Scope { names: vec![(name.to_string(), true)] }
    }

    /// Binds the names of a pattern, to columns or to something else; gives what [`leave`](Scope::leave) takes back.
    pub fn enter<'a>(&mut self, patterns: impl IntoIterator<Item = &'a Pat>, columns: bool) -> usize {
        let before = self.names.len();
        for pattern in patterns {
            self.bind(pattern, columns);
        }
        before
    }

    /// Forgets the names bound since.
    pub fn leave(&mut self, before: usize) {
        self.names.truncate(before);
    }

    fn bind(&mut self, pattern: &Pat, columns: bool) {
        match pattern {
            Pat::Ident(pattern) => self.names.push((pattern.ident.to_string(), columns)),
            Pat::Paren(pattern) => self.bind(&pattern.pat, columns),
            Pat::Reference(pattern) => self.bind(&pattern.pat, columns),
            Pat::Type(pattern) => self.bind(&pattern.pat, columns),
            Pat::Tuple(pattern) => pattern.elems.iter().for_each(|part| self.bind(part, columns)),
            Pat::TupleStruct(pattern) => pattern.elems.iter().for_each(|part| self.bind(part, columns)),
            Pat::Struct(pattern) => pattern.fields.iter().for_each(|field| self.bind(&field.pat, columns)),
            Pat::Slice(pattern) => pattern.elems.iter().for_each(|part| self.bind(part, columns)),
            _ => {}
        }
    }

    fn is_column(&self, name: &str) -> bool {
        self.names.iter().rev().find(|(known, _)| known == name).is_some_and(|&(_, columns)| columns)
    }

    /// Whether tokens mention a name of columns, or begin a query of their own.
    pub fn concerns(&self, tokens: impl ToTokens) -> bool {
        self.mentions(tokens.into_token_stream())
    }

    fn mentions(&self, tokens: TokenStream) -> bool {
        let mut tokens = tokens.into_iter().peekable();
        let mut before = Before::Nothing;
        while let Some(token) = tokens.next() {
            let next = tokens.peek();
            match &token {
                TokenTree::Group(group) if self.mentions(group.stream()) => return true,
                // A field, the segment of a path, and the name of a field in a struct are no variables.
                TokenTree::Ident(name)
                    if before.is_variable() && !is_colon(next) && self.is_column(&name.to_string()) =>
                {
                    return true;
                }
                TokenTree::Ident(name) if before == Before::Path && name == "query" && is_call(next) => {
                    return true;
                }
                _ => {}
            }
            before = before.then(&token);
        }
        false
    }
}

/// Whether an expression is this name.
pub fn is_row(expr: &Expr, name: &Ident) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(name))
}

/// Whether a path is that of a function that begins a query.
pub fn is_query(path: &Path) -> bool {
    path.segments.len() > 1 && path.segments.last().is_some_and(|segment| segment.ident == "query")
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

fn is_call(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == proc_macro2::Delimiter::Parenthesis)
}

/// What stands before a token, as far as it tells what the token is.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    /// One dot; two are a range.
    Dot,
    Colon,
    Path,
}

impl Before {
    fn is_variable(self) -> bool {
        matches!(self, Before::Nothing | Before::Colon)
    }

    fn then(self, token: &TokenTree) -> Before {
        match (token, self) {
            (TokenTree::Punct(punct), Before::Dot) if punct.as_char() == '.' => Before::Nothing,
            (TokenTree::Punct(punct), _) if punct.as_char() == '.' => Before::Dot,
            (TokenTree::Punct(punct), Before::Colon) if punct.as_char() == ':' => Before::Path,
            (TokenTree::Punct(punct), _) if punct.as_char() == ':' => Before::Colon,
            _ => Before::Nothing,
        }
    }
}
