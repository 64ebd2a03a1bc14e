use super::Writer;
use crate::source::Scope;
use crate::{Error, Join, JoinKind, Relation, Result, Select, Source};

/// The sources in scope, by the names that they have in the text.
#[derive(Default)]
pub(crate) struct Sources {
    scope: Scope,
    /// The name of each source in scope.
    aliases: Vec<String>,
    /// How many there were so far.
    count: usize,
    /// Whether columns are written with their source.
    qualified: bool,
}

impl Sources {
    /// Whether there were more than one, so that columns must be qualified.
    pub(super) fn are_several(&self) -> bool {
        self.count > 1
    }

    pub(super) fn qualify(&mut self) {
        self.qualified = true;
    }

    /// Adds a source under its own name, or that with a number where another in scope has it, as SQL compares names.
    fn add(&mut self, source: Source) -> Result<()> {
        let name = source.table.name;
        if !self.scope.add(source) {
            return Err(Error::invalid(format!("the table {name:?} is twice in a select under one number")));
        }
        let mut alias = name.to_owned();
        let mut number = 1;
        while self.is_taken(&alias) {
            number += 1;
            alias = format!("{name}_{number}");
        }
        self.aliases.push(alias);
        self.count += 1;
        Ok(())
    }

    fn is_taken(&self, alias: &str) -> bool {
        self.aliases.iter().any(|other| other.to_lowercase() == alias.to_lowercase())
    }

    fn find(&self, source: Source) -> Result<&str> {
        match self.scope.find(source) {
            Some(number) => Ok(&self.aliases[number]),
            None => Err(Error::invalid(format!(
                "a column of the table {:?} is used where the statement does not read the table",
                source.table.name
            ))),
        }
    }
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
        select.joins.iter().try_for_each(|join| self.add_relation(&join.source))?;
        write(self)?;
        self.sources.scope.leave(outer);
        self.sources.aliases.truncate(aliases);
        Ok(())
    }

    fn add_relation(&mut self, relation: &Relation) -> Result<()> {
        match relation {
            Relation::Table(source) => self.sources.add(*source),
        }
    }

    /// A table that is written comes into scope, alone, and is named.
    pub(super) fn target(&mut self, source: Source) -> Result<()> {
        self.sources.add(source)?;
        self.name(source.table.name)
    }

    /// A column, with its source where there are several.
    pub(super) fn column(&mut self, source: Source, column: usize) -> Result<()> {
        let alias = self.sources.find(source)?;
        if self.sources.qualified {
            let alias = alias.to_owned();
            self.name(&alias)?;
            self.push(".");
        }
        self.name(source.table.columns[column].name)
    }

    /// `FROM`, with all that is joined.
    pub(super) fn from(&mut self, select: &Select) -> Result<()> {
        self.push(" FROM ");
        self.relation(&select.source)?;
        select.joins.iter().try_for_each(|join| self.join(join))
    }

    fn relation(&mut self, relation: &Relation) -> Result<()> {
        let Relation::Table(source) = relation;
        let alias = self.sources.find(*source)?.to_owned();
        self.name(source.table.name)?;
        if alias != source.table.name {
            self.push(" AS ");
            self.name(&alias)?;
        }
        Ok(())
    }

    fn join(&mut self, join: &Join) -> Result<()> {
        self.push(match join.kind {
            JoinKind::Inner => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full => " FULL JOIN ",
            JoinKind::Cross => " CROSS JOIN ",
        });
        self.relation(&join.source)?;
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
