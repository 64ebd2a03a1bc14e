//! What rows are grouped by: everything that is selected and no aggregate, once there is an aggregate.

use syn::{Expr, Stmt};

use crate::expr::{Scope, aggregate, is_aggregate, peel};

/// The parts of a selection: of a tuple its parts, of a struct its fields, of those that are such theirs.
pub fn parts(selection: &Expr) -> Vec<Expr> {
    match peel(selection.clone()) {
        Expr::Tuple(tuple) => tuple.elems.iter().flat_map(parts).collect(),
        Expr::Struct(literal) => literal.fields.iter().flat_map(|field| parts(&field.expr)).collect(),
        other => vec![other],
    }
}

/// What an expression has of rows.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Content {
    /// An aggregate of many.
    pub aggregate: bool,
    /// A column of one, outside of aggregates.
    pub column: bool,
}

impl Content {
    fn and(self, other: Content) -> Content {
        Content { aggregate: self.aggregate || other.aggregate, column: self.column || other.column }
    }
}

/// Looks for aggregates and columns. Closures are those of subqueries, which have rows of their own.
pub fn content(expr: &Expr, scope: &Scope) -> Content {
    let of = |expr: &Expr| content(expr, scope);
    let all = |exprs: &mut dyn Iterator<Item = &Expr>| {
        exprs.fold(Content::default(), |found, expr| found.and(of(expr)))
    };
    match expr {
        Expr::Call(call) if aggregate(call).is_some() && scope.concerns(&call.args) => {
            Content { aggregate: true, column: false }
        }
        Expr::Call(call) => all(&mut call.args.iter()),
        // A window is of each row.
        Expr::MethodCall(call) if call.method == "over" => Content { aggregate: false, column: true },
        Expr::MethodCall(call) if is_aggregate(call) && scope.concerns(&call.receiver) => {
            Content { aggregate: true, column: false }
        }
        Expr::MethodCall(call) => {
            let (receiver, arguments) = (of(&call.receiver), all(&mut call.args.iter()));
            // `count(p).filter(p.likes > 3)`: what an aggregate is told of its rows is inside of it.
            if receiver.aggregate { receiver } else { receiver.and(arguments) }
        }
        Expr::Binary(binary) => of(&binary.left).and(of(&binary.right)),
        Expr::Unary(unary) => of(&unary.expr),
        Expr::Paren(paren) => of(&paren.expr),
        Expr::Group(group) => of(&group.expr),
        Expr::Reference(reference) => of(&reference.expr),
        Expr::Tuple(tuple) => all(&mut tuple.elems.iter()),
        Expr::Array(array) => all(&mut array.elems.iter()),
        Expr::Struct(literal) => all(&mut literal.fields.iter().map(|field| &field.expr)),
        Expr::If(choice) => {
            let then = choice.then_branch.stmts.iter().filter_map(|statement| match statement {
                Stmt::Expr(expr, None) => Some(expr),
                _ => None,
            });
            let otherwise = choice.else_branch.iter().map(|(_, branch)| &**branch);
            of(&choice.cond).and(all(&mut then.chain(otherwise)))
        }
        Expr::Block(block) => all(&mut block.block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Expr(expr, None) => Some(expr),
            _ => None,
        })),
        other => Content { aggregate: false, column: scope.concerns(other) },
    }
}
