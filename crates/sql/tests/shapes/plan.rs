//! Random statements, but for their values and the numbers of their sources.

use onggi_sql::{
    AggregateFunction, BinaryOperator, Declared, Direction, Exclude, FrameUnit, Function, JoinKind,
    LockStrength, LockWait, Match, Nulls, SetOperator, Summary, Type, UnaryOperator, WindowFunction,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A statement can differ from its twin in values alone: `values` gives the next one.
#[derive(Clone, Debug)]
pub enum Part {
    /// A column of a source in scope.
    Column(Index, Index),
    /// A column of the new row, where a conflict is solved; elsewhere a value.
    Excluded(Index),
    Value,
    Literal(i64),
    LiteralText(&'static str),
    Parameter,
    Unary(UnaryOperator, Box<Part>),
    Binary(BinaryOperator, Box<(Part, Part)>),
    And(Vec<Part>),
    Or(Vec<Part>),
    In(Box<Part>),
    Match(Match, Box<(Part, Part)>),
    Function(Function, Vec<Part>),
    Row(Vec<Part>),
    Case(Vec<(Part, Part)>, Option<Box<Part>>),
    Cast(Box<Part>, Type, Type),
    Call(&'static Declared, Vec<Part>),
    Raw(Vec<&'static str>, Vec<Part>),
    Aggregate(Box<AggregatePlan>),
    Window(Box<WindowPlan>),
    Exists(Box<SelectPlan>),
    Scalar(Box<SelectPlan>),
    InSelect(Box<Part>, Box<SelectPlan>),
}

#[derive(Clone, Debug)]
pub struct AggregatePlan {
    pub function: AggregateFunction,
    pub arguments: Vec<Part>,
    pub distinct: bool,
    pub filter: Option<Part>,
    pub order: Vec<OrderPlan>,
    pub ty: Option<Type>,
}

#[derive(Clone, Debug)]
pub struct WindowPlan {
    pub aggregate: AggregatePlan,
    /// In place of the aggregate.
    pub function: Option<WindowFunction>,
    pub partition: Vec<Part>,
    pub order: Vec<OrderPlan>,
    pub frame: Option<FramePlan>,
}

/// Unit, bounds by number and distance, what is left out.
pub type FramePlan = (FrameUnit, [(u8, Part); 2], Option<Exclude>);

pub type OrderPlan = (Part, Direction, Nulls);

#[derive(Clone, Debug)]
pub struct SelectPlan {
    /// Whether it reads the statement's table, and if so under the number of the source around it.
    pub source: (bool, bool),
    pub joins: Vec<(JoinKind, bool, Option<Part>)>,
    /// Common table expressions: each with a name, and whether it is recursive and kept.
    pub with: Vec<(&'static str, bool, Option<bool>, SelectPlan)>,
    /// One of those in scope, joined.
    pub cte: Option<Index>,
    /// A select, joined.
    pub derived: Option<Box<SelectPlan>>,
    pub compound: Vec<(SetOperator, SelectPlan)>,
    pub distinct_on: Vec<Part>,
    /// Whether it is of the first source alone.
    pub lock: Option<(LockStrength, LockWait, bool)>,
    pub columns: Option<Vec<Part>>,
    pub distinct: bool,
    pub filter: Option<Part>,
    pub group_by: Vec<Part>,
    pub having: Option<Part>,
    pub order: Vec<OrderPlan>,
    pub limit: bool,
    pub offset: bool,
    pub summary: Option<Summary>,
}

#[derive(Clone, Debug)]
pub enum RowsPlan {
    Bound,
    Values(Vec<Vec<Part>>),
    Select(Box<SelectPlan>),
}

/// Whether it is the statement's own table, and joins of the other.
pub type FromPlan = (bool, Vec<(JoinKind, Option<Part>)>);

/// Target, condition of its index, assignments (none does nothing) and their condition.
pub type ConflictPlan = (Vec<Index>, Option<Part>, Option<Vec<(Index, Part)>>, Option<Part>);

#[derive(Clone, Debug)]
pub enum Plan {
    Select(SelectPlan),
    Insert {
        columns: Vec<Index>,
        rows: RowsPlan,
        conflict: Option<ConflictPlan>,
        returning: Vec<Part>,
    },
    Update {
        assignments: Vec<(Index, Part)>,
        from: Option<FromPlan>,
        filter: Option<Part>,
        returning: Vec<Part>,
    },
    Delete {
        filter: Option<Part>,
        returning: Vec<Part>,
    },
    Explain(SelectPlan),
}

pub fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        any::<(Index, Index)>().prop_map(|(source, column)| Part::Column(source, column)),
        Just(Part::Value),
        any::<Index>().prop_map(Part::Excluded),
        prop_oneof![-2_i64..3, any::<i64>()].prop_map(Part::Literal),
        select(vec!["", "it's", "four", "fours"]).prop_map(Part::LiteralText),
        Just(Part::Parameter),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
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
            list().prop_map(Part::Row),
            (prop::collection::vec((inner.clone(), inner.clone()), 0..3), prop::option::of(inner.clone()))
                .prop_map(|(branches, otherwise)| Part::Case(branches, otherwise.map(Box::new))),
            (inner.clone(), ty(), ty()).prop_map(|(part, from, to)| Part::Cast(Box::new(part), from, to)),
            (select(vec![&DECLARED[0], &DECLARED[1]]), list())
                .prop_map(|(function, parts)| Part::Call(function, parts)),
            (prop::collection::vec(select(vec!["", " x ", "a", "+"]), 1..3), list())
                .prop_map(|(pieces, parts)| Part::Raw(pieces, parts)),
            aggregate(inner.clone()).prop_map(|plan| Part::Aggregate(Box::new(plan))),
            window(inner.clone()).prop_map(|plan| Part::Window(Box::new(plan))),
            simple_plan(inner.clone()).prop_map(|plan| Part::Exists(Box::new(plan))),
            select_plan(inner.clone()).prop_map(|plan| Part::Scalar(Box::new(plan))),
            (inner.clone(), simple_plan(inner.clone()))
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
        Add, Different, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Like, Multiply, NotEqual,
        Remainder, Same, Subtract,
    };
    select(vec![
        Same,
        Different,
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
    use Function::{
        AddDays, Coalesce, Concat, CurrentDate, DaysBetween, Greatest, JsonType, Length, Lower, NullIf,
        Right, Round, Substring, Upper, Year,
    };
    select(vec![
        AddDays,
        Coalesce,
        Concat,
        CurrentDate,
        DaysBetween,
        Greatest,
        JsonType,
        Length,
        Lower,
        NullIf,
        Right,
        Round,
        Substring,
        Upper,
        Year,
    ])
}

static DECLARED: [Declared; 2] =
    [Declared { name: "pickle_json", program: true }, Declared { name: "pickle_jsön", program: true }];

fn ty() -> impl Strategy<Value = Type> {
    let integers =
        (select(vec![8, 64]), any::<bool>()).prop_map(|(bits, signed)| Type::Integer { bits, signed });
    let others =
        select(vec![Type::Boolean, Type::Text, Type::Blob, Type::Date, Type::Timestamp, Type::Decimal]);
    prop_oneof![integers, others]
}

fn aggregate(part: impl Strategy<Value = Part> + 'static) -> impl Strategy<Value = AggregatePlan> {
    use AggregateFunction::{Average, Count, CountRows, Join, Max, Min, Sum};
    let part = part.boxed();
    let parts = prop::collection::vec(part.clone(), 0..3);
    let function = select(vec![CountRows, Count, Min, Max, Sum, Average, Join]);
    let order = prop::collection::vec(order(part.clone()), 0..2);
    (function, parts, any::<bool>(), prop::option::of(part), order, prop::option::of(ty())).prop_map(
        |(function, arguments, distinct, filter, order, ty)| AggregatePlan {
            function,
            arguments,
            distinct,
            filter,
            order,
            ty,
        },
    )
}

fn order(part: BoxedStrategy<Part>) -> impl Strategy<Value = (Part, Direction, Nulls)> {
    let direction = select(vec![Direction::Ascending, Direction::Descending]);
    (part, direction, select(vec![Nulls::Default, Nulls::First, Nulls::Last]))
}

fn window(part: impl Strategy<Value = Part> + 'static) -> impl Strategy<Value = WindowPlan> {
    use WindowFunction::{Lag, Nth, Rank, RowNumber};
    let part = part.boxed();
    let function = prop::option::of(select(vec![Lag, Nth, Rank, RowNumber]));
    let partition = prop::collection::vec(part.clone(), 0..2);
    let bound = || (0_u8..5, part.clone());
    let unit = select(vec![FrameUnit::Rows, FrameUnit::Range, FrameUnit::Groups]);
    let exclude = prop::option::of(select(vec![Exclude::CurrentRow, Exclude::Group, Exclude::Ties]));
    let frame = prop::option::of((unit, [bound(), bound()], exclude));
    let order = prop::collection::vec(order(part.clone()), 0..2);
    (aggregate(part), function, partition, order, frame).prop_map(
        |(aggregate, function, partition, order, frame)| WindowPlan {
            aggregate,
            function,
            partition,
            order,
            frame,
        },
    )
}

fn join_kind() -> impl Strategy<Value = JoinKind> {
    select(vec![JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Cross])
}

/// A plan with plans in it, one level deep but for those in expressions.
fn select_plan(part: impl Strategy<Value = Part> + 'static) -> impl Strategy<Value = SelectPlan> {
    use SetOperator::{Except, Intersect, Union, UnionAll};
    let part = part.boxed();
    let simple = simple_plan(part.clone()).boxed();
    let kept = select(vec![None, Some(true), Some(false)]);
    let cte = (select(vec!["tree", "users"]), any::<bool>(), kept, simple.clone());
    let compound = (select(vec![Union, UnionAll, Intersect, Except]), simple.clone());
    let inside = (
        prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(cte, 1..3)],
        prop::option::of(any::<Index>()),
        prop::option::weighted(0.2, simple.clone().prop_map(Box::new)),
        prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(compound, 1..3)],
    );
    let strength = select(vec![LockStrength::Update, LockStrength::KeyShare]);
    let wait = select(vec![LockWait::Wait, LockWait::Fail, LockWait::Skip]);
    let lock = prop::option::weighted(0.1, (strength, wait, any::<bool>()));
    let distinct_on = prop_oneof![9 => Just(vec![]), 1 => prop::collection::vec(part, 1..3)];
    let rare = (lock, distinct_on);
    (simple, inside, rare).prop_map(|(plan, (with, cte, derived, compound), (lock, distinct_on))| {
        SelectPlan { lock, distinct_on, with, cte, derived, compound, ..plan }
    })
}

fn simple_plan(part: impl Strategy<Value = Part> + 'static) -> impl Strategy<Value = SelectPlan> {
    let part = part.boxed();
    let filter = prop::option::of(part.clone());
    let summary = select(vec![None, Some(Summary::Count), Some(Summary::Exists)]);
    let selected = prop::option::of(prop::collection::vec(part.clone(), 1..3));
    let joins = prop::collection::vec((join_kind(), any::<bool>(), filter.clone()), 0..3);
    let groups = (prop::collection::vec(part.clone(), 0..2), filter.clone());
    let order = prop::collection::vec(order(part), 0..2);
    let rows = (any::<bool>(), any::<bool>(), any::<bool>());
    (any::<(bool, bool)>(), joins, selected, filter, groups, order, rows, summary).prop_map(
        |(source, joins, columns, filter, groups, order, (distinct, limit, offset), summary)| SelectPlan {
            source,
            joins,
            with: vec![],
            cte: None,
            derived: None,
            compound: vec![],
            distinct_on: vec![],
            lock: None,
            columns,
            distinct,
            filter,
            group_by: groups.0,
            having: groups.1,
            order,
            limit,
            offset,
            summary,
        },
    )
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let filter = || prop::option::of(part());
    let columns = || prop::collection::vec(any::<Index>(), 0..3);
    let returning = || prop::collection::vec(part(), 0..2);
    let assignments = || prop::collection::vec((any::<Index>(), part()), 1..3);
    let values = prop::collection::vec(prop::collection::vec(part(), 2), 1..3).prop_map(RowsPlan::Values);
    let selected = select_plan(part()).prop_map(|plan| RowsPlan::Select(Box::new(plan)));
    let rows = prop_oneof![Just(RowsPlan::Bound), values, selected];
    let conflict = (columns(), filter(), prop::option::of(assignments()), filter());
    let joins = prop::collection::vec((join_kind(), filter()), 0..2);
    let from = prop::option::of((any::<bool>(), joins));
    prop_oneof![
        3 => select_plan(part()).prop_map(Plan::Select),
        1 => select_plan(part()).prop_map(Plan::Explain),
        2 => (columns(), rows, prop::option::of(conflict), returning())
            .prop_map(|(columns, rows, conflict, returning)| Plan::Insert { columns, rows, conflict, returning }),
        1 => (assignments(), from, filter(), returning()).prop_map(|(assignments, from, filter, returning)| {
            Plan::Update { assignments, from, filter, returning }
        }),
        1 => (filter(), returning()).prop_map(|(filter, returning)| Plan::Delete { filter, returning }),
    ]
}
