use super::Writer;
use crate::{BinaryOperator, Dialect, Error, Expression, Match, Result, Select, UnaryOperator};

/// How many conditions are written side by side.
const CHAIN: usize = 100;

impl Writer {
    pub(super) fn expression(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Column(source, column) => self.column(*source, *column),
            Expression::Excluded(source, column) => self.excluded(*source, *column),
            Expression::Output { source, column, .. } => self.output(*source, *column),
            Expression::Position { .. } => Err(Error::invalid(
                "a position is what a select is sorted or grouped by, not part of an expression",
            )),
            Expression::Value(_) | Expression::Parameter => {
                self.parameter();
                Ok(())
            }
            Expression::Literal(number) => {
                self.push(&number.to_string());
                Ok(())
            }
            Expression::LiteralText(text) => self.text(text),
            Expression::Unary(operator, operand) => self.unary(*operator, operand),
            Expression::Binary(operator, operands) => self.binary(*operator, &operands.0, &operands.1),
            Expression::And(conditions) => self.chain(" AND ", "1 = 1", conditions),
            Expression::Or(conditions) => self.chain(" OR ", "1 = 0", conditions),
            Expression::In(operand, _) => self.is_in(operand, " IN "),
            Expression::Match(kind, operands) => self.matches(*kind, &operands.0, &operands.1),
            Expression::Function(function, arguments) => self.function(*function, arguments),
            Expression::Row(parts) => self.row(parts),
            Expression::Case(case) => self.case(case),
            Expression::Cast(operand, ty) => self.cast(operand, *ty),
            Expression::Call(function, arguments) => self.call(function, arguments),
            Expression::Raw(raw) => self.raw(raw),
            Expression::Aggregate(aggregate) => self.aggregate(aggregate),
            Expression::Window(window) => self.window(window),
            Expression::Exists(select) => {
                self.push("EXISTS ");
                self.nested(select)
            }
            Expression::Scalar(select) => self.nested(select),
            Expression::InSelect(operand, select) => self.is_in_select(operand, select, " IN "),
        }
    }

    /// An expression as a part of another: in parentheses where it is an operation itself.
    pub(super) fn operand(&mut self, expression: &Expression) -> Result<()> {
        let atom = matches!(
            expression,
            Expression::Column(..)
                | Expression::Excluded(..)
                | Expression::Output { .. }
                | Expression::Value(_)
                | Expression::Parameter
                | Expression::Literal(0..)
                | Expression::LiteralText(_)
                | Expression::Function(..)
                | Expression::Row(_)
                | Expression::Case(_)
                | Expression::Cast(..)
                | Expression::Call(..)
                | Expression::Aggregate(_)
                | Expression::Window(_)
                | Expression::Exists(_)
                | Expression::Scalar(_)
        );
        if atom {
            return self.expression(expression);
        }
        self.in_parentheses(expression)
    }

    pub(super) fn in_parentheses(&mut self, expression: &Expression) -> Result<()> {
        self.push("(");
        self.expression(expression)?;
        self.push(")");
        Ok(())
    }

    /// Parts that are compared by rules of their own have these with them.
    fn row(&mut self, parts: &[Expression]) -> Result<()> {
        if parts.is_empty() {
            return Err(Error::invalid("a row of no expressions is compared"));
        }
        self.push("(");
        self.separated(", ", parts, Writer::argument)?;
        self.push(")");
        Ok(())
    }

    /// An expression that is compared or sorted by.
    pub(super) fn compared(&mut self, expression: &Expression) -> Result<()> {
        self.operand(expression)?;
        if expression.is_decimal() {
            self.decimal_collation();
        }
        Ok(())
    }

    pub(super) fn decimal_collation(&mut self) {
        if let Some(collation) = self.dialect.decimal_collation {
            self.push(" COLLATE ");
            self.push(collation);
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: &Expression) -> Result<()> {
        match (operator, operand) {
            (UnaryOperator::Not, Expression::In(operand, _)) => return self.is_in(operand, " NOT IN "),
            (UnaryOperator::Not, Expression::InSelect(operand, select)) => {
                return self.is_in_select(operand, select, " NOT IN ");
            }
            _ => {}
        }
        self.push(match operator {
            UnaryOperator::Not => "NOT ",
            UnaryOperator::Negative => "-",
            UnaryOperator::IsNull | UnaryOperator::IsNotNull => "",
        });
        self.operand(operand)?;
        self.push(match operator {
            UnaryOperator::IsNull => " IS NULL",
            UnaryOperator::IsNotNull => " IS NOT NULL",
            UnaryOperator::Not | UnaryOperator::Negative => "",
        });
        Ok(())
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expression, right: &Expression) -> Result<()> {
        if operator == BinaryOperator::Different && self.dialect.different.is_none() {
            self.push("NOT (");
            self.binary(BinaryOperator::Same, left, right)?;
            self.push(")");
            return Ok(());
        }
        if operator.is_comparison() && (left.is_decimal() || right.is_decimal()) {
            self.compared(left)?;
            self.push(symbol(self.dialect, operator));
            return self.compared(right);
        }
        self.operand(left)?;
        self.push(symbol(self.dialect, operator));
        self.operand(right)?;
        if operator == BinaryOperator::Like {
            self.push(r" ESCAPE '\'");
        }
        Ok(())
    }

    /// Conditions side by side. A long chain is written as a tree, as databases limit how deep they nest.
    fn chain(&mut self, separator: &str, none: &str, conditions: &[Expression]) -> Result<()> {
        match conditions {
            [] => self.push(none),
            [only] => self.expression(only)?,
            many if many.len() > CHAIN => {
                let (first, second) = many.split_at(many.len() / 2);
                self.separated(separator, [first, second], |writer, half| {
                    writer.push("(");
                    writer.chain(separator, none, half)?;
                    writer.push(")");
                    Ok(())
                })?;
            }
            many => self.separated(separator, many, |writer, condition| match condition {
                Expression::And(_) | Expression::Or(_) => writer.operand(condition),
                _ => writer.expression(condition),
            })?,
        }
        Ok(())
    }

    fn is_in(&mut self, operand: &Expression, word: &str) -> Result<()> {
        if let Expression::Row(_) = operand {
            return Err(Error::unsupported(self.dialect.name, "list of rows to look a row up in"));
        }
        self.compared(operand)?;
        self.push(word);
        self.push(self.dialect.list_function);
        self.push("(");
        self.parameter();
        self.push(")");
        Ok(())
    }

    /// The left side's collation decides.
    fn is_in_select(&mut self, operand: &Expression, select: &Select, word: &str) -> Result<()> {
        self.operand(operand)?;
        if !matches!(operand, Expression::Row(_)) && (operand.is_decimal() || select.is_decimal()) {
            self.decimal_collation();
        }
        self.push(word);
        self.nested(select)
    }

    /// A select as a part of an expression.
    fn nested(&mut self, select: &Select) -> Result<()> {
        self.push("(");
        self.select(select, false)?;
        self.push(")");
        Ok(())
    }

    fn matches(&mut self, kind: Match, text: &Expression, part: &Expression) -> Result<()> {
        if kind == Match::EndsWith {
            return self.ends_with(text, part);
        }
        self.push("instr(");
        self.expression(text)?;
        self.push(", ");
        self.expression(part)?;
        self.push(if kind == Match::Contains { ") > 0" } else { ") = 1" });
        Ok(())
    }

    /// The last bytes, as many as the part has; as bytes, since SQLite's functions of texts stop at a NUL. A character
    /// behind both keeps them from being empty. The part is one parameter, written twice.
    fn ends_with(&mut self, text: &Expression, part: &Expression) -> Result<()> {
        let Expression::Value(_) = part else {
            return Err(Error::unsupported(self.dialect.name, "`ends_with` of anything but a value"));
        };
        self.push("substr(CAST(");
        self.operand(text)?;
        self.push(" || '.' AS BLOB), -length(CAST(");
        self.expression(part)?;
        self.push(" || '.' AS BLOB))) = CAST(");
        self.parameter_again();
        self.push(" || '.' AS BLOB)");
        Ok(())
    }
}

fn symbol(dialect: &Dialect, operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Same => dialect.same,
        BinaryOperator::Different => dialect.different.unwrap_or(dialect.same),
        BinaryOperator::Equal => " = ",
        BinaryOperator::NotEqual => " <> ",
        BinaryOperator::Less => " < ",
        BinaryOperator::LessOrEqual => " <= ",
        BinaryOperator::Greater => " > ",
        BinaryOperator::GreaterOrEqual => " >= ",
        BinaryOperator::Like => " LIKE ",
        BinaryOperator::Add => " + ",
        BinaryOperator::Subtract => " - ",
        BinaryOperator::Multiply => " * ",
        BinaryOperator::Divide => " / ",
        BinaryOperator::Remainder => " % ",
    }
}
