use super::*;

/// Asserts what a query becomes, but for spaces.
#[track_caller]
fn becomes(input: &str, output: &str) {
    let expanded = expand(input.parse().expect("tokens")).to_string();
    let without_spaces = |text: &str| text.replace(char::is_whitespace, "");
    assert_eq!(without_spaces(&expanded), without_spaces(output));
}

/// Asserts what is said of a query.
#[track_caller]
fn refused(input: &str, message: &str) {
    let expanded = expand(input.parse().expect("tokens")).to_string();
    assert!(expanded.contains("compile_error") && expanded.contains(message), "{expanded}");
}

const POSTS: &str = "<Post as ::onggi::Model>::query()";

#[test]
fn clauses_become_calls() {
    becomes("for p in Post => p", POSTS);
    becomes("for p in Post => (p)", POSTS);
    becomes(
        "for p in Post if p.likes > 3 if p.author.name == name => (p.title, p.likes)",
        &format!(
            "{POSTS}.filter(|p| p.likes.gt(3)).filter(|p| p.author().name.eq(name.clone())).select(|p| (p.title, p.likes))"
        ),
    );
    becomes(
        "for p in Post => p.title order by p.likes desc, -p.id, p.title limit 10 offset n + 1",
        &format!(
            "{POSTS}.select(|p| p.title).order_by(|p| p.likes.desc()).order_by(|p| -p.id).order_by(|p| p.title)
             .limit(10).offset(n + 1)"
        ),
    );
    becomes(
        "for p in blog::Post, if p.open, => p, limit 3,",
        "<blog::Post as ::onggi::Model>::query().filter(|p| p.open).limit(3)",
    );
}

#[test]
fn methods_that_make_one_value_of_many_are_aggregates() {
    becomes(
        r#"for p in Post if p.likes.sum() > 3 => (p.kind, p.title.string_agg(", ").order_by(p.title), p.likes.max() + 1)"#,
        &format!(
            r#"{POSTS}.group_by(|p| p.kind).having(|p| p.likes.sum().gt(3))
            .select(|p| (p.kind, p.title.string_agg(", ").order_by(p.title), p.likes.max() + 1))"#
        ),
    );
    // Of a collection.
    becomes(
        "for u in User => (u.name, u.posts.count(), u.posts.max(|p| p.likes))",
        "<User as ::onggi::Model>::query().select(|u| (u.name, u.posts.count(), u.posts.max(|p| p.likes)))",
    );
}

#[test]
fn what_is_no_aggregate_is_grouped_by() {
    becomes(
        "for p in Post => (p.author.name, count(p), sum(p.likes - p.dislikes))",
        &format!(
            "{POSTS}.group_by(|p| p.author().name).select(|p| (p.author().name, ::onggi::Expression::count_rows(),
             (p.likes - p.dislikes).sum()))"
        ),
    );
    becomes(
        "for p in Post if p.open && p.likes > 1 if count(p) > 3 => (p.author_id, (p.kind, max(p.likes) + 1))
         order by count(p) desc",
        &format!(
            "{POSTS}.filter(|p| ::onggi::__private::condition(p.open) & p.likes.gt(1)).group_by(|p| (p.author_id, p.kind))
             .having(|_| ::onggi::Expression::count_rows().gt(3))
             .select(|p| (p.author_id, (p.kind, p.likes.max() + 1)))
             .order_by(|_| ::onggi::Expression::count_rows().desc())"
        ),
    );
    becomes("for p in Post => max(p.likes)", &format!("{POSTS}.select(|p| p.likes.max())"));
    becomes(
        "for u in User => (u.name, u.posts.count(), u.posts.sum(|p| p.likes))",
        "<User as ::onggi::Model>::query().select(|u| (u.name, u.posts.count(), u.posts.sum(|p| p.likes)))",
    );
}

#[test]
fn loops_are_joined() {
    becomes(
        "for u in User, for p in Post if p.writer == u.name if u.age > 3 => (u.name, count(p), sum(p.likes))",
        "<User as ::onggi::Model>::query().cross_join::<Post>().filter(|(u, p)| p.writer.eq(u.name))
         .filter(|(u, _)| u.age.gt(3)).group_by(|(u, _)| u.name)
         .select(|(u, p)| (u.name, ::onggi::Expression::count_rows(), p.likes.sum()))",
    );
    refused("for u in User for p in posts.iter() => p", "loops are over models");
}

#[test]
fn windows_are_of_each_row() {
    becomes(
        "for p in Post => p.likes - average(p.likes).over(|w| w.partition_by(p.kind))",
        &format!("{POSTS}.select(|p| p.likes - p.likes.average().over(|w| w.partition_by(p.kind)))"),
    );
}

#[test]
fn wrong_queries_are_refused() {
    refused("p in Post => p", "begins with a loop");
    refused("for p in Post", "expected `for`, `if` or `=>`");
    refused("for p in x.posts => p", "the first loop is over a model");
    refused("for p in Post => p limit 1 limit 2", "each once");
    refused("for p in Post => (p.kind, p.likes - average(p.likes))", "an aggregate of many rows");
    refused("for p in Post if p.likes as i32 > 3 => p", "`as`");
}

#[test]
fn collections_of_rows_before_are_joined() {
    let users = "<User as ::onggi::Model>::query()";
    becomes(
        "for u in User for p in u.posts for t in p.author.tags if t.name == u.name => (u.name, t)",
        &format!(
            "{users}.join_related(|u| u.posts).join_related(|(_, p)| p.author().tags)
             .filter(|(u, _, t)| t.name.eq(u.name)).select(|(u, _, t)| (u.name, t))"
        ),
    );
}

#[test]
fn structs_are_what_rows_become() {
    becomes(
        "for p in Post => report::Total { city: p.author.city, people: count(p) }",
        &format!(
            "{POSTS}.group_by(|p| p.author().city).select(|p| report::TotalColumns {{
             city: p.author().city, people: ::onggi::Expression::count_rows() }})"
        ),
    );
    refused("for p in Post => Total { city: p.city, ..other }", "each field of a struct is selected");
}
