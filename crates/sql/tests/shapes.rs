//! Equal shape, equal text: what makes it safe to keep compiled statements by their shape.

mod common;

use common::{SEATS, USERS, compiled};
use onggi_sql::{
    BinaryOperator, Conflict, Delete, Direction, Expression, Function, Insert, Join, JoinKind, Match, Nulls,
    Order, Relation, Select, Selected, Source, Statement, Summary, Table, UnaryOperator, Update, Value,
    shape,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A statement can differ from its twin in values alone: `values` gives the next one.
#[derive(Clone, Debug)]
enum Part {
    /// A column of a source in scope.
    Column(Index, Index),
    Value,
    Literal(i64),
    Parameter,
    Unary(UnaryOperator, Box<Part>),
    Binary(BinaryOperator, Box<(Part, Part)>),
    And(Vec<Part>),
    Or(Vec<Part>),
    In(Box<Part>),
    Match(Match, Box<(Part, Part)>),
    Function(Function, Vec<Part>),
    Exists(Box<SelectPlan>),
    Scalar(Box<SelectPlan>),
    InSelect(Box<Part>, Box<SelectPlan>),
}

#[derive(Clone, Debug)]
struct SelectPlan {
    /// Whether it reads the statement's table, and if so under the number of the source around it.
    source: (bool, bool),
    joins: Vec<(JoinKind, bool, Option<Part>)>,
    columns: Option<Vec<Part>>,
    distinct: bool,
    filter: Option<Part>,
    order: Vec<(Part, Direction, Nulls)>,
    limit: bool,
    offset: bool,
    summary: Option<Summary>,
}

#[derive(Clone, Debug)]
enum Plan {
    Select(SelectPlan),
    Insert { columns: Vec<Index>, conflict: Option<(Vec<Index>, Vec<Index>)>, returning: Option<Index> },
    Update { assignments: Vec<(Index, Part)>, filter: Option<Part> },
    Delete { filter: Option<Part> },
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        any::<(Index, Index)>().prop_map(|(source, column)| Part::Column(source, column)),
        Just(Part::Value),
        prop_oneof![-2_i64..3, any::<i64>()].prop_map(Part::Literal),
        Just(Part::Parameter),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let pair = || (inner.clone(), inner.clone()).prop_map(Box::new);
        let list = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            (unary(), inner.clone()).prop_map(|(operator, part)| Part::Unary(operator, Box::new(part))),
            (binary(), pair()).prop_map(|(operator, parts)| Part::Binary(operator, parts)),
            list().prop_map(Part::And),
            list().prop_map(Part::Or),
            inner.clone().prop_map(|part| Part::In(Box::new(part))),
            (matches(), pair()).prop_map(|(kind, parts)| Part::Match(kind, parts)),
            (function(), list()).prop_map(|(function, parts)| Part::Function(function, parts)),
            select_plan(inner.clone()).prop_map(|plan| Part::Exists(Box::new(plan))),
            select_plan(inner.clone()).prop_map(|plan| Part::Scalar(Box::new(plan))),
            (inner.clone(), select_plan(inner.clone()))
                .prop_map(|(part, plan)| Part::InSelect(Box::new(part), Box::new(plan))),
        ]
    })
}

fn unary() -> impl Strategy<Value = UnaryOperator> {
    use UnaryOperator::{IsNotNull, IsNull, Negative, Not};
    select(vec![Not, IsNull, IsNotNull, Negative])
}

fn binary() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator::{
        Add, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Like, Multiply, NotEqual, Remainder,
        Subtract,
    };
    select(vec![
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Like,
        Add,
        Subtract,
        Multiply,
        Divide,
        Remainder,
    ])
}

fn matches() -> impl Strategy<Value = Match> {
    select(vec![Match::Contains, Match::StartsWith, Match::EndsWith])
}

fn function() -> impl Strategy<Value = Function> {
    use Function::{Average, Coalesce, Count, CountRows, Length, Lower, Max, Min, Sum, Upper};
    select(vec![CountRows, Count, Min, Max, Sum, Average, Lower, Upper, Length, Coalesce])
}

fn order(part: BoxedStrategy<Part>) -> impl Strategy<Value = (Part, Direction, Nulls)> {
    let direction = select(vec![Direction::Ascending, Direction::Descending]);
    (part, direction, select(vec![Nulls::Default, Nulls::First, Nulls::Last]))
}

fn join_kind() -> impl Strategy<Value = JoinKind> {
    select(vec![JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Cross])
}

fn select_plan(part: impl Strategy<Value = Part> + 'static) -> impl Strategy<Value = SelectPlan> {
    let part = part.boxed();
    let filter = prop::option::of(part.clone());
    let summary = select(vec![None, Some(Summary::Count), Some(Summary::Exists)]);
    let selected = prop::option::of(prop::collection::vec(part.clone(), 1..3));
    let joins = prop::collection::vec((join_kind(), any::<bool>(), filter.clone()), 0..3);
    let order = prop::collection::vec(order(part), 0..2);
    let rows = (any::<bool>(), any::<bool>(), any::<bool>());
    (any::<(bool, bool)>(), joins, selected, filter, order, rows, summary).prop_map(
        |(source, joins, columns, filter, order, (distinct, limit, offset), summary)| SelectPlan {
            source,
            joins,
            columns,
            distinct,
            filter,
            order,
            limit,
            offset,
            summary,
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let filter = || prop::option::of(part());
    let columns = || prop::collection::vec(any::<Index>(), 0..3);
    prop_oneof![
        2 => select_plan(part()).prop_map(Plan::Select),
        1 => (columns(), prop::option::of((columns(), columns())), prop::option::of(any::<Index>()))
            .prop_map(|(columns, conflict, returning)| Plan::Insert { columns, conflict, returning }),
        1 => (prop::collection::vec((any::<Index>(), part()), 1..3), filter())
            .prop_map(|(assignments, filter)| Plan::Update { assignments, filter }),
        1 => filter().prop_map(|filter| Plan::Delete { filter }),
    ]
}

/// Makes statements of a plan, with values and numbers of sources that count up from a start.
struct Maker {
    table: &'static Table,
    next: i64,
    scope: Vec<Source>,
}

impl Maker {
    fn new(table: &'static Table, start: i64) -> Maker {
        Maker { table, next: start, scope: Vec::new() }
    }

    /// A source, from now on in scope.
    fn source(&mut self, own: bool) -> Source {
        self.next += 1;
        let table = if own { self.table } else { &SEATS };
        let source = Source { table, id: u32::try_from(self.next).expect("values count from zero") };
        self.scope.push(source);
        source
    }

    fn select(&mut self, plan: &SelectPlan) -> Select {
        let outer = self.scope.len();
        let (own, same) = plan.source;
        let source = match self.scope.last() {
            Some(&around) if same => {
                self.scope.push(around);
                around
            }
            _ => self.source(own),
        };
        let kinds: Vec<_> = plan.joins.iter().map(|(kind, own, _)| (*kind, self.source(*own))).collect();
        let columns = match (&plan.columns, plan.summary) {
            (Some(parts), _) => Selected::Expressions(self.parts(parts)),
            (None, None) => Selected::Table,
            (None, Some(_)) => Selected::Nothing,
        };
        let joins = kinds.into_iter().zip(&plan.joins).map(|((kind, source), (.., on))| {
            let on = on.as_ref().filter(|_| kind != JoinKind::Cross);
            Join { kind, source: source.into(), on: self.filter(on) }
        });
        let select = Select {
            source: source.into(),
            columns,
            joins: joins.collect(),
            distinct: plan.distinct,
            filter: self.filter(plan.filter.as_ref()),
            order: plan.order.iter().map(|order| self.order(order)).collect(),
            limit: plan.limit.then(|| self.value()),
            offset: plan.offset.then(|| self.value()),
            summary: plan.summary,
        };
        self.scope.truncate(outer);
        select
    }

    fn value(&mut self) -> Value {
        self.next += 1;
        match self.next % 4 {
            0 => Value::Text(format!("'{}' ?1 \"x\"", self.next)),
            1 => Value::Null,
            2 => Value::Blob(vec![0]),
            _ => Value::Integer(self.next),
        }
    }

    fn list(&mut self) -> Value {
        self.next += 1;
        Value::List((0..self.next % 5).map(Value::Integer).collect())
    }

    fn column(&self, index: &Index) -> usize {
        index.index(self.table.columns.len())
    }

    fn parts(&mut self, parts: &[Part]) -> Vec<Expression> {
        parts.iter().map(|part| self.expression(part)).collect()
    }

    fn pair(&mut self, pair: &(Part, Part)) -> Box<(Expression, Expression)> {
        Box::new((self.expression(&pair.0), self.expression(&pair.1)))
    }

    fn expression(&mut self, part: &Part) -> Expression {
        match part {
            Part::Column(source, column) => {
                let source = self.scope[source.index(self.scope.len())];
                Expression::column(source, column.index(source.table.columns.len()))
            }
            Part::Value => Expression::Value(self.value()),
            Part::Literal(number) => Expression::Literal(*number),
            Part::Parameter => Expression::Parameter,
            Part::Unary(operator, part) => Expression::unary(*operator, self.expression(part)),
            Part::Binary(operator, pair) => Expression::Binary(*operator, self.pair(pair)),
            Part::And(parts) => Expression::And(self.parts(parts)),
            Part::Or(parts) => Expression::Or(self.parts(parts)),
            Part::In(part) => Expression::In(Box::new(self.expression(part)), self.list()),
            Part::Match(kind, pair) => Expression::Match(*kind, self.pair(pair)),
            Part::Function(function, parts) => Expression::Function(*function, self.parts(parts)),
            Part::Exists(plan) => Expression::Exists(Box::new(self.select(plan))),
            Part::Scalar(plan) => Expression::Scalar(Box::new(self.select(plan))),
            Part::InSelect(part, plan) => {
                Expression::InSelect(Box::new(self.expression(part)), Box::new(self.select(plan)))
            }
        }
    }

    fn filter(&mut self, part: Option<&Part>) -> Option<Expression> {
        part.map(|part| self.expression(part))
    }

    fn order(&mut self, (part, direction, nulls): &(Part, Direction, Nulls)) -> Order {
        Order { expression: self.expression(part), direction: *direction, nulls: *nulls }
    }

    fn statement(&mut self, plan: &Plan) -> Statement {
        let table = self.table;
        match plan {
            Plan::Select(plan) => Statement::Select(self.select(plan)),
            Plan::Insert { columns, conflict, returning } => {
                let positions = |indexes: &[Index]| indexes.iter().map(|index| self.column(index)).collect();
                let conflict = conflict.as_ref().map(|(target, update)| Conflict {
                    target: positions(target),
                    update: positions(update),
                });
                let returning = returning.as_ref().map(|index| self.column(index));
                Statement::Insert(Insert { table, columns: positions(columns), conflict, returning })
            }
            Plan::Update { assignments, filter } => {
                let source = self.source(true);
                let assignments = assignments
                    .iter()
                    .map(|(index, part)| (self.column(index), self.expression(part)))
                    .collect();
                Statement::Update(Update { source, assignments, filter: self.filter(filter.as_ref()) })
            }
            Plan::Delete { filter } => {
                let source = self.source(true);
                Statement::Delete(Delete { source, filter: self.filter(filter.as_ref()) })
            }
        }
    }
}

fn statement(table: &'static Table, plan: &Plan, start: i64) -> Statement {
    Maker::new(table, start).statement(plan)
}

/// What it compiles to, or why it does not.
fn outcome(statement: &Statement) -> Result<(String, usize), String> {
    let compiled = compiled(statement).map_err(|error| error.to_string())?;
    Ok((compiled.text().to_owned(), compiled.parameters()))
}

/// How many parameters are bound at run time, besides the values.
fn run_time_parameters(statement: &Statement) -> usize {
    match statement {
        Statement::Insert(insert) => insert.columns.len(),
        other => format!("{other:?}").matches("Parameter").count(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_change_neither_shape_nor_text(plan in plan(), start in 0_i64..1000) {
        let (one, other) = (statement(&USERS, &plan, 0), statement(&USERS, &plan, start));
        prop_assert_eq!(shape::of(&one).0, shape::of(&other).0);
        prop_assert_eq!(outcome(&one), outcome(&other));
    }

    /// Small plans, so that many pairs of them are alike.
    #[test]
    fn different_texts_have_different_shapes(plans in prop::collection::vec(plan(), 2..20)) {
        let mut seen = std::collections::HashMap::new();
        for (plan, table) in plans.iter().flat_map(|plan| [(plan, &USERS), (plan, &SEATS)]) {
            let statement = statement(table, plan, 0);
            let outcome = outcome(&statement);
            if let Some(first) = seen.insert(shape::of(&statement).0, outcome.clone()) {
                prop_assert_eq!(first, outcome);
            }
        }
    }

    #[test]
    fn a_small_change_of_the_text_is_a_change_of_the_shape(plan in plan(), change in part(), at in any::<Index>()) {
        let one = statement(&USERS, &plan, 0);
        let mut maker = Maker::new(&USERS, 0);
        let other = match one.clone() {
            Statement::Select(mut select) => {
                let Relation::Table(source) = select.source else { unreachable!("plans read tables") };
                maker.scope.push(source);
                match at.index(5) {
                    0 => select.distinct = !select.distinct,
                    1 => select.limit = if select.limit.is_some() { None } else { Some(Value::Null) },
                    2 => select.order.reverse(),
                    3 => select.joins.reverse(),
                    _ => select.and(maker.expression(&change)),
                }
                Statement::Select(select)
            }
            Statement::Insert(mut insert) => {
                insert.columns.push(at.index(USERS.columns.len()));
                Statement::Insert(insert)
            }
            Statement::Update(mut update) => {
                update.assignments[0].0 = at.index(USERS.columns.len());
                Statement::Update(update)
            }
            Statement::Delete(Delete { source, .. }) => {
                maker.scope.push(source);
                let filter = Some(maker.expression(&change));
                Statement::Delete(Delete { source, filter })
            }
            other => other,
        };
        if outcome(&one) != outcome(&other) {
            prop_assert_ne!(shape::of(&one).0, shape::of(&other).0);
        }
    }

    #[test]
    fn there_are_as_many_values_as_parameters(plan in plan()) {
        let statement = statement(&USERS, &plan, 0);
        if let Ok((text, parameters)) = outcome(&statement) {
            let (_, values) = shape::of(&statement);
            prop_assert_eq!(parameters, values.len() + run_time_parameters(&statement), "{}", text);
            for number in 1..=parameters {
                let placeholder = format!("?{number}");
                prop_assert!(text.contains(&placeholder), "no {} in {}", placeholder, text);
            }
        }
    }
}
