use super::Writer;
use crate::{Direction, Nulls, Order, Result, Select, Selected, Summary};

impl Writer {
    pub(super) fn select(&mut self, select: &Select) -> Result<()> {
        match select.summary {
            None => self.rows(select),
            Some(Summary::Exists) => {
                self.push("SELECT EXISTS (");
                self.rows(select)?;
                self.push(")");
                Ok(())
            }
            Some(Summary::Count) if counts_what_it_selects(select) => {
                self.push("SELECT count(*) FROM (");
                self.rows(select)?;
                self.push(")");
                Ok(())
            }
            Some(Summary::Count) => {
                self.push("SELECT count(*)");
                self.from(select)
            }
        }
    }

    fn rows(&mut self, select: &Select) -> Result<()> {
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        match &select.columns {
            Selected::Table => {
                self.separated(", ", select.table.columns, |writer, column| writer.name(column.name))?;
            }
            Selected::Expressions(expressions) => self.separated(", ", expressions, Writer::expression)?,
            Selected::Nothing => self.push("1"),
        }
        self.from(select)
    }

    /// `FROM` and what follows it.
    fn from(&mut self, select: &Select) -> Result<()> {
        self.push(" FROM ");
        self.name(select.table.name)?;
        self.filter(select.filter.as_ref())?;
        self.order(&select.order)?;
        self.limit(select)
    }

    fn order(&mut self, order: &[Order]) -> Result<()> {
        if order.is_empty() {
            return Ok(());
        }
        self.push(" ORDER BY ");
        self.separated(", ", order, |writer, order| {
            writer.compared(&order.expression)?;
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
    expressions || select.distinct || select.limit.is_some() || select.offset.is_some()
}
