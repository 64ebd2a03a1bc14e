//! Calls: methods that Rust's own types have and queries call otherwise, and closures among arguments.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, ExprArray, ExprBinary, ExprCall, ExprMethodCall, ExprRange, RangeLimits, Token};

use super::aggregate::aggregate;
use super::lower::{Lowering, method, peel};
use super::operator::Comparison;
use super::refuse;
use super::scope::is_query;

/// A question that Rust asks with a method of another name, or the other way round.
#[derive(Clone, Copy)]
pub enum Question {
    /// `is_none()`, `is_some()`: the method that asks for NULL.
    Null(&'static str),
    /// `list.contains(&column)`, and of ranges.
    Contains,
}

impl Lowering<'_> {
    /// What a method asks, if it is one that is called otherwise.
    pub(super) fn asks(&self, call: &ExprMethodCall) -> Option<Question> {
        let arguments = call.args.len();
        match call.method.to_string().as_str() {
            "is_none" if arguments == 0 => Some(Question::Null("is_null")),
            "is_some" if arguments == 0 => Some(Question::Null("is_not_null")),
            "contains" if arguments == 1 => {
                let is_list = match unparenthesized(&call.receiver) {
                    Expr::Range(_) | Expr::Array(_) => true,
                    receiver => is_subquery(receiver) || !self.scope.concerns(receiver),
                };
                is_list.then_some(Question::Contains)
            }
            _ => None,
        }
    }

    pub(super) fn method(&mut self, call: ExprMethodCall) -> Expr {
        match self.asks(&call) {
            Some(Question::Null(name)) => {
                let receiver = self.lower(*call.receiver);
                method(receiver, name, call.method.span(), [])
            }
            Some(Question::Contains) => self.contains(call),
            None => {
                if self.is_column(&call.receiver)
                    && let Some(message) = refuse::method(&call.method.to_string(), call.args.len())
                {
                    self.errors.at(&call.method, message);
                }
                let of_columns = self.leads_to_columns(&call.receiver);
                let receiver = Box::new(self.lower(*call.receiver));
                let args = self.arguments(call.args, of_columns);
                Expr::MethodCall(ExprMethodCall { receiver, args, ..call })
            }
        }
    }

    pub(super) fn call(&mut self, call: ExprCall) -> Expr {
        if self.scope.concerns(&call.func) && !matches!(&*call.func, Expr::Path(path) if is_query(&path.path))
        {
            return self.refuse(Expr::Call(call));
        }
        if let Some(name) = aggregate(&call) {
            return self.aggregate(&name.clone(), call.args);
        }
        let args = self.arguments(call.args, true);
        Expr::Call(ExprCall { args, ..call })
    }

    /// Arguments; the parameters of closures among them are columns where what is called is a query's.
    fn arguments(
        &mut self,
        arguments: Punctuated<Expr, Token![,]>,
        of_columns: bool,
    ) -> Punctuated<Expr, Token![,]> {
        let argument = |argument| match peel(argument) {
            Expr::Closure(closure) => self.body(closure, of_columns),
            other => self.lower(other),
        };
        arguments.into_iter().map(argument).collect()
    }

    /// Whether closures that are handed to a method of this are closures of columns.
    fn leads_to_columns(&self, receiver: &Expr) -> bool {
        match unparenthesized(receiver) {
            Expr::MethodCall(call) => self.leads_to_columns(&call.receiver),
            Expr::Field(field) => self.leads_to_columns(&field.base),
            Expr::Call(call) => is_subquery(receiver) || self.scope.concerns(&call.args),
            Expr::Path(_) => self.scope.concerns(receiver),
            _ => false,
        }
    }

    /// Whether it is made of columns by nothing but fields, parts and methods, or is an aggregate.
    fn is_column(&self, expr: &Expr) -> bool {
        match unparenthesized(expr) {
            Expr::MethodCall(call) => self.is_column(&call.receiver),
            Expr::Field(field) => self.is_column(&field.base),
            Expr::Index(index) => self.is_column(&index.expr),
            Expr::Call(call) => self.scope.concerns(&call.args) && aggregate(call).is_some(),
            Expr::Path(_) => self.scope.concerns(expr),
            _ => false,
        }
    }

    fn contains(&mut self, call: ExprMethodCall) -> Expr {
        let at = call.method.span();
        let Some(sought) = call.args.into_iter().next() else { return *call.receiver };
        let sought = match peel(sought) {
            Expr::Reference(reference) => peel(*reference.expr),
            other => other,
        };
        match peel(*call.receiver) {
            Expr::Range(range) => self.in_range(range, sought, at),
            Expr::Array(array) if self.scope.concerns(&array) => self.in_columns(array, sought, at),
            Expr::Array(array) => {
                let sought = self.lower(sought);
                method(sought, "is_in", at, [Expr::Array(array)])
            }
            query if is_subquery(&query) => {
                let (sought, query) = (self.lower(sought), self.lower(query));
                method(sought, "is_in", at, [query])
            }
            list => {
                let own = Span::mixed_site().located_at(list.span());
                let items = method(method(list, "iter", own, []), "cloned", own, []);
                let sought = self.lower(sought);
                method(sought, "is_in", at, [items])
            }
        }
    }

    fn in_range(&mut self, range: ExprRange, sought: Expr, at: Span) -> Expr {
        let to = match range.limits {
            RangeLimits::HalfOpen(_) => Comparison::LESS,
            RangeLimits::Closed(_) => Comparison::LESS_OR_EQUAL,
        };
        match (range.start, range.end, range.limits) {
            (Some(start), Some(end), RangeLimits::Closed(_)) if self.scope.concerns(&sought) => {
                let sought = self.lower(sought);
                let bounds = [self.operand(*start), self.operand(*end)];
                method(sought, "between", at, bounds)
            }
            (Some(start), Some(end), _) => {
                let from = self.compare(Comparison::GREATER_OR_EQUAL, at, sought.clone(), *start);
                let to = self.compare(to, at, sought, *end);
                join(BinOp::BitAnd(Token![&](at)), from, to)
            }
            (Some(start), None, _) => self.compare(Comparison::GREATER_OR_EQUAL, at, sought, *start),
            (None, Some(end), _) => self.compare(to, at, sought, *end),
            (None, None, _) => {
                self.errors.at(range.limits, "everything is within `..`");
                sought
            }
        }
    }

    fn in_columns(&mut self, array: ExprArray, sought: Expr, at: Span) -> Expr {
        let comparisons = array.elems.into_iter().map(|element| {
            let sought = sought.clone();
            self.compare(Comparison::EQUAL, at, element, sought)
        });
        let any = comparisons.reduce(|one, other| join(BinOp::BitOr(Token![|](at)), one, other));
        any.unwrap_or(sought)
    }
}

/// Whether it is a query of its own: `Post::query()` with whatever is called on it, or `select!`.
fn is_subquery(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::MethodCall(call) => is_subquery(&call.receiver),
        Expr::Call(call) => matches!(unparenthesized(&call.func), Expr::Path(path) if is_query(&path.path)),
        Expr::Macro(call) => call.mac.path.segments.last().is_some_and(|segment| segment.ident == "select"),
        _ => false,
    }
}

fn join(op: BinOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary(ExprBinary { attrs: Vec::new(), left: Box::new(left), op, right: Box::new(right) })
}

fn unparenthesized(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Paren(paren) => &paren.expr,
            Expr::Group(group) => &group.expr,
            other => return other,
        }
    }
}
