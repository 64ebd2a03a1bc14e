//! `expr!`: plain Rust expressions on columns become calls of query methods.
//!
//! Names of columns are bound by closures (`scope`). Whatever mentions none of them stays as it is; the rest is rewritten
//! from its root down (`lower`): operators (`operator`), calls (`call`), conditions of both (`condition`). What a query
//! cannot say is refused with what to write instead (`refuse`). Parentheses are left to the printer of `syn`, which adds
//! those that are needed, and no tokens are made but with the place of the user's own.

mod aggregate;
mod call;
mod choice;
mod condition;
mod lower;
mod operator;
#[cfg(test)]
mod random;
mod refuse;
mod scope;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Expr;

use crate::errors::Errors;
pub use aggregate::{aggregate, is_aggregate};
pub use lower::{Lowering, peel};
pub use scope::{Scope, is_row};

/// Expands `expr!`, or says everything that is wrong.
pub fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let lowered = errors.ok(syn::parse2(input)).and_then(|expr| lower(expr, &mut errors));
    match lowered.filter(|_| errors.is_empty()) {
        Some(lowered) => lowered.into_token_stream(),
        None => quote!({ #errors }),
    }
}

fn lower(expr: Expr, errors: &mut Errors) -> Option<Expr> {
    let Expr::Closure(closure) = expr else {
        errors.at(expr, "`expr!` takes a closure: `expr!(|p| p.likes > 3)`");
        return None;
    };
    Some(Lowering::new(errors).closure(closure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(input: &str) -> String {
        let input: TokenStream = input.parse().expect("tokens");
        expand(input).to_string()
    }

    /// Asserts what an expression becomes, but for spaces.
    #[track_caller]
    fn becomes(input: &str, output: &str) {
        let without_spaces = |text: &str| text.replace(char::is_whitespace, "");
        assert_eq!(without_spaces(&expanded(input)), without_spaces(output));
    }

    #[test]
    fn operators_become_methods() {
        becomes("|p| p.likes >= 10", "|p| p.likes.ge(10)");
        becomes("|p| p.a == p.b", "|p| p.a.eq(p.b)");
        becomes("|p| 10 < p.likes", "|p| p.likes.gt(10)");
        becomes("|p| \"x\" != p.name", "|p| p.name.ne(\"x\")");
        becomes("|p| p.a + 1 <= p.b * 2", "|p| (p.a + 1).le(p.b * 2)");
    }

    #[test]
    fn precedence_is_kept_and_parentheses_are_those_needed() {
        becomes("|p| p.a == 1 || p.b == 2 && p.c == 3", "|p| p.a.eq(1) | p.b.eq(2) & p.c.eq(3)");
        becomes("|p| (p.a == 1 || p.b == 2) && p.c == 3", "|p| (p.a.eq(1) | p.b.eq(2)) & p.c.eq(3)");
        becomes("|p| (p.a == 1) && ((p.b == 2))", "|p| p.a.eq(1) & p.b.eq(2)");
        becomes("|p| p.a == (p.b + 1)", "|p| p.a.eq(p.b + 1)");
        becomes("|p| !(p.a == 1 && p.b == 2)", "|p| !(p.a.eq(1) & p.b.eq(2))");
        becomes("|p| !(p.a == 1)", "|p| !p.a.eq(1)");
        becomes("|p| p.a - (p.b - 1) > 0", "|p| (p.a - (p.b - 1)).gt(0)");
    }

    #[test]
    fn attributes_of_attributes_are_relations() {
        becomes("|p| p.author.company.name == \"x\"", "|p| p.author().company().name.eq(\"x\")");
        becomes("|p| p.author().name == \"x\"", "|p| p.author().name.eq(\"x\")");
        becomes("|p| p.author.posts.count() > 3", "|p| p.author().posts.count().gt(3)");
        becomes("|p| p.author_id", "|p| p.author_id");
    }

    #[test]
    fn nested_closures_bind_names() {
        becomes(
            "|p| p.tags.any(|t| t.name == p.name && t.owner.name == name)",
            "|p| p.tags.any(|t| t.name.eq(p.name) & t.owner().name.eq(name.clone()))",
        );
        becomes(
            "|p| User::query().filter(|u| u.id == p.author_id).exists()",
            "|p| User::query().filter(|u| u.id.eq(p.author_id)).exists()",
        );
        becomes(
            "|p| Condition::any(names.iter().map(|n| p.name == n.text))",
            "|p| Condition::any(names.iter().map(|n| p.name.eq(n.text.clone())))",
        );
    }

    #[test]
    fn what_mentions_no_column_stays() {
        becomes("|p| p.likes > { let x = 3; x as i32 }", "|p| p.likes.gt({ let x = 3; x as i32 })");
        becomes(
            "|p| p.likes > list.iter().map(|p| p.len == 3).count()",
            "|p| p.likes.gt(list.iter().map(|p| p.len == 3).count())",
        );
        becomes("|p| p.likes > other.p", "|p| p.likes.gt(other.p.clone())");
        becomes("|p| p.likes > p::LIMIT", "|p| p.likes.gt(p::LIMIT)");
        becomes("|p| p.role == Role::Admin", "|p| p.role.eq(Role::Admin)");
        becomes("|p| p.name == &name", "|p| p.name.eq(name.clone())");
        becomes("|_| a == b", "|_| a == b");
    }

    #[test]
    fn null_is_asked_for() {
        becomes("|p| p.a == None", "|p| p.a.is_null()");
        becomes("|p| None != p.a", "|p| p.a.is_not_null()");
        becomes("|p| p.a.is_none() || p.b.is_some()", "|p| p.a.is_null() | p.b.is_not_null()");
    }

    #[test]
    fn parts_of_pickles_are_indexed() {
        becomes("|u| u.data[\"tags\"][-1] == \"x\"", "|u| u.data.at(\"tags\").at(-1).eq(\"x\")");
        becomes("|u| u.data[key] == other[0]", "|u| u.data.at(key.clone()).eq(other[0].clone())");
    }

    #[test]
    fn aggregates_are_functions() {
        becomes("|p| count(p) > 3", "|_| ::onggi::Expression::count_rows().gt(3)");
        becomes(
            "|p| sum(p.likes + p.b.c) == count(p.likes)",
            "|p| (p.likes + p.b().c).sum().eq(p.likes.count())",
        );
        becomes("|p| p.a > max(3)", "|p| p.a.gt(max(3))");
        becomes("|p| max(p.a, 3)", "|p| max(p.a, 3)");
    }

    #[test]
    fn lists_and_ranges_contain() {
        becomes("|p| [1, 2].contains(&p.a)", "|p| p.a.is_in([1, 2])");
        becomes("|p| list.contains(&p.a)", "|p| p.a.is_in(list.iter().cloned())");
        becomes("|p| (1..=5).contains(&p.a)", "|p| p.a.between(1, 5)");
        becomes("|p| (1..n).contains(&p.a)", "|p| p.a.ge(1) & p.a.lt(n.clone())");
        becomes("|p| !(..5).contains(&p.a)", "|p| !p.a.lt(5)");
        becomes("|p| (p.a..=p.b).contains(&5)", "|p| p.a.le(5) & p.b.ge(5)");
        becomes("|p| [p.a, p.b].contains(&5)", "|p| p.a.eq(5) | p.b.eq(5)");
        becomes("|p| p.name.contains(\"x\")", "|p| p.name.contains(\"x\")");
    }

    #[test]
    fn queries_contain() {
        becomes(
            "|u| Post::query().filter(|p| p.likes > u.age).select(|p| p.a.b).contains(&u.id)",
            "|u| u.id.is_in(Post::query().filter(|p| p.likes.gt(u.age)).select(|p| p.a().b))",
        );
        becomes(
            "|u| !select!(for p in Post => p.a).contains(&u.id)",
            "|u| !u.id.is_in(select!(for p in Post => p.a))",
        );
    }

    #[test]
    fn operands_of_logic_are_conditions() {
        becomes(
            "|p| p.open && (all || p.a == 1)",
            "|p| ::onggi::__private::condition(p.open) & (::onggi::__private::condition(all) | p.a.eq(1))",
        );
        becomes("|p| !p.open", "|p| !::onggi::__private::condition(p.open)");
    }

    #[test]
    fn values_can_stand_left_of_columns() {
        becomes("|p| 2 * p.a", "|p| ::onggi::__private::multiply(2, p.a)");
        becomes("|p| 10 - p.a % 3 == 1", "|p| ::onggi::__private::subtract(10, p.a % 3).eq(1)");
    }

    #[test]
    fn if_chooses() {
        becomes("|p| if all { p.a == 1 } else { p.b == 1 }", "|p| if all { p.a.eq(1) } else { p.b.eq(1) }");
    }

    #[test]
    fn if_asks_columns_in_a_case() {
        becomes(
            "|p| if p.a > 9 { \"hot\" } else if p.open { name } else { p.b.title }",
            "|p| ::onggi::case().when(p.a.gt(9), \"hot\").when(::onggi::__private::condition(p.open), name.clone())
             .otherwise(p.b().title)",
        );
        becomes("|p| if p.a > 9 { 1 }", "|p| ::onggi::case().when(p.a.gt(9), 1).or_null()");
        assert!(expanded("|p| if p.a > 9 { let x = 3; x } else { 4 }").contains("compile_error"));
        assert!(expanded("|p| if p.a > 9 { } else { 4 }").contains("compile_error"));
    }

    #[test]
    fn groups_of_declarative_macros_are_seen_through() {
        let inner: TokenStream = "p.a == 1 || p.a == 2".parse().expect("tokens");
        let group = proc_macro2::Group::new(proc_macro2::Delimiter::None, inner);
        let expanded = expand(quote!(|p| #group && p.b == 3));
        assert_eq!(expanded.to_string(), quote!(|p| (p.a.eq(1) | p.a.eq(2)) & p.b.eq(3)).to_string());
    }

    #[test]
    fn methods_that_columns_do_not_have_are_refused_where_they_are_called_on_columns() {
        for input in [
            "|p| p.city.unwrap_or(\"x\") == \"x\"",
            "|p| max(p.likes).unwrap_or_default() > 3",
            "|p| p.author.name.to_lowercase() == name",
            "|p| p.tags.any(|t| t.name.lower().to_string() == \"x\")",
            "|p| p.data[\"x\"].is_some_and(|x| x > 3)",
            "|p| \"Dr. \" + p.name == \"x\"",
        ] {
            assert_eq!(expanded(input).matches("compile_error").count(), 1, "{input}");
        }
        for input in [
            "|p| p.name == name.to_lowercase() + \"x\"",
            "|p| p.likes > likes.unwrap_or(3)",
            "|p| Condition::any(names.iter().map(|n| p.name == n.to_uppercase()))",
            "|p| p.name.power() == p.len()",
        ] {
            assert_eq!(expanded(input).matches("compile_error").count(), 0, "{input}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let expanded = expanded("|p| p.a as i64 == 1 && p.b < None");
        assert_eq!(expanded.matches("compile_error").count(), 2, "{expanded}");
    }

    #[test]
    fn long_chains_are_no_recursion() {
        let chain = vec!["p.a == 1"; 2000].join(" && ");
        assert_eq!(expanded(&format!("|p| {chain}")).matches("eq").count(), 2000);
    }
}
