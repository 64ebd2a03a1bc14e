//! Aggregates, written as functions: `count(p)`, `sum(p.likes)`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Token};

use super::lower::{Lowering, call, method, peel};

/// The functions that make one value of many rows; each is a method too.
const FUNCTIONS: [&str; 5] = ["count", "sum", "min", "max", "average"];

/// The function's name, if a call makes one value of many rows.
pub fn aggregate(call: &ExprCall) -> Option<&Ident> {
    let Expr::Path(path) = &*call.func else { return None };
    let name = path.path.get_ident()?;
    (call.args.len() == 1 && FUNCTIONS.iter().any(|function| name == function)).then_some(name)
}

/// Whether a method makes one value of many rows. Those of collections have closures, and `count` is one of theirs too.
pub fn is_aggregate(call: &ExprMethodCall) -> bool {
    let is_function = |name: &str| name != "count" && call.method == name;
    call.method == "string_agg" || call.args.is_empty() && FUNCTIONS.into_iter().any(is_function)
}

impl Lowering<'_> {
    /// `count(row)` counts rows, everything else what its operand gives.
    pub(super) fn aggregate(&mut self, name: &Ident, of: Punctuated<Expr, Token![,]>) -> Expr {
        let at = name.span();
        let Some(of) = of.into_iter().next() else { return Expr::Verbatim(TokenStream::new()) };
        match peel(of) {
            Expr::Path(_) if name == "count" => {
                let span = Span::mixed_site().located_at(at);
                let rows = quote_spanned!(span=> ::onggi::Expression::count_rows);
                call(Expr::Verbatim(rows), span, [])
            }
            of => method(self.lower(of), &name.to_string(), at, []),
        }
    }
}
