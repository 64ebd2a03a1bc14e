//! What a part of a statement reads.

use crate::{Expression, Relation, Select, Selected, Source, Table, Windowed};

impl Expression {
    /// Whether it, or a part of it, is what is asked for. Selects within are looked into.
    pub(super) fn has(&self, found: &mut dyn FnMut(&Expression) -> bool) -> bool {
        if found(self) {
            return true;
        }
        let mut any = |expressions: &mut dyn Iterator<Item = &Expression>| {
            // A trait object has no `any`.
            for expression in expressions {
                if expression.has(found) {
                    return true;
                }
            }
            false
        };
        match self {
            Expression::Unary(_, operand) | Expression::Cast(operand, _) | Expression::In(operand, _) => {
                operand.has(found)
            }
            Expression::Binary(_, operands) | Expression::Match(_, operands) => {
                operands.0.has(found) || operands.1.has(found)
            }
            Expression::And(parts)
            | Expression::Or(parts)
            | Expression::Row(parts)
            | Expression::Function(_, parts)
            | Expression::Call(_, parts) => any(&mut parts.iter()),
            Expression::Raw(raw) => any(&mut raw.arguments.iter()),
            Expression::Case(case) => {
                let branches = case.branches.iter().flat_map(|(condition, value)| [condition, value]);
                any(&mut branches.chain(&case.otherwise))
            }
            Expression::Aggregate(aggregate) => {
                let order = aggregate.order.iter().map(|order| &order.expression);
                any(&mut aggregate.arguments.iter().chain(&aggregate.filter).chain(order))
            }
            Expression::Window(window) => {
                let function = match &window.function {
                    Windowed::Aggregate(aggregate) => &aggregate.arguments,
                    Windowed::Function(_, arguments) => arguments,
                };
                let order = window.order.iter().map(|order| &order.expression);
                any(&mut function.iter().chain(&window.partition).chain(order))
            }
            Expression::Exists(select) | Expression::Scalar(select) => select.has(found),
            Expression::InSelect(operand, select) => operand.has(found) || select.has(found),
            Expression::Column(..)
            | Expression::Excluded(..)
            | Expression::Output { .. }
            | Expression::Position { .. }
            | Expression::Value(_)
            | Expression::Literal(_)
            | Expression::LiteralText(_)
            | Expression::Parameter => false,
        }
    }

    /// Whether a column of a source is in it.
    pub(super) fn reads(&self, source: Source, column: usize) -> bool {
        self.has(&mut |part| matches!(part, Expression::Column(of, read) if *of == source && *read == column))
    }

    /// Whether a select in it reads a table.
    pub(super) fn selects_from(&self, table: &Table) -> bool {
        self.has(&mut |part| match part {
            Expression::Exists(select) | Expression::Scalar(select) | Expression::InSelect(_, select) => {
                select.reads_from(table)
            }
            _ => false,
        })
    }
}

impl Select {
    fn has(&self, found: &mut dyn FnMut(&Expression) -> bool) -> bool {
        let selected = match &self.columns {
            Selected::Expressions(expressions) => &expressions[..],
            Selected::Table | Selected::Nothing => &[],
        };
        let order = self.order.iter().map(|order| &order.expression);
        let joins = self.joins.iter().filter_map(|join| join.on.as_ref());
        let mut own = selected
            .iter()
            .chain(&self.distinct_on)
            .chain(&self.filter)
            .chain(&self.group_by)
            .chain(&self.having)
            .chain(order)
            .chain(joins);
        own.any(|expression| expression.has(found)) || self.selects().any(|select| select.has(found))
    }

    /// The selects that it is made of.
    fn selects(&self) -> impl Iterator<Item = &Select> {
        let derived = self.relations().filter_map(|relation| match relation {
            Relation::Select(select, _) => Some(&**select),
            _ => None,
        });
        let compound = self.compound.iter().map(|(_, select)| select);
        derived.chain(compound).chain(self.with.iter().map(|cte| &cte.query))
    }

    fn relations(&self) -> impl Iterator<Item = &Relation> {
        std::iter::once(&self.source).chain(self.joins.iter().map(|join| &join.source))
    }

    /// Whether it reads a table, itself or in a select of its own.
    pub(super) fn reads_from(&self, table: &Table) -> bool {
        self.relations().any(|relation| relation.is_of(table))
            || self.selects().any(|select| select.reads_from(table))
            || self.has(&mut |part| match part {
                Expression::Exists(select) | Expression::Scalar(select) | Expression::InSelect(_, select) => {
                    select.reads_from(table)
                }
                _ => false,
            })
    }
}

impl Relation {
    fn is_of(&self, table: &Table) -> bool {
        matches!(self, Relation::Table(source) if std::ptr::eq(source.table, table))
    }
}
