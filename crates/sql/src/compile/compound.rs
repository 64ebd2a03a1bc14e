use super::Writer;
use crate::{Cte, Error, Expression, Function, Result, Select, SetOperator, Type};

/// Which of the expressions that a select gives are made wide enough for more than they are seen to be, where the database takes a
/// part's columns for those of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Widens {
    #[default]
    Nothing,
    /// Texts and bytes that are values, of a part of several: longer ones would be cut.
    Values,
    /// All, of what starts a recursion.
    All,
}

impl Widens {
    /// Whether an expression of a type is.
    pub(super) fn widens(self, expression: &Expression, ty: Type) -> bool {
        match self {
            Widens::Nothing => false,
            Widens::All => true,
            Widens::Values => matches!(ty, Type::Text | Type::Blob) && may_be_a_value(expression),
        }
    }
}

/// Whether an expression may be a value as it is.
fn may_be_a_value(expression: &Expression) -> bool {
    match expression {
        Expression::Function(function, _) => {
            matches!(function, Function::Coalesce | Function::NullIf | Function::Greatest | Function::Least)
        }
        Expression::Value(_)
        | Expression::Parameter
        | Expression::Case(_)
        | Expression::Cast(..)
        | Expression::Raw(_)
        | Expression::Aggregate(_)
        | Expression::Window(_)
        | Expression::Scalar(_) => true,
        _ => false,
    }
}

/// Whether an expression gives one of several, of which one may be a value as it is.
pub(super) fn chooses_a_value(expression: &Expression) -> bool {
    match expression {
        Expression::Case(case) => {
            let values = case.branches.iter().map(|(_, value)| value);
            values.chain(case.otherwise.as_ref()).any(may_be_a_value)
        }
        Expression::Function(Function::NullIf, arguments) => arguments.first().is_some_and(may_be_a_value),
        Expression::Function(_, arguments) if may_be_a_value(expression) => {
            arguments.iter().any(may_be_a_value)
        }
        _ => false,
    }
}

impl Writer {
    /// The parts behind the first, from left to right; `start` is where the first begins in the text.
    pub(super) fn compound(&mut self, parts: &[(SetOperator, Select)], start: usize) -> Result<()> {
        let mut before = SetOperator::Intersect;
        for &(operator, ref part) in parts {
            if self.dialect.intersect_first
                && operator == SetOperator::Intersect
                && before != SetOperator::Intersect
            {
                self.text.insert(start, '(');
                self.push(")");
            }
            self.push(match operator {
                SetOperator::Union => " UNION ",
                SetOperator::UnionAll => " UNION ALL ",
                SetOperator::Intersect => " INTERSECT ",
                SetOperator::Except => " EXCEPT ",
            });
            self.part(part)?;
            before = operator;
        }
        Ok(())
    }

    /// One of the parts. What is more than rows and a condition stands on its own.
    fn part(&mut self, part: &Select) -> Result<()> {
        let plain = part.with.is_empty() && part.summary.is_none() && part.compound.is_empty();
        let plain = plain && part.lock.is_none();
        let whole = part.order.is_empty() && part.limit.is_none() && part.offset.is_none();
        self.widens = Widens::Values;
        if plain && whole {
            return self.rows(part, false);
        }
        self.push(if self.dialect.compound_parentheses { "(" } else { "SELECT * FROM (" });
        self.select(part, false)?;
        self.push(")");
        Ok(())
    }

    /// `WITH`; gives what [`without`](Writer::without) takes back.
    pub(super) fn with(&mut self, with: &[Cte]) -> Result<usize> {
        let outer = self.sources.scope.with();
        if with.is_empty() {
            return Ok(outer);
        }
        self.push(if with.iter().any(|cte| cte.recursive) { "WITH RECURSIVE " } else { "WITH " });
        self.separated(", ", with, Writer::cte)?;
        self.push(" ");
        Ok(outer)
    }

    pub(super) fn without(&mut self, outer: usize) {
        self.sources.scope.without(outer);
        self.sources.ctes.truncate(outer);
    }

    fn cte(&mut self, cte: &Cte) -> Result<()> {
        let name = self.sources.cte_name(&cte.name);
        self.name(&name)?;
        self.push(" AS ");
        if let Some(kept) = cte.materialized {
            if !self.dialect.materialized {
                return Err(Error::unsupported(
                    self.dialect.name,
                    "choice of what is kept of a common table expression",
                ));
            }
            self.push(if kept { "MATERIALIZED " } else { "NOT MATERIALIZED " });
        }
        if cte.recursive {
            self.add_cte(cte, &name);
        }
        self.push("(");
        self.widens = if cte.recursive { Widens::All } else { Widens::Nothing };
        self.select(&cte.query, true)?;
        self.widens = Widens::Nothing;
        self.push(")");
        if !cte.recursive {
            self.add_cte(cte, &name);
        }
        Ok(())
    }

    fn add_cte(&mut self, cte: &Cte, name: &str) {
        let types = self.types_of(&cte.query);
        self.ctes.push((cte.id, types));
        self.sources.scope.add_cte(cte.id);
        self.sources.ctes.push(name.to_owned());
    }
}
