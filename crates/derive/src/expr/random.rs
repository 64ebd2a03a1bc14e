//! Random expressions, each written in operators and in methods: the one becomes the other.

use proptest::prelude::*;
use quote::ToTokens as _;
use syn::Expr;

use super::lower::peel;

/// An expression in both forms, and how tightly its operator binds in the first.
#[derive(Clone, Debug)]
struct Both {
    plain: String,
    binds: u8,
    methods: String,
    /// Whether it mentions a column.
    columns: bool,
}

const ATOM: u8 = 9;

impl Both {
    fn new(plain: impl Into<String>, methods: impl Into<String>, columns: bool) -> Both {
        Both { plain: plain.into(), binds: ATOM, methods: methods.into(), columns }
    }

    /// As an operand of an operator: in parentheses where it must, and sometimes where it need not.
    fn operand(&self, binds: u8, extra: bool) -> String {
        match self.binds < binds || extra {
            true => format!("({})", self.plain),
            false => self.plain.clone(),
        }
    }
}

fn number() -> impl Strategy<Value = Both> {
    let column = prop_oneof![
        Just(Both::new("p.a", "p.a", true)),
        Just(Both::new("p.b.c.d", "p.b().c().d", true)),
        Just(Both::new("p.items.count()", "p.items.count()", true)),
        Just(Both::new("p.items.sum(|i| i.x.y)", "p.items.sum(|i| i.x().y)", true)),
    ];
    let value = prop_oneof![
        Just(Both::new("7", "7", false)),
        Just(Both::new("f(q)", "f(q)", false)),
        Just(Both::new("n", "n.clone()", false)),
    ];
    let leaf = prop_oneof![3 => column, 1 => value];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let operators = prop_oneof![
            Just(("+", 6, "add")),
            Just(("-", 6, "subtract")),
            Just(("*", 7, "multiply")),
            Just(("%", 7, "remainder"))
        ];
        (inner.clone(), operators, inner, any::<[bool; 2]>()).prop_map(|(left, operator, right, extra)| {
            let (sign, binds, function) = operator;
            let plain =
                format!("{} {sign} {}", left.operand(binds, extra[0]), right.operand(binds + 1, extra[1]));
            let methods = match (left.columns, right.columns) {
                // What mentions no column stays, down to its variables.
                (false, false) => plain.clone(),
                (true, _) => format!("({}) {sign} ({})", left.methods, right.methods),
                (false, true) => {
                    format!("::onggi::__private::{function}({}, {})", left.methods, right.methods)
                }
            };
            Both { plain, binds, methods, columns: left.columns || right.columns }
        })
    })
}

fn comparison() -> impl Strategy<Value = Both> {
    let operators = prop_oneof![
        Just(("==", "eq", "eq")),
        Just(("!=", "ne", "ne")),
        Just(("<", "lt", "gt")),
        Just(("<=", "le", "ge")),
        Just((">", "gt", "lt")),
        Just((">=", "ge", "le")),
    ];
    (number(), operators, number(), any::<[bool; 2]>()).prop_map(|(left, operator, right, extra)| {
        let (sign, method, exchanged) = operator;
        let plain = format!("{} {sign} {}", left.operand(6, extra[0]), right.operand(6, extra[1]));
        let methods = match (left.columns, right.columns) {
            (false, false) => plain.clone(),
            (true, _) => format!("({}).{method}({})", left.methods, right.methods),
            (false, true) => format!("({}).{exchanged}({})", right.methods, left.methods),
        };
        Both { plain, binds: 5, methods, columns: left.columns || right.columns }
    })
}

/// As an operand of `&&`, `||` and `!`.
fn operand(condition: &Both) -> String {
    match condition.columns {
        true => format!("({})", condition.methods),
        false => format!("::onggi::__private::condition({})", condition.methods),
    }
}

fn condition() -> impl Strategy<Value = Both> {
    comparison().prop_recursive(5, 32, 2, |inner| {
        let joined = (inner.clone(), any::<bool>(), inner.clone(), any::<[bool; 2]>());
        let joined = joined.prop_map(|(left, and, right, extra)| {
            let (sign, binds, joins) = if and { ("&&", 4, "&") } else { ("||", 3, "|") };
            let plain =
                format!("{} {sign} {}", left.operand(binds, extra[0]), right.operand(binds + 1, extra[1]));
            let columns = left.columns || right.columns;
            let methods = match columns {
                false => plain.clone(),
                true => logic(&left, joins, &right),
            };
            Both { plain, binds, methods, columns }
        });
        let negated = (inner, any::<bool>()).prop_map(|(of, extra)| {
            let plain = format!("!{}", of.operand(8, extra));
            let methods = if of.columns { format!("!{}", operand(&of)) } else { plain.clone() };
            Both { plain, binds: 8, methods, columns: of.columns }
        });
        prop_oneof![2 => joined, 1 => negated]
    })
}

fn logic(left: &Both, joins: &str, right: &Both) -> String {
    format!("{} {joins} {}", operand(left), operand(right))
}

/// The tokens without the parentheses that the tree does not need.
fn canonical(text: &str) -> String {
    let expr: Expr = syn::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    bare(expr).into_token_stream().to_string()
}

/// The tree without parentheses; its printer adds those that it needs.
fn bare(expr: Expr) -> Expr {
    match peel(expr) {
        Expr::Binary(mut binary) => {
            binary.left = Box::new(bare(*binary.left));
            binary.right = Box::new(bare(*binary.right));
            Expr::Binary(binary)
        }
        Expr::Unary(mut unary) => {
            unary.expr = Box::new(bare(*unary.expr));
            Expr::Unary(unary)
        }
        Expr::MethodCall(mut call) => {
            call.receiver = Box::new(bare(*call.receiver));
            call.args = call.args.into_iter().map(bare).collect();
            Expr::MethodCall(call)
        }
        Expr::Call(mut call) => {
            call.args = call.args.into_iter().map(bare).collect();
            Expr::Call(call)
        }
        Expr::Closure(mut closure) => {
            closure.body = Box::new(bare(*closure.body));
            Expr::Closure(closure)
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn operators_become_the_methods_that_mean_the_same(both in condition()) {
        let expanded = super::expand(format!("|p| {}", both.plain).parse()?);
        prop_assert_eq!(canonical(&expanded.to_string()), canonical(&format!("|p| {}", both.methods)));
    }
}
