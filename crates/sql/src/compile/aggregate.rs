use super::Writer;
use super::function::REPEATED;
use crate::dialect::Join;
use crate::{Aggregate, AggregateFunction, Error, Expression, Result, Type};

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
        let is_mean = aggregate.function == AggregateFunction::Average && aggregate.is_decimal();
        if let Some(template) = self.dialect.decimal_mean.filter(|_| is_mean) {
            let mean = self.apart(write)?;
            match mean.len() > REPEATED {
                true => self.push(&mean),
                false => self.push(&template.replace("{0}", &mean)),
            }
            return Ok(());
        }
        let (before, behind) = match aggregate.ty.and_then(self.dialect.sum) {
            Some(template) => template.split_once("{0}").unwrap_or_default(),
            None => ("", ""),
        };
        self.push(before);
        write(self)?;
        self.push(behind);
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
        if let (AggregateFunction::Join, Join::Literal) = (aggregate.function, self.dialect.join) {
            return self.join_literally(aggregate, inside.as_deref());
        }
        let decimals = self.dialect.decimals.as_ref().filter(|_| aggregate.is_decimal());
        let (sum, average) = match decimals {
            Some(decimals) => (decimals.sum, decimals.average),
            None => ("sum", "avg"),
        };
        self.push(match aggregate.function {
            AggregateFunction::CountRows | AggregateFunction::Count => "count",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            AggregateFunction::Sum => sum,
            AggregateFunction::Average => average,
            AggregateFunction::Join => match self.dialect.join {
                Join::Function(function) => function,
                Join::Literal => "",
            },
        });
        let is_open = aggregate.function == AggregateFunction::Join;
        self.push(if is_open { "" } else { "(" });
        self.push(if aggregate.distinct { "DISTINCT " } else { "" });
        let computes = aggregate.function == AggregateFunction::Sum;
        self.computing(computes, |writer| writer.aggregated(aggregate, inside.as_deref()))?;
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
            (Some(first), _) if aggregate.function == AggregateFunction::Average => self.mean_of(first)?,
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

    fn mean_of(&mut self, argument: &Expression) -> Result<()> {
        match self.dialect.mean_of.filter(|_| self.ty(argument) != Some(Type::Decimal)) {
            Some(template) => self.template(template, [argument], Writer::expression),
            None => self.argument(argument),
        }
    }

    /// Texts with the separator before each of them, and without the first one: it can be a value then.
    fn join_literally(&mut self, aggregate: &Aggregate, condition: Option<&str>) -> Result<()> {
        let [text, separator] = &aggregate.arguments[..] else {
            return Err(Error::invalid("texts are joined with one separator"));
        };
        if !matches!(separator, Expression::Value(_) | Expression::LiteralText(_) | Expression::Parameter) {
            return Err(Error::unsupported(
                self.dialect.name,
                "join of texts with a separator that differs by row",
            ));
        }
        let text = self.apart(|writer| writer.argument(text))?;
        let separator = self.apart(|writer| writer.expression(separator))?;
        let joined = self.apart(|writer| {
            writer.push("group_concat(");
            writer.push(if aggregate.distinct { "DISTINCT " } else { "" });
            if let Some(condition) = condition {
                writer.push(&format!("CASE WHEN {condition} THEN "));
            }
            writer.push(&format!("concat({separator}, {text})"));
            writer.push(if condition.is_some() { " END" } else { "" });
            writer.order(&aggregate.order)?;
            writer.push(" SEPARATOR '')");
            Ok(())
        })?;
        // What is as long as can be was cut off, with a warning: the sum is then out of range, which is an error.
        self.push(&format!(
            "substr({joined}, char_length({separator}) + 1 + CASE WHEN octet_length({joined}) >= \
             least(@@group_concat_max_len, @@max_allowed_packet) - 4 THEN 9223372036854775807 ELSE 0 END)"
        ));
        Ok(())
    }

    /// Smallest and greatest follow the collation of what they are given.
    pub(super) fn argument(&mut self, expression: &Expression) -> Result<()> {
        if expression.is_decimal() { self.compared(expression) } else { self.expression(expression) }
    }
}
