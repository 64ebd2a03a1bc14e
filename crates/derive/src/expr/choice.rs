//! `if`: chosen when the query is built, or by the database for each row.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::{Block, Expr, ExprIf, Stmt};

use super::lower::{Lowering, call, method};
use super::refuse;

impl Lowering<'_> {
    pub(super) fn choice(&mut self, choice: ExprIf) -> Expr {
        if matches!(*choice.cond, Expr::Let(_)) {
            return self.refuse(*choice.cond);
        }
        match self.scope.concerns(&choice.cond) {
            true => self.case(choice),
            false => self.known(choice),
        }
    }

    /// A choice by something that is known before the query runs.
    fn known(&mut self, choice: ExprIf) -> Expr {
        let then_branch = self.block(choice.then_branch);
        let else_branch = choice.else_branch.map(|(token, branch)| (token, Box::new(self.lower(*branch))));
        Expr::If(ExprIf { then_branch, else_branch, ..choice })
    }

    /// A choice by columns: a `CASE`, with a branch for each `else if`.
    fn case(&mut self, first: ExprIf) -> Expr {
        let span = Span::mixed_site().located_at(first.if_token.span());
        let mut case = call(Expr::Verbatim(quote_spanned!(span=> ::onggi::case)), span, []);
        let mut next = Expr::If(first);
        loop {
            match next {
                Expr::If(ExprIf { if_token, cond, then_branch, else_branch, .. })
                    if !matches!(*cond, Expr::Let(_)) =>
                {
                    let (condition, value) = (self.condition(*cond), self.only(then_branch));
                    case = method(case, "when", if_token.span(), [condition, value]);
                    match else_branch {
                        Some((_, branch)) => next = *branch,
                        None => return method(case, "or_null", if_token.span(), []),
                    }
                }
                Expr::Block(block) => {
                    let value = self.only(block.block);
                    return method(case, "otherwise", span, [value]);
                }
                other => return self.refuse(other),
            }
        }
    }

    /// The expression that a block is, as an operand.
    fn only(&mut self, mut block: Block) -> Expr {
        match block.stmts.pop() {
            Some(Stmt::Expr(expr, None)) if block.stmts.is_empty() => self.operand(expr),
            last => {
                let first = block.stmts.into_iter().next().or(last);
                match first {
                    Some(statement) => self.errors.at(statement, refuse::STATEMENT),
                    None => {
                        self.errors.at(quote_spanned!(block.brace_token.span.join()=> {}), refuse::STATEMENT)
                    }
                }
                Expr::Verbatim(TokenStream::new())
            }
        }
    }

    /// A block that is one expression.
    pub(super) fn block(&mut self, mut block: Block) -> Block {
        if let [Stmt::Expr(expr, None)] = &mut block.stmts[..] {
            let lowered = self.lower(std::mem::replace(expr, Expr::Verbatim(TokenStream::new())));
            *expr = lowered;
        } else if let Some(statement) = block.stmts.first() {
            self.errors.at(statement, refuse::STATEMENT);
        }
        block
    }
}
