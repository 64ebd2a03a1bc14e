//! Statements of a plan: twins have the same plan, and other values and numbers of sources.

use onggi_sql::{
    Aggregate, Bound, Case, Conflict, ConflictAction, Conversion, Cte, Delete, Expression, Frame, Insert,
    Join, JoinKind, Lock, Nulls, Order, Raw, Relation, Rows, Select, Selected, SetOperator, Source,
    Statement, Table, Update, Value, Window, Windowed,
};
use proptest::sample::Index;

use super::common::SEATS;
use super::plan::{AggregatePlan, ConflictPlan, OrderPlan, Part, Plan, RowsPlan, SelectPlan, WindowPlan};

/// Makes statements of a plan, with values and numbers of sources that count up from a start.
pub struct Maker {
    table: &'static Table,
    start: i64,
    next: i64,
    pub scope: Vec<Scoped>,
    ctes: Vec<u64>,
    /// The table whose new row can be named.
    excluded: Option<Source>,
}

/// What has columns that can be named.
#[derive(Clone, Copy)]
pub enum Scoped {
    Table(Source),
    Derived(u64),
}

impl Maker {
    pub fn new(table: &'static Table, start: i64) -> Maker {
        Maker { table, start, next: start, scope: Vec::new(), ctes: Vec::new(), excluded: None }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        u64::try_from(self.next).expect("values count from zero")
    }

    /// A source, from now on in scope.
    fn source(&mut self, own: bool) -> Source {
        let table = if own { self.table } else { &SEATS };
        let source = Source { table, id: self.number() };
        self.scope.push(Scoped::Table(source));
        source
    }

    /// What a select reads first, which may be what is read around it.
    fn first(&mut self, (own, same): (bool, bool)) -> Source {
        match self.scope.last() {
            Some(&Scoped::Table(around)) if same => {
                self.scope.push(Scoped::Table(around));
                around
            }
            _ => self.source(own),
        }
    }

    fn select(&mut self, plan: &SelectPlan) -> Select {
        let (outer, ctes) = (self.scope.len(), self.ctes.len());
        let with = plan.with.iter().map(|cte| self.cte(cte)).collect();
        let source = self.first(plan.source);
        let kinds: Vec<_> = plan.joins.iter().map(|(kind, own, _)| (*kind, self.source(*own))).collect();
        let derived = plan.derived.as_ref().map(|_| self.derived());
        let cte = plan.cte.filter(|_| !self.ctes.is_empty()).map(|index| {
            let cte = self.ctes[index.index(self.ctes.len())];
            Relation::Cte { cte, id: self.derived() }
        });
        let distinct_on = self.parts(&plan.distinct_on);
        let columns = match (&plan.columns, plan.summary) {
            (Some(parts), _) => Selected::Expressions(self.parts(parts)),
            (None, None) => Selected::Table,
            (None, Some(_)) => Selected::Nothing,
        };
        let cross = |source| Join { kind: JoinKind::Cross, source, on: None, nested: 0 };
        let mut joins: Vec<Join> = Vec::new();
        for ((kind, source), (.., on)) in kinds.into_iter().zip(&plan.joins) {
            let on = on.as_ref().filter(|_| kind != JoinKind::Cross);
            joins.push(Join { kind, source: source.into(), on: self.filter(on), nested: 0 });
        }
        if let [first, _, ..] = &mut joins[..] {
            first.nested = usize::from(plan.offset);
        }
        if let (Some(id), Some(plan)) = (derived, &plan.derived) {
            // It does not see what it is joined to.
            let siblings = self.scope.split_off(outer);
            joins.push(cross(Relation::Select(Box::new(self.select(plan)), id)));
            self.scope.extend(siblings);
        }
        joins.extend(cte.map(cross));
        let filter = self.filter(plan.filter.as_ref());
        let group_by = self.parts(&plan.group_by);
        let having = self.filter(plan.having.as_ref());
        let (compound, order) = if plan.compound.is_empty() {
            (vec![], self.orders(&plan.order))
        } else {
            self.scope.truncate(outer);
            self.compound(plan)
        };
        self.scope.truncate(outer);
        let (limit, offset) = (plan.limit.then(|| self.value()), plan.offset.then(|| self.value()));
        self.ctes.truncate(ctes);
        Select {
            with,
            source: source.into(),
            columns,
            joins,
            distinct: plan.distinct,
            distinct_on,
            lock: plan.lock.map(|(strength, wait, first)| {
                Box::new(Lock { strength, wait, of: if first { vec![source] } else { vec![] } })
            }),
            filter,
            group_by,
            having,
            compound,
            order,
            limit,
            offset,
            summary: plan.summary,
        }
    }

    fn derived(&mut self) -> u64 {
        let id = self.number();
        self.scope.push(Scoped::Derived(id));
        id
    }

    fn compound(&mut self, plan: &SelectPlan) -> (Vec<(SetOperator, Select)>, Vec<Order>) {
        let parts = plan.compound.iter().map(|(operator, part)| (*operator, self.select(part)));
        let order = plan.order.iter().enumerate().map(|(column, &(_, direction, nulls))| {
            let expression = Expression::Position { column, decimal: nulls == Nulls::First };
            Order { expression, direction, nulls }
        });
        (parts.collect(), order.collect())
    }

    fn cte(&mut self, plan: &(&'static str, bool, Option<bool>, SelectPlan)) -> Cte {
        let &(name, recursive, materialized, ref query) = plan;
        let id = self.number();
        if recursive {
            self.ctes.push(id);
        }
        let cte = Cte { recursive, materialized, ..Cte::new(id, name, self.select(query)) };
        if !recursive {
            self.ctes.push(id);
        }
        cte
    }

    /// The kind of a value belongs to the shape: it follows from the value's place.
    fn value(&mut self) -> Value {
        self.next += 1;
        match (self.next - self.start) % 4 {
            0 => Value::Text(format!("'{}' ?1 \"x\"", self.next)),
            1 => Value::Null,
            2 => Value::Blob(vec![0; usize::try_from(self.next).unwrap_or(0)]),
            _ => Value::Integer(self.next),
        }
    }

    fn list(&mut self) -> Value {
        self.next += 1;
        let empty = (self.next - self.start) % 3 == 0;
        let length = if empty { 0 } else { 1 + self.next % 4 };
        Value::List((0..length).map(Value::Integer).collect())
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

    pub fn expression(&mut self, part: &Part) -> Expression {
        match part {
            Part::Column(..) if self.scope.is_empty() => Expression::Value(self.value()),
            Part::Excluded(column) => match self.excluded {
                Some(source) => Expression::Excluded(source, column.index(source.table.columns.len())),
                None => Expression::Value(self.value()),
            },
            Part::Column(source, column) => match self.scope[source.index(self.scope.len())] {
                Scoped::Table(source) => Expression::column(source, column.index(source.table.columns.len())),
                Scoped::Derived(source) => {
                    let column = column.index(4);
                    Expression::Output { source, column, decimal: column == 3 }
                }
            },
            Part::Value => Expression::Value(self.value()),
            Part::Literal(number) => Expression::Literal(*number),
            Part::LiteralText(text) => Expression::LiteralText((*text).into()),
            Part::Parameter => Expression::Parameter,
            Part::Unary(operator, part) => Expression::unary(*operator, self.expression(part)),
            Part::Binary(operator, pair) => Expression::Binary(*operator, self.pair(pair)),
            Part::And(parts) => Expression::And(self.parts(parts)),
            Part::Or(parts) => Expression::Or(self.parts(parts)),
            Part::In(part) => Expression::In(Box::new(self.expression(part)), self.list()),
            Part::Match(kind, pair) => Expression::Match(*kind, self.pair(pair)),
            Part::Function(function, parts) => Expression::Function(*function, self.parts(parts)),
            Part::Row(parts) => Expression::Row(self.parts(parts)),
            Part::Case(branches, otherwise) => {
                let branches = branches.iter().map(|branch| *self.pair(branch)).collect();
                Expression::Case(Box::new(Case { branches, otherwise: self.filter(otherwise.as_deref()) }))
            }
            Part::Cast(part, from, to) => {
                let conversion = Conversion { from: *from, to: *to };
                Expression::Cast(Box::new(self.expression(part)), conversion)
            }
            Part::Call(function, parts) => Expression::Call(function, self.parts(parts)),
            Part::Raw(pieces, parts) => {
                Expression::Raw(Box::new(Raw::new(pieces.iter().copied(), self.parts(parts))))
            }
            Part::Aggregate(plan) => Expression::Aggregate(Box::new(self.aggregate(plan))),
            Part::Window(plan) => Expression::Window(Box::new(self.window(plan))),
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

    fn aggregate(&mut self, plan: &AggregatePlan) -> Aggregate {
        // Its condition has the first values.
        let filter = self.filter(plan.filter.as_ref());
        Aggregate {
            function: plan.function,
            arguments: self.parts(&plan.arguments),
            distinct: plan.distinct,
            filter,
            order: self.orders(&plan.order),
            ty: plan.ty,
        }
    }

    fn window(&mut self, plan: &WindowPlan) -> Window {
        let function = match plan.function {
            Some(function) => Windowed::Function(function, self.parts(&plan.aggregate.arguments)),
            None => Windowed::Aggregate(self.aggregate(&plan.aggregate)),
        };
        Window {
            function,
            partition: self.parts(&plan.partition),
            order: self.orders(&plan.order),
            frame: plan.frame.as_ref().map(|(unit, [start, end], exclude)| {
                let [start, end] = [self.bound(start), self.bound(end)];
                Frame { unit: *unit, start, end, exclude: *exclude }
            }),
        }
    }

    fn bound(&mut self, (kind, distance): &(u8, Part)) -> Bound {
        match kind {
            0 => Bound::UnboundedPreceding,
            1 => Bound::Preceding(self.expression(distance)),
            2 => Bound::CurrentRow,
            3 => Bound::Following(self.expression(distance)),
            _ => Bound::UnboundedFollowing,
        }
    }

    fn orders(&mut self, orders: &[OrderPlan]) -> Vec<Order> {
        orders.iter().map(|order| self.order(order)).collect()
    }

    fn order(&mut self, (part, direction, nulls): &OrderPlan) -> Order {
        Order { expression: self.expression(part), direction: *direction, nulls: *nulls }
    }

    pub fn statement(&mut self, plan: &Plan) -> Statement {
        match plan {
            Plan::Explain(plan) => Statement::Explain(Box::new(Statement::Select(self.select(plan)))),
            Plan::Select(plan) => Statement::Select(self.select(plan)),
            Plan::Insert { columns, rows, conflict, returning } => {
                let columns = columns.iter().map(|index| self.column(index)).collect();
                let rows = self.rows(rows);
                let source = self.source(true);
                let conflict = conflict.as_ref().map(|conflict| self.conflict(source, conflict));
                let returning = self.parts(returning);
                Statement::Insert(Insert { source, columns, rows, conflict, returning })
            }
            Plan::Update { assignments, from, filter, returning } => {
                let source = self.source(true);
                let (from, joins) = match from {
                    None => (None, vec![]),
                    Some((own, joins)) => {
                        let from = self.source(*own).into();
                        let sources: Vec<_> = joins.iter().map(|_| self.source(false)).collect();
                        (Some(from), joins.iter().zip(sources).collect())
                    }
                };
                let assignments = self.assignments(assignments);
                let joins = joins.into_iter().map(|((kind, on), source)| {
                    let on = on.as_ref().filter(|_| *kind != JoinKind::Cross);
                    Join { kind: *kind, source: source.into(), on: self.filter(on), nested: 0 }
                });
                let joins = joins.collect();
                let filter = self.filter(filter.as_ref());
                let returning = self.parts(returning);
                Statement::Update(Update { source, assignments, from, joins, filter, returning })
            }
            Plan::Delete { filter, returning } => {
                let source = self.source(true);
                let filter = self.filter(filter.as_ref());
                Statement::Delete(Delete { source, from: None, filter, returning: self.parts(returning) })
            }
        }
    }

    fn assignments(&mut self, plan: &[(Index, Part)]) -> Vec<(usize, Expression)> {
        plan.iter().map(|(index, part)| (self.column(index), self.expression(part))).collect()
    }

    /// New rows, of expressions that see nothing.
    fn rows(&mut self, plan: &RowsPlan) -> Rows {
        match plan {
            RowsPlan::Bound => Rows::Bound,
            RowsPlan::Values(rows) => Rows::Values(rows.iter().map(|row| self.parts(row)).collect()),
            RowsPlan::Select(plan) => Rows::Select(Box::new(self.select(plan))),
        }
    }

    fn conflict(&mut self, source: Source, plan: &ConflictPlan) -> Conflict {
        let (target, condition, assignments, filter) = plan;
        let target = target.iter().map(|index| self.column(index)).collect();
        let condition = self.filter(condition.as_ref());
        self.excluded = Some(source);
        let action = match assignments {
            None => ConflictAction::Nothing,
            Some(assignments) => ConflictAction::Update {
                assignments: self.assignments(assignments),
                filter: self.filter(filter.as_ref()),
            },
        };
        self.excluded = None;
        Conflict { target, condition, action }
    }
}
