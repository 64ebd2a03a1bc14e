//! Windows: functions over the rows around a row.

mod common;

use common::{AGE, BALANCE, ID, NAME, USERS, poor_text, text};
use onggi_sql::{
    Aggregate, AggregateFunction, Bound, Direction, Exclude, Expression, Frame, FrameUnit, Nulls, Order,
    Select, Statement, Window, WindowFunction, Windowed,
};

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn select(window: Window) -> Statement {
    Statement::Select(Select::new(&USERS, vec![Expression::Window(Box::new(window))]))
}

/// What is selected of the users.
fn written(window: Window) -> String {
    let text = text(&select(window));
    let short = text.strip_prefix("SELECT ").and_then(|text| text.strip_suffix(r#" FROM "users""#));
    short.map_or(text.clone(), str::to_owned)
}

fn sum() -> Window {
    Window::new(Windowed::Aggregate(Aggregate::new(AggregateFunction::Sum, vec![column(AGE)])))
}

fn by(expression: Expression) -> Vec<Order> {
    vec![Order { expression, direction: Direction::Descending, nulls: Nulls::Default }]
}

fn framed(unit: FrameUnit, start: Bound, end: Bound, exclude: Option<Exclude>) -> Window {
    Window { frame: Some(Frame { unit, start, end, exclude }), ..sum() }
}

#[test]
fn parts_of_windows() {
    assert_eq!(written(sum()), r#"sum("age") OVER ()"#);
    let partition = vec![column(NAME), column(BALANCE)];
    assert_eq!(
        written(Window { partition: partition.clone(), ..sum() }),
        r#"sum("age") OVER (PARTITION BY "name", "balance" COLLATE onggi_decimal)"#
    );
    assert_eq!(written(Window { order: by(column(ID)), ..sum() }), r#"sum("age") OVER (ORDER BY "id" DESC)"#);
    let all = Window {
        partition: vec![column(NAME)],
        order: by(column(ID)),
        ..framed(FrameUnit::Rows, Bound::UnboundedPreceding, Bound::CurrentRow, None)
    };
    assert_eq!(
        written(all),
        r#"sum("age") OVER (PARTITION BY "name" ORDER BY "id" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"#
    );
}

#[test]
fn frames() {
    let value = |value: i64| Expression::value(value);
    let range =
        framed(FrameUnit::Range, Bound::Preceding(value(1)), Bound::Following(value(2)), Some(Exclude::Ties));
    assert_eq!(
        written(range.clone()),
        r#"sum("age") OVER (RANGE BETWEEN ?1 PRECEDING AND ?2 FOLLOWING EXCLUDE TIES)"#
    );
    assert_eq!(poor_text(&select(range)), "error: Poor has no window frame that leaves out rows");
    let groups =
        framed(FrameUnit::Groups, Bound::CurrentRow, Bound::UnboundedFollowing, Some(Exclude::Group));
    assert_eq!(
        written(groups.clone()),
        r#"sum("age") OVER (GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP)"#
    );
    assert_eq!(poor_text(&select(groups)), "error: Poor has no window frame that counts groups");
}

#[test]
fn functions_of_windows() {
    let value = || Expression::value(2);
    for (function, arguments, expected) in [
        (WindowFunction::RowNumber, vec![], "row_number()"),
        (WindowFunction::Rank, vec![], "rank()"),
        (WindowFunction::DenseRank, vec![], "dense_rank()"),
        (WindowFunction::PercentRank, vec![], "percent_rank()"),
        (WindowFunction::CumulativeDistribution, vec![], "cume_dist()"),
        (WindowFunction::Tile, vec![value()], "ntile(?1)"),
        (WindowFunction::Lag, vec![column(AGE)], r#"lag("age")"#),
        (WindowFunction::Lead, vec![column(AGE), value(), value()], r#"lead("age", ?1, ?2)"#),
        (WindowFunction::First, vec![column(AGE)], r#"first_value("age")"#),
        (WindowFunction::Last, vec![column(AGE)], r#"last_value("age")"#),
        (WindowFunction::Nth, vec![column(AGE), value()], r#"nth_value("age", ?1)"#),
    ] {
        assert_eq!(
            written(Window::new(Windowed::Function(function, arguments))),
            format!("{expected} OVER ()")
        );
    }
    let lone = Window::new(Windowed::Function(WindowFunction::Nth, vec![column(AGE)]));
    assert_eq!(written(lone), "error: Nth does not take 1 arguments");
}

#[test]
fn aggregates_over_windows() {
    let filter = Some(Expression::unary(onggi_sql::UnaryOperator::IsNotNull, column(NAME)));
    let filtered = Aggregate { filter, ..Aggregate::new(AggregateFunction::CountRows, vec![]) };
    assert_eq!(
        written(Window::new(Windowed::Aggregate(filtered))),
        r#"count(*) FILTER (WHERE "name" IS NOT NULL) OVER ()"#
    );
    let distinct =
        Aggregate { distinct: true, ..Aggregate::new(AggregateFunction::Count, vec![column(AGE)]) };
    assert_eq!(
        written(Window::new(Windowed::Aggregate(distinct))),
        "error: an aggregate over a window has no `distinct` and no order of its own"
    );
}
