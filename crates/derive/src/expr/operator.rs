//! Operators of two operands.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, ExprBinary, ExprLit, ExprPath, ExprReference, Lit, UnOp};

use super::lower::{Lowering, method, peel, private};
use super::refuse;

/// A comparison: its method, and that of its sides exchanged.
#[derive(Clone, Copy)]
pub struct Comparison {
    method: &'static str,
    exchanged: &'static str,
}

impl Comparison {
    pub const EQUAL: Comparison = Comparison { method: "eq", exchanged: "eq" };
    pub const NOT_EQUAL: Comparison = Comparison { method: "ne", exchanged: "ne" };
    pub const LESS: Comparison = Comparison { method: "lt", exchanged: "gt" };
    pub const LESS_OR_EQUAL: Comparison = Comparison { method: "le", exchanged: "ge" };
    pub const GREATER: Comparison = Comparison { method: "gt", exchanged: "lt" };
    pub const GREATER_OR_EQUAL: Comparison = Comparison { method: "ge", exchanged: "le" };

    /// Of an operator, if it compares.
    pub fn of(operator: &BinOp) -> Option<Comparison> {
        Some(match operator {
            BinOp::Eq(_) => Comparison::EQUAL,
            BinOp::Ne(_) => Comparison::NOT_EQUAL,
            BinOp::Lt(_) => Comparison::LESS,
            BinOp::Le(_) => Comparison::LESS_OR_EQUAL,
            BinOp::Gt(_) => Comparison::GREATER,
            BinOp::Ge(_) => Comparison::GREATER_OR_EQUAL,
            _ => return None,
        })
    }

    /// What asks for NULL, if it is a question that NULL answers.
    fn null(self) -> Option<&'static str> {
        match self.method {
            "eq" => Some("is_null"),
            "ne" => Some("is_not_null"),
            _ => None,
        }
    }
}

/// The function that computes with a value on the left of a column.
fn arithmetic(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "add",
        BinOp::Sub(_) => "subtract",
        BinOp::Mul(_) => "multiply",
        BinOp::Div(_) => "divide",
        BinOp::Rem(_) => "remainder",
        _ => return None,
    })
}

impl Lowering<'_> {
    pub(super) fn binary(&mut self, binary: ExprBinary) -> Expr {
        if matches!(binary.op, BinOp::And(_) | BinOp::Or(_) | BinOp::BitAnd(_) | BinOp::BitOr(_)) {
            return self.logic(binary);
        }
        if let Some(comparison) = Comparison::of(&binary.op) {
            return self.compare(comparison, binary.op.span(), *binary.left, *binary.right);
        }
        let Some(function) = arithmetic(&binary.op) else { return self.refuse(Expr::Binary(binary)) };
        if matches!(binary.op, BinOp::Add(_)) && (is_text(&binary.left) || is_text(&binary.right)) {
            self.errors.at(binary.op, refuse::TEXTS);
        }
        let left_is_plain = !self.scope.concerns(&binary.left);
        let (left, right) = (self.operand(*binary.left), self.operand(*binary.right));
        match left_is_plain {
            true => private(function, binary.op.span(), [left, right]),
            false => Expr::Binary(ExprBinary { left: Box::new(left), right: Box::new(right), ..binary }),
        }
    }

    /// A comparison, of columns on either side or on both.
    pub(super) fn compare(&mut self, comparison: Comparison, at: Span, left: Expr, right: Expr) -> Expr {
        let (left, right) = (peel(left), peel(right));
        let (name, column, other) = match self.scope.concerns(&left) {
            true => (comparison.method, left, right),
            false => (comparison.exchanged, right, left),
        };
        if !is_none(&other) {
            let (column, other) = (self.lower(column), self.operand(other));
            return method(column, name, at, [other]);
        }
        match comparison.null() {
            Some(name) => method(self.lower(column), name, at, []),
            None => {
                self.errors.at(&other, refuse::NONE);
                other
            }
        }
    }

    /// The operand of an operator. Operators of Rust take no variables out of their places, methods do: so they are given
    /// clones.
    pub(super) fn operand(&mut self, expr: Expr) -> Expr {
        let expr = peel(expr);
        match expr {
            _ if self.scope.concerns(&expr) => self.lower(expr),
            Expr::Reference(ExprReference { mutability: None, expr, .. }) => self.operand(*expr),
            _ if is_place(&expr) => {
                let at = Span::mixed_site().located_at(expr.span());
                method(expr, "clone", at, [])
            }
            other => other,
        }
    }
}

/// Whether it is `None`.
fn is_none(expr: &Expr) -> bool {
    match expr {
        Expr::Path(ExprPath { qself: None, path, .. }) => {
            path.segments.last().is_some_and(|segment| segment.ident == "None" && segment.arguments.is_none())
        }
        _ => false,
    }
}

/// Whether it is a text for sure.
fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}

/// Whether it is something that has a place; constants and variants of enums have none.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.get_ident().is_some_and(|ident| {
            let name = ident.to_string();
            name.chars().all(|character| !character.is_uppercase())
        }),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)),
        Expr::Field(_) | Expr::Index(_) => true,
        _ => false,
    }
}
