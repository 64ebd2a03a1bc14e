use super::Writer;
use super::compound::Widens;
use crate::compiled::Limit;
use crate::{Direction, Error, Expression, Lock, LockWait, Nulls, Order, Result, Select, Selected, Summary};

impl Writer {
    /// A select; with `named`, its columns get names by which the select around it knows them.
    pub(super) fn select(&mut self, select: &Select, named: bool) -> Result<()> {
        self.without_keys(|writer| writer.whole(select, named))
    }

    fn whole(&mut self, select: &Select, named: bool) -> Result<()> {
        let widens = std::mem::take(&mut self.widens);
        let outer = self.with(&select.with)?;
        self.widens = widens;
        match select.summary {
            None => self.rows(select, named)?,
            Some(Summary::Exists) => {
                self.push("SELECT EXISTS (");
                self.rows(select, false)?;
                self.push(")");
                self.output_name(0, named)?;
            }
            Some(Summary::Count) if counts_what_it_selects(select) => {
                self.push("SELECT count(*)");
                self.output_name(0, named)?;
                self.push(" FROM (");
                self.rows(select, self.dialect.derived_columns)?;
                self.push(")");
                self.derived_name("counted");
            }
            Some(Summary::Count) => self.in_scope(select, |writer| {
                writer.push("SELECT count(*)");
                writer.output_name(0, named)?;
                writer.rest(select)?;
                writer.order(&select.order)
            })?,
        }
        self.without(outer);
        Ok(())
    }

    /// A select but for what is around all of its rows.
    pub(super) fn rows(&mut self, select: &Select, named: bool) -> Result<()> {
        let start = self.text.len();
        let is_kept = !select.compound.is_empty() || named && self.dialect.short_values;
        if is_kept && self.widens == Widens::Nothing {
            self.widens = Widens::Values;
        }
        self.in_scope(select, |writer| {
            writer.distinct(select)?;
            writer.selected(select, named)?;
            writer.rest(select)?;
            match select.compound.is_empty() {
                true => writer.end(select),
                false => Ok(()),
            }
        })?;
        if select.compound.is_empty() {
            return Ok(());
        }
        self.compound(&select.compound, start)?;
        self.end(select)
    }

    /// Whether it is a column that cannot be NULL, of a table that no row lacks.
    pub(super) fn is_never_null(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Column(source, column) => {
                self.sources.is_there(*source)
                    && source.table.columns.get(*column).is_some_and(|column| !column.nullable)
            }
            _ => false,
        }
    }

    /// A name that nobody asks for, where a select in `FROM` must have one.
    pub(super) fn derived_name(&mut self, name: &str) {
        if self.dialect.derived_names {
            self.push(" AS ");
            self.push(name);
        }
    }

    fn distinct(&mut self, select: &Select) -> Result<()> {
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        if select.distinct_on.is_empty() {
            return Ok(());
        }
        if !self.dialect.distinct_on {
            return Err(Error::unsupported(self.dialect.name, "DISTINCT ON"));
        }
        if select.distinct {
            return Err(Error::invalid("rows are distinct as a whole or in some expressions, not both"));
        }
        self.push("DISTINCT ON (");
        self.separated(", ", &select.distinct_on, Writer::expression)?;
        self.push(") ");
        Ok(())
    }

    /// What stands behind the parts of a select.
    fn end(&mut self, select: &Select) -> Result<()> {
        self.order(&select.order)?;
        self.limit(select)?;
        let Some(lock) = &select.lock else { return Ok(()) };
        if !select.compound.is_empty() {
            return Err(Error::invalid("the rows of a compound select are not locked"));
        }
        self.lock(lock)
    }

    fn lock(&mut self, lock: &Lock) -> Result<()> {
        let Some(words) = (self.dialect.lock)(lock.strength) else {
            let what = format!("lock of rows ({})", lock.strength.words().trim_start());
            return Err(Error::unsupported(self.dialect.name, what));
        };
        if !lock.of.is_empty() && !self.dialect.lock_of {
            return Err(Error::unsupported(self.dialect.name, "lock of the rows of some tables (OF)"));
        }
        self.push(words);
        self.push(if lock.of.is_empty() { "" } else { " OF " });
        self.separated(", ", &lock.of, |writer, &source| writer.alias(source))?;
        self.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::Fail => " NOWAIT",
            LockWait::Skip => " SKIP LOCKED",
        });
        Ok(())
    }

    fn selected(&mut self, select: &Select, named: bool) -> Result<()> {
        let widens = std::mem::take(&mut self.widens);
        match &select.columns {
            Selected::Table => self.all_columns(&select.source, named),
            Selected::Expressions(expressions) if expressions.is_empty() => {
                Err(Error::invalid("a select has no columns"))
            }
            Selected::Expressions(expressions) => {
                self.separated(", ", expressions.iter().enumerate(), |writer, (column, expression)| {
                    let is_key = select.group_by.contains(expression);
                    let widens = if is_key && widens == Widens::Values { Widens::Nothing } else { widens };
                    writer.selected_expression(expression, widens)?;
                    writer.output_name(column, named)
                })
            }
            Selected::Nothing => {
                self.push("1");
                self.output_name(0, named)
            }
        }
    }

    /// Widened, where its type would bound those of other rows.
    fn selected_expression(&mut self, expression: &Expression, widens: Widens) -> Result<()> {
        match self.ty(expression).filter(|&ty| widens.widens(expression, ty)).and_then(self.dialect.recursive)
        {
            Some(template) => self.template(template, [expression], Writer::expression),
            None => self.expression(expression),
        }
    }

    /// `FROM` and what follows it.
    fn rest(&mut self, select: &Select) -> Result<()> {
        self.from(&select.source, &select.joins)?;
        self.filter(select.filter.as_ref())?;
        if !select.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.separated(", ", &select.group_by, Writer::key)?;
        }
        if let Some(having) = &select.having {
            self.push(" HAVING ");
            if !self.dialect.having_expressions {
                let is_column =
                    |key: &&Expression| matches!(key, Expression::Column(..) | Expression::Output { .. });
                self.keys = select.group_by.iter().filter(|key| !is_column(key)).cloned().collect();
            }
            self.expression(having)?;
            self.keys.clear();
        }
        Ok(())
    }

    pub(super) fn order(&mut self, order: &[Order]) -> Result<()> {
        self.push(if order.is_empty() { "" } else { " " });
        self.order_list(order)
    }

    pub(super) fn order_list(&mut self, order: &[Order]) -> Result<()> {
        self.push(if order.is_empty() { "" } else { "ORDER BY " });
        self.separated(", ", order, |writer, order| {
            if !writer.dialect.nulls_order {
                return writer.order_with_nulls(order);
            }
            writer.key(&order.expression)?;
            if order.direction == Direction::Descending {
                writer.push(" DESC");
            }
            writer.push(match (order.nulls, order.direction) {
                (Nulls::First, _) => " NULLS FIRST",
                (Nulls::Last, _) => " NULLS LAST",
                (Nulls::Default, _)
                    if !writer.dialect.nulls_last || writer.is_never_null(&order.expression) =>
                {
                    ""
                }
                (Nulls::Default, Direction::Ascending) => " NULLS FIRST",
                (Nulls::Default, Direction::Descending) => " NULLS LAST",
            });
            Ok(())
        })
    }

    /// NULL where it is wanted: it is the smallest of all values, so that another place takes a key of its own.
    fn order_with_nulls(&mut self, order: &Order) -> Result<()> {
        let key = self.apart(|writer| writer.key(&order.expression))?;
        let apart = match (order.nulls, order.direction) {
            (Nulls::First, Direction::Descending) => Some(" IS NOT NULL, "),
            (Nulls::Last, Direction::Ascending) => Some(" IS NULL, "),
            _ => None,
        };
        if let Some(test) = apart {
            if matches!(order.expression, Expression::Position { .. }) {
                return Err(Error::unsupported(
                    self.dialect.name,
                    "place of NULL in the order of a column that is named by its position",
                ));
            }
            self.push("(");
            self.push(&key);
            self.push(")");
            self.push(test);
        }
        self.push(&key);
        self.push(if order.direction == Direction::Descending { " DESC" } else { "" });
        Ok(())
    }

    /// What rows are grouped or sorted by. A number alone would be the position of a column.
    pub(super) fn key(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Literal(number) => {
                self.push("(SELECT ");
                self.push(&number.to_string());
                self.push(")");
            }
            Expression::Position { column, decimal } => {
                self.push(&column.saturating_add(1).to_string());
                if *decimal {
                    self.decimal_collation();
                }
            }
            other => self.compared(other)?,
        }
        Ok(())
    }

    fn limit(&mut self, select: &Select) -> Result<()> {
        match (&select.limit, &select.offset, self.dialect.no_limit) {
            (Some(_), ..) => {
                self.push(" LIMIT ");
                let start = self.text.len();
                self.parameter();
                self.limit = Some(Limit { value: self.parameters - 1, place: start..self.text.len() });
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
    let compound = !select.compound.is_empty();
    let locked = select.lock.is_some() || !select.distinct_on.is_empty();
    locked
        || expressions
        || grouped
        || compound
        || select.distinct
        || select.limit.is_some()
        || select.offset.is_some()
}
