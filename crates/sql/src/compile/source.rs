use std::borrow::Cow;

use super::Writer;
use crate::dialect::Together;
use crate::repeat::shared;
use crate::source::{Key, Scope};
use crate::{Error, Join, JoinKind, Relation, Result, Select, Source, Type};

/// The sources in scope, by the names that they have in the text.
#[derive(Default)]
pub(crate) struct Sources {
    pub(super) scope: Scope,
    /// The name of each source in scope.
    aliases: Vec<Cow<'static, str>>,
    /// Whether a row may lack it, as an outer join leaves it empty.
    missing: Vec<bool>,
    /// The name of each common table expression in scope.
    pub(super) ctes: Vec<String>,
    /// The tables of the statement, as far as it was written.
    tables: Vec<&'static str>,
    /// How many sources there were so far.
    count: usize,
    /// Whether columns are written with their source.
    pub(super) qualified: bool,
}

impl Sources {
    /// Those to write the statement with again, where a first attempt showed that it has several.
    pub(super) fn qualified(self) -> Option<Sources> {
        (self.count > 1).then(|| Sources { tables: self.tables, qualified: true, ..Sources::default() })
    }

    /// Adds a source under its own name, or that with a number where another in scope has it.
    fn add(&mut self, source: impl Into<Key>, name: Cow<'static, str>) -> Result<()> {
        if !self.scope.add(source) {
            return Err(Error::invalid(format!("{name:?} is twice in a select under one number")));
        }
        let alias = match self.aliases.is_empty() {
            true => name,
            false => {
                unlike(&name, |alias| self.aliases.iter().any(|other| other.to_lowercase() == alias)).into()
            }
        };
        self.aliases.push(alias);
        self.missing.push(false);
        self.count += 1;
        Ok(())
    }

    /// A name for a common table expression. One that a table has would hide the table.
    pub(super) fn cte_name(&self, name: &str) -> String {
        let hides = |alias: &str| {
            self.tables.iter().any(|table| table.to_lowercase() == alias)
                || self.ctes.iter().any(|other| other.to_lowercase() == alias)
        };
        unlike(name, hides)
    }

    fn find(&self, source: Source) -> Result<Cow<'static, str>> {
        match self.scope.find(source) {
            Some(number) => Ok(self.aliases[number].clone()),
            None => Err(Error::invalid(format!(
                "a column of the table {:?} is used where the statement does not read the table",
                source.table.name
            ))),
        }
    }

    /// Whether each row has a row of the source.
    pub(super) fn is_there(&self, source: Source) -> bool {
        self.scope.find(source).is_some_and(|number| !self.missing[number])
    }

    fn find_derived(&self, id: u64) -> Result<Cow<'static, str>> {
        match self.scope.find(Key::derived(id)) {
            Some(number) => Ok(self.aliases[number].clone()),
            None => Err(Error::invalid(
                "a column of a select is used where the statement does not read the select",
            )),
        }
    }

    fn find_cte(&self, id: u64) -> Result<&str> {
        match self.scope.find_cte(id) {
            Some(number) => Ok(&self.ctes[number]),
            None => {
                Err(Error::invalid("a common table expression is read where there is none of its number"))
            }
        }
    }
}

/// The name, or the first with a number behind it, that is not taken. SQL compares names without case.
fn unlike(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut alias = name.to_owned();
    let mut number = 1;
    while is_taken(&alias.to_lowercase()) {
        number += 1;
        alias = format!("{name}_{number}");
    }
    alias
}

impl Writer {
    /// Writes a select, or a part of one, that its sources are in scope of.
    pub(super) fn in_scope(
        &mut self,
        select: &Select,
        write: impl FnOnce(&mut Writer) -> Result<()>,
    ) -> Result<()> {
        let outer = self.sources.scope.enter();
        let aliases = self.sources.aliases.len();
        self.add_relation(&select.source)?;
        self.add_joins(&select.joins, aliases)?;
        let repeats = self.repeats.enter(shared(select).cloned());
        write(self)?;
        self.repeats.leave(repeats);
        self.sources.scope.leave(outer);
        self.sources.aliases.truncate(aliases);
        self.sources.missing.truncate(aliases);
        Ok(())
    }

    /// What is joined to the sources from a place on.
    fn add_joins(&mut self, joins: &[Join], before: usize) -> Result<()> {
        let mut rest = joins;
        while let Some((join, behind)) = rest.split_first() {
            let (nested, behind) = behind.split_at(join.nested.min(behind.len()));
            if matches!(join.kind, JoinKind::Right | JoinKind::Full) {
                self.sources.missing[before..].fill(true);
            }
            let own = self.sources.missing.len();
            self.add_relation(&join.source)?;
            self.add_joins(nested, own)?;
            if matches!(join.kind, JoinKind::Left | JoinKind::Full) {
                self.sources.missing[own..].fill(true);
            }
            rest = behind;
        }
        Ok(())
    }

    pub(super) fn add_relation(&mut self, relation: &Relation) -> Result<()> {
        self.note_types(relation);
        match relation {
            Relation::Table(source) => self.add_target(*source),
            Relation::Select(_, id) | Relation::Bound { id, .. } => {
                self.sources.add(Key::derived(*id), "derived".into())
            }
            Relation::Cte { cte, id } => {
                let name = self.sources.find_cte(*cte)?.to_owned();
                self.sources.add(Key::derived(*id), name.into())
            }
        }
    }

    /// The types of the columns of what is read, for databases whose operators depend on them.
    fn note_types(&mut self, relation: &Relation) {
        let (id, types) = match relation {
            Relation::Table(_) => return,
            Relation::Select(select, id) => (*id, self.types_of(select)),
            Relation::Bound { types, id, .. } => (*id, types.iter().copied().map(Some).collect()),
            Relation::Cte { cte, id } => {
                let known = self.ctes.iter().rfind(|(known, _)| known == cte);
                (*id, known.map(|(_, types)| types.clone()).unwrap_or_default())
            }
        };
        self.outputs.push((id, types));
    }

    pub(super) fn types_of(&mut self, select: &Select) -> Vec<Option<Type>> {
        if self.dialect.whole_division.is_none() {
            return Vec::new();
        }
        for cte in &select.with {
            let types = self.types_of(&cte.query);
            self.ctes.push((cte.id, types));
        }
        let joined = select.joins.iter().map(|join| &join.source);
        std::iter::once(&select.source).chain(joined).for_each(|relation| self.note_types(relation));
        select.types(&|id, column| {
            let (_, types) = self.outputs.iter().rfind(|(known, _)| *known == id)?;
            types.get(column).copied().flatten()
        })
    }

    pub(super) fn add_target(&mut self, source: Source) -> Result<()> {
        self.sources.tables.push(source.table.name);
        self.sources.add(source, source.table.name.into())
    }

    /// The name of a source.
    pub(super) fn alias(&mut self, source: Source) -> Result<()> {
        let alias = self.sources.find(source)?;
        self.name(&alias)
    }

    /// A column, with its source where there are several.
    pub(super) fn column(&mut self, source: Source, column: usize) -> Result<()> {
        let alias = self.sources.find(source)?;
        self.qualifier(&alias)?;
        self.name(source.table.columns[column].name)
    }

    /// A column of a select or common table expression.
    pub(super) fn output(&mut self, source: u64, column: usize) -> Result<()> {
        let alias = self.sources.find_derived(source)?;
        self.qualifier(&alias)?;
        self.name(&output_name(column))
    }

    fn qualifier(&mut self, alias: &str) -> Result<()> {
        if self.sources.qualified {
            self.name(alias)?;
            self.push(".");
        }
        Ok(())
    }

    /// Every column of what a select reads first.
    pub(super) fn all_columns(&mut self, relation: &Relation, named: bool) -> Result<()> {
        match relation {
            Relation::Table(source) => {
                self.separated(", ", 0..source.table.columns.len(), |writer, column| {
                    match source.table.columns[column].deferred {
                        true => writer.push("NULL"),
                        false => writer.column(*source, column)?,
                    }
                    writer.output_name(column, named)
                })
            }
            Relation::Select(_, id) | Relation::Cte { id, .. } | Relation::Bound { id, .. } => {
                let alias = self.sources.find_derived(*id)?;
                self.name(&alias)?;
                self.push(".*");
                Ok(())
            }
        }
    }

    /// The name of a select's column, for the select around it.
    pub(super) fn output_name(&mut self, column: usize, named: bool) -> Result<()> {
        if named {
            self.push(" AS ");
            self.name(&output_name(column))?;
        }
        Ok(())
    }

    /// `FROM`, with all that is joined.
    pub(super) fn from(&mut self, source: &Relation, joins: &[Join]) -> Result<()> {
        self.push(" FROM ");
        self.relation(source)?;
        self.joins(joins)
    }

    fn joins(&mut self, joins: &[Join]) -> Result<()> {
        let mut rest = joins;
        while let Some((join, behind)) = rest.split_first() {
            let (nested, behind) = behind.split_at(join.nested.min(behind.len()));
            self.join(join, nested)?;
            rest = behind;
        }
        Ok(())
    }

    pub(super) fn relation(&mut self, relation: &Relation) -> Result<()> {
        let (name, alias) = match relation {
            Relation::Table(source) => (Some(Cow::from(source.table.name)), self.sources.find(*source)?),
            Relation::Select(select, id) => {
                self.sources.scope.hide(true);
                self.push("(");
                self.select(select, true)?;
                self.push(")");
                self.sources.scope.hide(false);
                (None, self.sources.find_derived(*id)?)
            }
            Relation::Cte { cte, id } => {
                (Some(self.sources.find_cte(*cte)?.to_owned().into()), self.sources.find_derived(*id)?)
            }
            Relation::Bound { types, rows, id } => {
                let alias = self.sources.find_derived(*id)?;
                return self.bound_rows_read(types, *rows, &alias);
            }
        };
        if let Some(name) = &name {
            match (relation, self.written) {
                // A copy of the table that is written, which the database does not look through.
                (Relation::Table(source), Some(written)) if std::ptr::eq(source.table, written.table) => {
                    self.push("(SELECT * FROM ");
                    self.name(name)?;
                    self.push(" LIMIT 18446744073709551615)");
                    self.push(" AS ");
                    return self.name(&alias);
                }
                _ => self.name(name)?,
            }
        }
        if name.as_ref() != Some(&alias) {
            self.push(" AS ");
            self.name(&alias)?;
        }
        Ok(())
    }

    /// Rows of parameters.
    fn bound_rows_read(&mut self, types: &[Type], rows: usize, alias: &str) -> Result<()> {
        if types.is_empty() || rows == 0 {
            return Err(Error::invalid("rows that are bound are some, and have columns"));
        }
        if !matches!(self.dialect.write.together, Together::Values(_)) {
            return Err(Error::unsupported(self.dialect.name, "rows that are bound, read as a table"));
        }
        self.push("(");
        self.separated(" UNION ALL ", 0..rows, |writer, row| writer.bound_row(types, row == 0))?;
        self.push(") AS ");
        self.name(alias)
    }

    fn bound_row(&mut self, types: &[Type], named: bool) -> Result<()> {
        self.push("SELECT ");
        self.separated(", ", types.iter().enumerate(), |writer, (column, ty)| {
            match (writer.dialect.value_type)(*ty) {
                None => writer.parameter(),
                Some(ty) => {
                    writer.push("CAST(");
                    writer.parameter();
                    writer.push(" AS ");
                    writer.push(ty);
                    writer.push(")");
                }
            }
            writer.output_name(column, named)
        })
    }

    fn join(&mut self, join: &Join, nested: &[Join]) -> Result<()> {
        if join.kind == JoinKind::Full && !self.dialect.full_join {
            return Err(Error::unsupported(self.dialect.name, "FULL JOIN"));
        }
        self.push(match join.kind {
            JoinKind::Inner => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full => " FULL JOIN ",
            JoinKind::Cross => " CROSS JOIN ",
        });
        if nested.is_empty() {
            self.relation(&join.source)?;
        } else {
            self.push("(");
            self.relation(&join.source)?;
            self.joins(nested)?;
            self.push(")");
        }
        match (&join.on, join.kind) {
            (None, JoinKind::Cross) => Ok(()),
            (Some(_), JoinKind::Cross) => Err(Error::invalid("a cross join has no condition")),
            (Some(on), _) => {
                self.push(" ON ");
                self.expression(on)
            }
            (None, _) => {
                self.push(" ON 1 = 1");
                Ok(())
            }
        }
    }
}

fn output_name(column: usize) -> String {
    format!("c{}", column.saturating_add(1))
}
