use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{
    Expr, ExprBlock, ExprCall, ExprClosure, ExprField, ExprIndex, ExprMethodCall, ExprStruct, ExprUnary,
    Ident, Member, Pat, Token, UnOp, parse_quote, token,
};

use super::refuse;
use super::scope::Scope;
use crate::errors::Errors;

/// Rewrites expressions, and collects what is wrong with them.
pub struct Lowering<'a> {
    pub(super) scope: Scope,
    pub(super) errors: &'a mut Errors,
}

impl<'a> Lowering<'a> {
    /// Where no name is bound yet.
    pub fn new(errors: &'a mut Errors) -> Lowering<'a> {
        Lowering { scope: Scope::default(), errors }
    }

    /// A closure whose parameters are columns.
    pub fn closure(&mut self, closure: ExprClosure) -> Expr {
        self.body(closure, true)
    }

    pub(super) fn body(&mut self, closure: ExprClosure, columns: bool) -> Expr {
        let before = self.scope.enter(&closure.inputs, columns);
        let mentioned = closure.body.to_token_stream();
        let body = Box::new(self.lower(*closure.body));
        self.scope.leave(before);
        let mut inputs = closure.inputs;
        for pattern in &mut inputs {
            forget(pattern, &mentioned, &body);
        }
        Expr::Closure(ExprClosure { inputs, body, ..closure })
    }

    /// An expression as query methods, or as it is where it mentions no columns.
    pub fn lower(&mut self, expr: Expr) -> Expr {
        let expr = peel(expr);
        if !self.scope.concerns(&expr) {
            return expr;
        }
        match expr {
            Expr::Path(_) => expr,
            Expr::Field(field) => self.field(field),
            Expr::MethodCall(call) => self.method(call),
            Expr::Call(call) => self.call(call),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Reference(reference) => self.lower(*reference.expr),
            Expr::Index(index) => self.part(index),
            Expr::If(choice) => self.choice(choice),
            Expr::Block(block) => Expr::Block(ExprBlock { block: self.block(block.block), ..block }),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Array(mut array) => {
                array.elems = self.each(array.elems);
                Expr::Array(array)
            }
            Expr::Tuple(mut tuple) => {
                tuple.elems = self.each(tuple.elems);
                Expr::Tuple(tuple)
            }
            Expr::Struct(literal) if literal.rest.is_none() => self.row(literal),
            Expr::Macro(call) if !call.mac.path.is_ident("matches") => Expr::Macro(call),
            other => self.refuse(other),
        }
    }

    pub(super) fn each(&mut self, exprs: Punctuated<Expr, Token![,]>) -> Punctuated<Expr, Token![,]> {
        exprs.into_iter().map(|expr| self.lower(expr)).collect()
    }

    /// A struct that rows become: what is selected for each field.
    fn row(&mut self, mut literal: ExprStruct) -> Expr {
        if let Some(name) = literal.path.segments.last_mut() {
            name.ident = format_ident!("{}Columns", name.ident);
        }
        for field in &mut literal.fields {
            let value = std::mem::replace(&mut field.expr, Expr::PLACEHOLDER);
            field.expr = self.lower(value);
        }
        Expr::Struct(literal)
    }

    fn field(&mut self, field: ExprField) -> Expr {
        let base = Box::new(self.object(*field.base));
        Expr::Field(ExprField { base, ..field })
    }

    /// What an attribute is asked of: an attribute there is a relation, and relations are methods.
    fn object(&mut self, base: Expr) -> Expr {
        match peel(base) {
            Expr::Field(ExprField { base, member: Member::Named(relation), dot_token, .. }) => {
                let base = self.object(*base);
                method_at(base, dot_token, relation, [])
            }
            other => self.lower(other),
        }
    }

    /// A part of a pickle.
    fn part(&mut self, index: ExprIndex) -> Expr {
        let (pickle, step) = (self.lower(*index.expr), self.operand(*index.index));
        method(pickle, "at", index.bracket_token.span.open(), [step])
    }

    fn unary(&mut self, unary: ExprUnary) -> Expr {
        let expr = match unary.op {
            UnOp::Not(_) => self.condition(*unary.expr),
            _ => self.lower(*unary.expr),
        };
        Expr::Unary(ExprUnary { expr: Box::new(expr), ..unary })
    }

    pub(super) fn refuse(&mut self, expr: Expr) -> Expr {
        self.errors.at(refuse::place(&expr), refuse::message(&expr));
        expr
    }
}

/// The expression in parentheses, and in the groups that declarative macros make.
pub fn peel(mut expr: Expr) -> Expr {
    loop {
        expr = match expr {
            Expr::Paren(paren) if paren.attrs.is_empty() => *paren.expr,
            Expr::Group(group) if group.attrs.is_empty() => *group.expr,
            other => return other,
        }
    }
}

/// Unbinds names that were mentioned and are no more, as in `|p| count(p)`: nobody should hear that they are unused.
fn forget(pattern: &mut Pat, before: &TokenStream, after: &Expr) {
    match pattern {
        Pat::Ident(name) => {
            let scope = Scope::of(&name.ident);
            if scope.concerns(before) && !scope.concerns(after) {
                *pattern = parse_quote!(_);
            }
        }
        Pat::Tuple(parts) => parts.elems.iter_mut().for_each(|part| forget(part, before, after)),
        Pat::Paren(inner) => forget(&mut inner.pat, before, after),
        Pat::Type(inner) => forget(&mut inner.pat, before, after),
        _ => {}
    }
}

/// A call of a method, at the place of what stands for it.
pub fn method<const N: usize>(receiver: Expr, name: &str, span: Span, arguments: [Expr; N]) -> Expr {
    method_at(receiver, Token![.](span), Ident::new(name, span), arguments)
}

fn method_at<const N: usize>(
    receiver: Expr,
    dot_token: Token![.],
    method: Ident,
    arguments: [Expr; N],
) -> Expr {
    Expr::MethodCall(ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(receiver),
        dot_token,
        paren_token: token::Paren(method.span()),
        method,
        turbofish: None,
        args: arguments.into_iter().collect(),
    })
}

/// A call of a function that the library has for this macro, at a place of the user's.
pub fn private<const N: usize>(name: &str, span: Span, arguments: [Expr; N]) -> Expr {
    let span = Span::mixed_site().located_at(span);
    let name = Ident::new(name, span);
    call(Expr::Verbatim(quote_spanned!(span=> ::onggi::__private::#name)), span, arguments)
}

/// A call of a function.
pub fn call<const N: usize>(function: Expr, span: Span, arguments: [Expr; N]) -> Expr {
    Expr::Call(ExprCall {
        attrs: Vec::new(),
        func: Box::new(function),
        paren_token: token::Paren(span),
        args: arguments.into_iter().collect(),
    })
}
