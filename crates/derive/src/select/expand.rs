use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Pat, parse_quote, parse_quote_spanned};

use super::group::{Content, content, parts};
use super::parse::{Loop, Order, Select};
use crate::errors::Errors;
use crate::expr::{Lowering, Scope, is_row, peel};

const MIXED: &str =
    "an aggregate of many rows and a column of one: select each, or make the aggregate a window with `over`";

const COLLECTION: &str =
    "loops are over models, `for t in Tag`, and collections of rows before, `for p in u.posts`";

/// A query that is built call by call.
struct Builder<'a> {
    names: Vec<Ident>,
    scope: Scope,
    query: TokenStream,
    errors: &'a mut Errors,
}

/// The query that a `select!` stands for, if its tables are such.
pub fn query(select: Select, errors: &mut Errors) -> Option<TokenStream> {
    let Select { loops, conditions, selection, orders, limit, offset } = select;
    let mut builder = Builder::new(loops, errors)?;
    let selected = parts(&selection);
    let contents: Vec<Content> = selected.iter().map(|part| builder.content(part)).collect();
    let (having, filters): (Vec<Expr>, Vec<Expr>) =
        conditions.into_iter().partition(|condition| builder.content(condition).aggregate);
    let is_grouped = !having.is_empty()
        || contents.iter().any(|content| content.aggregate)
        || orders.iter().any(|order| builder.content(&order.by).aggregate);
    for condition in filters {
        builder.call("filter", condition);
    }
    if is_grouped {
        builder.group(selected.into_iter().zip(contents));
    }
    for condition in having {
        builder.call("having", condition);
    }
    builder.select(selection);
    for order in orders {
        builder.order(order);
    }
    builder.count("limit", limit);
    builder.count("offset", offset);
    Some(builder.query)
}

impl<'a> Builder<'a> {
    fn new(loops: Vec<Loop>, errors: &'a mut Errors) -> Option<Builder<'a>> {
        let mut loops = loops.into_iter();
        let Loop { name, source } = loops.next()?;
        let Expr::Path(model) = &source else {
            errors.at(&source, "the first loop is over a model: `for p in Post`");
            return None;
        };
        let span = Span::mixed_site().located_at(model.span());
        let query = quote_spanned!(span=> <#model as ::onggi::Model>::query());
        let mut builder = Builder { names: Vec::new(), scope: Scope::default(), query, errors };
        builder.bind(name);
        for one in loops {
            builder.join(one)?;
        }
        Some(builder)
    }

    fn bind(&mut self, name: Ident) {
        let pattern: Pat = parse_quote!(#name);
        self.scope.enter([&pattern], true);
        self.names.push(name);
    }

    /// One more loop: over a model, or over a collection of rows before it.
    fn join(&mut self, Loop { name, source }: Loop) -> Option<()> {
        match &source {
            Expr::Path(model) => {
                let span = Span::mixed_site().located_at(model.span());
                self.query.extend(quote_spanned!(span=> .cross_join::<#model>()));
            }
            Expr::Field(_) | Expr::MethodCall(_) if self.scope.concerns(&source) => {
                self.call("join_related", source);
            }
            _ => {
                self.errors.at(&source, COLLECTION);
                return None;
            }
        }
        self.bind(name);
        Some(())
    }

    fn content(&self, expr: &Expr) -> Content {
        content(expr, &self.scope)
    }

    /// Groups by what is selected and no aggregate.
    fn group(&mut self, selected: impl Iterator<Item = (Expr, Content)>) {
        let mut keys = Vec::new();
        for (part, content) in selected {
            match content {
                Content { aggregate: true, column: true } => self.errors.at(part, MIXED),
                Content { aggregate: false, column: true } => keys.push(part),
                Content { column: false, .. } => {}
            }
        }
        match &keys[..] {
            [] => {}
            [key] => self.call("group_by", key.clone()),
            [first, ..] => {
                let span = Span::mixed_site().located_at(first.span());
                self.call("group_by", parse_quote_spanned!(span=> (#(#keys),*)));
            }
        }
    }

    /// Selects, unless it is all that there is.
    fn select(&mut self, selection: Expr) {
        let selection = peel(selection);
        let is_all = self.names.len() == 1 && is_row(&selection, &self.names[0]);
        if !is_all {
            self.call("select", selection);
        }
    }

    fn order(&mut self, Order { by, direction }: Order) {
        match direction {
            None => self.call("order_by", by),
            Some(direction) => self.call("order_by", parse_quote!((#by).#direction())),
        }
    }

    fn count(&mut self, method: &str, rows: Option<Expr>) {
        if let Some(rows) = rows {
            let method = Ident::new(method, Span::mixed_site().located_at(rows.span()));
            self.query.extend(quote!(.#method(#rows)));
        }
    }

    /// Adds a call with a closure of the tables' columns.
    fn call(&mut self, method: &str, body: Expr) {
        let used = self.names.iter().map(|name| match Scope::of(name).concerns(&body) {
            true => name.to_token_stream(),
            false => quote!(_),
        });
        let used: Vec<TokenStream> = used.collect();
        let span = Span::mixed_site().located_at(body.span());
        let method = Ident::new(method, span);
        let closure = match &used[..] {
            [name] => parse_quote_spanned!(span=> |#name| #body),
            _ => parse_quote_spanned!(span=> |(#(#used),*)| #body),
        };
        let closure = Lowering::new(self.errors).closure(closure);
        self.query.extend(quote_spanned!(span=> .#method(#closure)));
    }
}
