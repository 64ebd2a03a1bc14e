use super::Writer;
use crate::{Direction, Error, Expression, Nulls, Order, Relation, Result, Select, Selected, Summary};

impl Writer {
    pub(super) fn select(&mut self, select: &Select) -> Result<()> {
        self.in_scope(select, |writer| match select.summary {
            None => writer.rows(select),
            Some(Summary::Exists) => {
                writer.push("SELECT EXISTS (");
                writer.rows(select)?;
                writer.push(")");
                Ok(())
            }
            Some(Summary::Count) if counts_what_it_selects(select) => {
                writer.push("SELECT count(*) FROM (");
                writer.rows(select)?;
                writer.push(")");
                Ok(())
            }
            Some(Summary::Count) => {
                writer.push("SELECT count(*)");
                writer.rest(select)
            }
        })
    }

    fn rows(&mut self, select: &Select) -> Result<()> {
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        match &select.columns {
            Selected::Table => self.all_columns(&select.source)?,
            Selected::Expressions(expressions) if expressions.is_empty() => {
                return Err(Error::invalid("a select has no columns"));
            }
            Selected::Expressions(expressions) => self.separated(", ", expressions, Writer::expression)?,
            Selected::Nothing => self.push("1"),
        }
        self.rest(select)
    }

    fn all_columns(&mut self, relation: &Relation) -> Result<()> {
        let Relation::Table(source) = relation;
        self.separated(", ", 0..source.table.columns.len(), |writer, column| writer.column(*source, column))
    }

    /// `FROM` and what follows it.
    fn rest(&mut self, select: &Select) -> Result<()> {
        self.from(select)?;
        self.filter(select.filter.as_ref())?;
        if !select.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.separated(", ", &select.group_by, Writer::key)?;
        }
        if let Some(having) = &select.having {
            self.push(" HAVING ");
            self.expression(having)?;
        }
        self.order(&select.order)?;
        self.limit(select)
    }

    pub(super) fn order(&mut self, order: &[Order]) -> Result<()> {
        self.push(if order.is_empty() { "" } else { " " });
        self.order_list(order)
    }

    pub(super) fn order_list(&mut self, order: &[Order]) -> Result<()> {
        self.push(if order.is_empty() { "" } else { "ORDER BY " });
        self.separated(", ", order, |writer, order| {
            writer.key(&order.expression)?;
            if order.direction == Direction::Descending {
                writer.push(" DESC");
            }
            writer.push(match order.nulls {
                Nulls::Default => "",
                Nulls::First => " NULLS FIRST",
                Nulls::Last => " NULLS LAST",
            });
            Ok(())
        })
    }

    /// What rows are grouped or sorted by. A number alone would be the position of a column.
    pub(super) fn key(&mut self, expression: &Expression) -> Result<()> {
        let Expression::Literal(number) = expression else { return self.compared(expression) };
        self.push("(SELECT ");
        self.push(&number.to_string());
        self.push(")");
        Ok(())
    }

    fn limit(&mut self, select: &Select) -> Result<()> {
        match (&select.limit, &select.offset, self.dialect.no_limit) {
            (Some(_), ..) => {
                self.push(" LIMIT ");
                self.parameter();
            }
            (None, Some(_), Some(no_limit)) => {
                self.push(" LIMIT ");
                self.push(no_limit);
            }
            (None, ..) => {}
        }
        if select.offset.is_some() {
            self.push(" OFFSET ");
            self.parameter();
        }
        Ok(())
    }
}

/// Whether the number of rows depends on more than the table and the condition.
fn counts_what_it_selects(select: &Select) -> bool {
    let expressions = matches!(select.columns, Selected::Expressions(_));
    let grouped = !select.group_by.is_empty() || select.having.is_some();
    expressions || grouped || select.distinct || select.limit.is_some() || select.offset.is_some()
}
