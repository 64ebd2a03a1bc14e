use super::Writer;
use crate::{Aggregate, AggregateFunction, Error, Expression, Result};

impl Writer {
    /// The condition's parameters have the first numbers, wherever it stands.
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) -> Result<()> {
        self.typed(aggregate, |writer| writer.plain_aggregate(aggregate))
    }

    /// Sums and means as what they are said to be.
    pub(super) fn typed(
        &mut self,
        aggregate: &Aggregate,
        write: impl FnOnce(&mut Writer) -> Result<()>,
    ) -> Result<()> {
        let cast = aggregate.ty.filter(|_| self.dialect.sums_widen).and_then(self.dialect.value_type);
        self.push(if cast.is_some() { "CAST(" } else { "" });
        write(self)?;
        if let Some(name) = cast {
            self.push(" AS ");
            self.push(name);
            self.push(")");
        }
        Ok(())
    }

    pub(super) fn plain_aggregate(&mut self, aggregate: &Aggregate) -> Result<()> {
        self.check_aggregate(aggregate)?;
        let filter = aggregate.filter.as_ref();
        let filter = filter.map(|filter| self.apart(|writer| writer.expression(filter))).transpose()?;
        let (inside, behind) = match self.dialect.aggregate_filter {
            true => (None, filter),
            false => (filter, None),
        };
        self.push(match aggregate.function {
            AggregateFunction::CountRows | AggregateFunction::Count => "count(",
            AggregateFunction::Min => "min(",
            AggregateFunction::Max => "max(",
            AggregateFunction::Sum => "sum(",
            AggregateFunction::Average => "avg(",
            AggregateFunction::Join => self.dialect.join_function,
        });
        self.push(if aggregate.distinct { "DISTINCT " } else { "" });
        self.aggregated(aggregate, inside.as_deref())?;
        self.order(&aggregate.order)?;
        self.push(")");
        if let Some(filter) = behind {
            self.push(" FILTER (WHERE ");
            self.push(&filter);
            self.push(")");
        }
        Ok(())
    }

    fn check_aggregate(&self, aggregate: &Aggregate) -> Result<()> {
        let Aggregate { function, arguments, distinct, .. } = aggregate;
        let (arity, given) = (function.arity(), arguments.len());
        if arity != given {
            return Err(Error::invalid(format!("{function:?} takes {arity} arguments, not {given}")));
        }
        if *distinct && *function == AggregateFunction::CountRows {
            return Err(Error::invalid(
                "rows are counted whole: `distinct` is for the values of an argument",
            ));
        }
        if *distinct && *function == AggregateFunction::Join && !self.dialect.join_distinct {
            return Err(Error::unsupported(self.dialect.name, "join of distinct texts with a separator"));
        }
        Ok(())
    }

    /// The arguments; with a condition, the first of them is NULL for rows that do not meet it.
    fn aggregated(&mut self, aggregate: &Aggregate, condition: Option<&str>) -> Result<()> {
        if let Some(condition) = condition {
            self.push("CASE WHEN ");
            self.push(condition);
            self.push(" THEN ");
        }
        match (aggregate.arguments.first(), condition) {
            (Some(first), _) => self.argument(first)?,
            (None, Some(_)) => self.push("1"),
            (None, None) => self.push("*"),
        }
        self.push(if condition.is_some() { " END" } else { "" });
        for argument in aggregate.arguments.iter().skip(1) {
            self.push(", ");
            self.argument(argument)?;
        }
        Ok(())
    }

    /// Smallest and greatest follow the collation of what they are given.
    pub(super) fn argument(&mut self, expression: &Expression) -> Result<()> {
        if expression.is_decimal() { self.compared(expression) } else { self.expression(expression) }
    }
}
