//! Conditions, and the operators that join them.

use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, ExprBinary, Token, UnOp};

use super::lower::{Lowering, peel, private};
use super::operator::Comparison;

impl Lowering<'_> {
    /// A chain of `&&` and `||`, whose left side is followed without recursion: it can be long.
    pub(super) fn logic(&mut self, binary: ExprBinary) -> Expr {
        let (mut rest, mut right) = (Vec::new(), Vec::new());
        let mut first = Expr::Binary(binary);
        while let Expr::Binary(ExprBinary { left, op, right: operand, .. }) = first {
            right.push(*operand);
            rest.push(op);
            first = *left;
            if !matches!(&first, Expr::Binary(ExprBinary { op, .. }) if is_logic(op)) {
                break;
            }
        }
        let first = self.condition(first);
        rest.into_iter().zip(right).rev().fold(first, |left, (operator, right)| {
            let right = self.condition(right);
            Expr::Binary(ExprBinary {
                attrs: Vec::new(),
                left: Box::new(left),
                op: of_conditions(operator),
                right: Box::new(right),
            })
        })
    }

    /// An operand that must be a condition: a comparison, or a boolean column or value.
    pub(super) fn condition(&mut self, expr: Expr) -> Expr {
        let expr = peel(expr);
        let at = expr.span();
        let is_condition = self.scope.concerns(&expr) && self.is_condition(&expr);
        let lowered = self.lower(expr);
        match is_condition {
            true => lowered,
            false => private("condition", at, [lowered]),
        }
    }

    /// Whether it becomes a condition for sure.
    fn is_condition(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Binary(binary) => is_logic(&binary.op) || Comparison::of(&binary.op).is_some(),
            Expr::Unary(unary) => matches!(unary.op, UnOp::Not(_)),
            Expr::MethodCall(call) => self.asks(call).is_some(),
            _ => false,
        }
    }
}

fn is_logic(operator: &BinOp) -> bool {
    matches!(operator, BinOp::And(_) | BinOp::Or(_) | BinOp::BitAnd(_) | BinOp::BitOr(_))
}

/// The operator that joins conditions, with the same place.
fn of_conditions(operator: BinOp) -> BinOp {
    match operator {
        BinOp::And(and) => BinOp::BitAnd(Token![&](and.spans[0])),
        BinOp::Or(or) => BinOp::BitOr(Token![|](or.spans[0])),
        other => other,
    }
}
