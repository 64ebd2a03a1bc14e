//! What a query cannot say, and what to write instead.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{BinOp, Expr};

pub const STATEMENT: &str = "a query is one expression: compute values in front of the macro";

pub const NONE: &str = "nothing is less or greater than `None`: `== None` and `!= None` ask for it";

const ASSIGNMENT: &str = "`=` does not compare, `==` does; `update` takes `column.set(value)`";

pub const TEXTS: &str =
    "texts are joined by `concat`: `column.concat(\"!\")`, `value(\"Dr. \").concat(column)`";

/// What to write for a method that Rust's own types have, with so many arguments, and columns have not.
pub fn method(name: &str, arguments: usize) -> Option<&'static str> {
    Some(match (name, arguments) {
        ("unwrap_or" | "unwrap_or_else" | "map_or", _) | ("unwrap_or_default", 0) => {
            "another value for NULL is given by `coalesce`: `column.coalesce(0)`"
        }
        ("unwrap" | "expect", _) => {
            "what may be NULL is compared as it is; another value for NULL is given by `column.coalesce(0)`"
        }
        ("is_some_and", 1) => "a comparison does not hold for NULL: write `column > 3`",
        ("to_lowercase" | "to_ascii_lowercase", 0) => "small letters are given by `lower`: `column.lower()`",
        ("to_uppercase" | "to_ascii_uppercase", 0) => "capitals are given by `upper`: `column.upper()`",
        ("to_string", 0) => "a text of it is given by `cast`: `column.cast::<String>()`",
        ("as_str" | "as_deref" | "as_ref", 0) => "a column is compared as it is: leave this out",
        ("pow" | "powi" | "powf", 1) => "powers are given by `power`: `column.power(2)`",
        _ => return None,
    })
}

/// Why an expression on columns is refused.
pub fn message(expr: &Expr) -> &'static str {
    match expr {
        Expr::Assign(_) => ASSIGNMENT,
        Expr::Binary(binary) => match binary.op {
            BinOp::BitXor(_) => "conditions have no `^`: `!=` tells whether two values differ",
            BinOp::Shl(_) | BinOp::Shr(_) => "the database does not shift: multiply or divide",
            _ => "a column is not changed by an operator: `update` takes `column.set(column + 1)`",
        },
        Expr::Call(_) => "what is called here must be a function's name",
        Expr::Cast(_) => "`as` has no SQL: write `column.cast::<i64>()`",
        Expr::If(_) => {
            "`if` asks for what is known before the query runs: join conditions with `&&` and `||`"
        }
        Expr::Macro(_) => {
            "`matches!` has no SQL: write `[A, B].contains(&column)`, or `column == A || column == B`"
        }
        Expr::Match(_) => "`match` has no SQL: write `if column == A { … } else { … }`",
        Expr::Range(_) => "a range is asked with `contains`: `(18..=30).contains(&column)`",
        Expr::Struct(_) => "each field of a struct is selected: `..` takes none from another",
        Expr::Try(_) => "nothing fails before the query runs: leave out the `?`",
        Expr::Let(_) => "`let` matches no columns: ask `column != None`, or compare with `==`",
        _ => "a query cannot say this: it takes comparisons, `&&`, `||`, `!`, arithmetic and calls",
    }
}

/// The part that an error points at.
pub fn place(expr: &Expr) -> TokenStream {
    match expr {
        Expr::Assign(assign) => assign.eq_token.to_token_stream(),
        Expr::Binary(binary) => binary.op.to_token_stream(),
        Expr::Cast(cast) => cast.as_token.to_token_stream(),
        Expr::Match(choice) => choice.match_token.to_token_stream(),
        Expr::Try(expr) => expr.question_token.to_token_stream(),
        Expr::Macro(call) => call.mac.path.to_token_stream(),
        other => other.to_token_stream(),
    }
}
