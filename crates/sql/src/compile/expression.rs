use super::Writer;
use super::compound::chooses_a_value;
use crate::{
    BinaryOperator, Dialect, Error, Expression, Function, Match, Result, Select, Type, UnaryOperator, Value,
};

/// How many conditions are written side by side.
const CHAIN: usize = 100;

impl Writer {
    pub(super) fn expression(&mut self, expression: &Expression) -> Result<()> {
        if self.keys.contains(expression) {
            // The same for all rows of a group.
            self.push("min(");
            self.without_keys(|writer| writer.expression(expression))?;
            self.push(")");
            return Ok(());
        }
        let Some(before) = self.repeats.find(expression, self.parameters) else {
            return self.wide_operation(expression);
        };
        let parameters = std::mem::replace(&mut self.parameters, before);
        self.wide_operation(expression)?;
        self.parameters = parameters;
        Ok(())
    }

    fn wide_operation(&mut self, expression: &Expression) -> Result<()> {
        let is_chosen = self.dialect.short_values && chooses_a_value(expression);
        let ty = self.ty(expression).filter(|ty| is_chosen && matches!(ty, Type::Text | Type::Blob));
        let Some((before, behind)) =
            ty.and_then(self.dialect.recursive).and_then(|form| form.split_once("{0}"))
        else {
            return self.operation(expression);
        };
        self.push(before);
        self.operation(expression)?;
        self.push(behind);
        Ok(())
    }

    fn operation(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Column(source, column) => self.column(*source, *column),
            Expression::Excluded(source, column) => self.excluded(*source, *column),
            Expression::Output { source, column, .. } => self.output(*source, *column),
            Expression::Position { .. } => Err(Error::invalid(
                "a position is what a select is sorted or grouped by, not part of an expression",
            )),
            Expression::Parameter => {
                self.parameter();
                Ok(())
            }
            Expression::Value(value) => {
                self.value(value);
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
            Expression::In(operand, values) => self.is_in(operand, values, false),
            Expression::Match(kind, operands) => self.matches(*kind, &operands.0, &operands.1),
            Expression::Function(function, arguments) => self.function(*function, arguments),
            Expression::Row(parts) => self.row(parts),
            Expression::Case(case) => self.case(case),
            Expression::Cast(operand, conversion) => self.cast(operand, *conversion),
            Expression::Call(function, arguments) => self.call(function, arguments),
            Expression::Raw(raw) => self.raw(raw),
            Expression::Aggregate(aggregate) => self.without_keys(|writer| writer.aggregate(aggregate)),
            Expression::Window(window) => self.without_keys(|writer| writer.window(window)),
            Expression::Exists(select) => {
                self.push("EXISTS ");
                self.nested(select)
            }
            Expression::Scalar(select) => self.nested(select),
            Expression::InSelect(operand, select) => self.is_in_select(operand, select, " IN "),
        }
    }

    /// Where each row is seen, and not what its group has.
    pub(super) fn without_keys(&mut self, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        let keys = std::mem::take(&mut self.keys);
        write(self)?;
        self.keys = keys;
        Ok(())
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
        if let Some(decimals) = &self.dialect.decimals {
            self.push(" COLLATE ");
            self.push(decimals.collation);
        }
    }

    /// An expression beside an exact decimal number: a whole number becomes the text that decimal numbers are.
    pub(super) fn beside_decimal(&mut self, expression: &Expression) -> Result<()> {
        let is_text = match expression {
            Expression::Value(value) => !matches!(value.ty(), Some(Type::Integer { .. })),
            Expression::Parameter => true,
            _ => expression.is_decimal(),
        };
        if is_text || self.dialect.decimals.is_none() {
            return self.compared(expression);
        }
        self.push("CAST(");
        self.expression(expression)?;
        self.push(" AS TEXT)");
        Ok(())
    }

    /// A function in the place of an operator, where decimal numbers are text.
    fn decimal_operation(&self, operator: BinaryOperator) -> Option<&'static str> {
        let decimals = self.dialect.decimals.as_ref()?;
        match operator {
            BinaryOperator::Add => Some(decimals.add),
            BinaryOperator::Subtract => Some(decimals.subtract),
            BinaryOperator::Multiply => Some(decimals.multiply),
            _ => None,
        }
    }

    fn decimal_call(&mut self, function: &str, left: &Expression, right: &Expression) -> Result<()> {
        self.push(function);
        self.push("(");
        self.expression(left)?;
        self.push(", ");
        self.expression(right)?;
        self.push(")");
        Ok(())
    }

    fn unary(&mut self, operator: UnaryOperator, operand: &Expression) -> Result<()> {
        match (operator, operand) {
            (UnaryOperator::Not, Expression::In(operand, values)) => {
                return self.is_in(operand, values, true);
            }
            (UnaryOperator::Not, Expression::InSelect(operand, select)) => {
                return self.is_in_select(operand, select, " NOT IN ");
            }
            (UnaryOperator::Negative, _) if operand.is_decimal() => {
                if let Some(subtract) = self.decimal_operation(BinaryOperator::Subtract) {
                    return self.decimal_call(subtract, &Expression::Literal(0), operand);
                }
            }
            _ => {}
        }
        self.push(match operator {
            UnaryOperator::Not => "NOT ",
            UnaryOperator::Negative => "-",
            UnaryOperator::IsNull | UnaryOperator::IsNotNull => "",
        });
        self.computing(operator == UnaryOperator::Negative, |writer| writer.operand(operand))?;
        self.push(match operator {
            UnaryOperator::IsNull => " IS NULL",
            UnaryOperator::IsNotNull => " IS NOT NULL",
            UnaryOperator::Not | UnaryOperator::Negative => "",
        });
        Ok(())
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expression, right: &Expression) -> Result<()> {
        let json = operator.is_comparison() && (left.is_json() || right.is_json());
        let before = std::mem::replace(&mut self.json, json);
        self.computing(operator.computes(), |writer| writer.binary_of(operator, left, right))?;
        self.json = before;
        Ok(())
    }

    /// Writes what is computed with, or not.
    pub(super) fn computing(
        &mut self,
        computes: bool,
        write: impl FnOnce(&mut Writer) -> Result<()>,
    ) -> Result<()> {
        let before = std::mem::replace(&mut self.computes, computes);
        write(self)?;
        self.computes = before;
        Ok(())
    }

    fn binary_of(&mut self, operator: BinaryOperator, left: &Expression, right: &Expression) -> Result<()> {
        if operator == BinaryOperator::Different && self.dialect.different.is_none() {
            self.push("NOT (");
            self.binary_of(BinaryOperator::Same, left, right)?;
            self.push(")");
            return Ok(());
        }
        if let (Expression::Row(left), Expression::Row(right), false) =
            (left, right, self.dialect.row_comparisons)
        {
            return self.rows_compared(operator, left, right);
        }
        if left.is_decimal() || right.is_decimal() {
            if operator.is_comparison() {
                self.beside_decimal(left)?;
                self.push(symbol(self.dialect, operator));
                return self.beside_decimal(right);
            }
            if let Some(function) = self.decimal_operation(operator) {
                return self.decimal_call(function, left, right);
            }
        }
        if let (BinaryOperator::Like, Some(template)) = (operator, self.dialect.like_sides) {
            self.template(template, [left], Writer::expression)?;
            self.push(symbol(self.dialect, operator));
            self.template(template, [right], Writer::expression)?;
            self.escape();
            return Ok(());
        }
        let whole = operator == BinaryOperator::Divide
            && self.dialect.wide_decimals
            && (left.is_wide_integer() || right.is_wide_integer());
        self.push(if whole { "div(" } else { "" });
        let told = self.tells_type(right, operator);
        self.compared_value(left, told)?;
        match self.dialect.whole_division.filter(|_| operator == BinaryOperator::Divide) {
            Some(division) if self.is_whole(left) && self.is_whole(right) => self.push(division),
            _ if whole => self.push(", "),
            _ => self.push(symbol(self.dialect, operator)),
        }
        match operator {
            BinaryOperator::Divide | BinaryOperator::Remainder if self.dialect.zero_fails => {
                self.push("NULLIF(");
                self.expression(right)?;
                self.push(", 0)");
            }
            _ => self.compared_value(right, self.tells_type(left, operator))?,
        }
        self.push(if whole { ")" } else { "" });
        if operator == BinaryOperator::Like {
            self.escape();
        }
        Ok(())
    }

    /// What takes the meaning of the character behind it in a pattern.
    fn escape(&mut self) {
        self.push(if self.dialect.backslash_escapes { r" ESCAPE '\\'" } else { r" ESCAPE '\'" });
    }

    /// Whether the database takes a value beside an expression for one of its type: a column of texts, or of arrays of them, may be
    /// of a type of its own, as an enum, to which a text cannot be equal; and an array is compared with those of its own type only.
    pub(super) fn tells_type(&self, expression: &Expression, operator: BinaryOperator) -> bool {
        let tells = match self.ty(expression) {
            Some(Type::Text) => operator.is_equality() && !self.json,
            Some(Type::Array(_)) => operator.is_comparison(),
            _ => false,
        };
        let kept = match expression {
            Expression::Function(Function::ArrayElement, arguments) => arguments.first(),
            other => Some(other),
        };
        tells && !self.dialect.value_cast && matches!(kept, Some(Expression::Column(..)))
    }

    /// One side of a comparison, whose type the other side tells.
    fn compared_value(&mut self, expression: &Expression, told: bool) -> Result<()> {
        match expression {
            Expression::Value(Value::Text(_) | Value::Array(_)) if told => {
                self.expression(&Expression::Parameter)
            }
            _ => self.operand(expression),
        }
    }

    /// Rows of which each part is compared on its own: the first that differs decides.
    fn rows_compared(
        &mut self,
        operator: BinaryOperator,
        left: &[Expression],
        right: &[Expression],
    ) -> Result<()> {
        use BinaryOperator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, Same};
        if left.len() != right.len() || left.is_empty() {
            return Err(Error::invalid("rows are compared with rows of as many expressions"));
        }
        let mut parts = |parts: &[Expression]| -> Result<Vec<String>> {
            parts.iter().map(|part| self.apart(|writer| writer.operand(part))).collect()
        };
        let (left, right) = (parts(left)?, parts(right)?);
        let mut pairs = left.into_iter().zip(right).rev();
        let is = |operator: BinaryOperator, (left, right): &(String, String)| {
            format!("{left}{}{right}", symbol(self.dialect, operator))
        };
        let last = pairs.next().map(|pair| is(operator, &pair)).unwrap_or_default();
        let text = pairs.fold(last, |rest, pair| match operator {
            Less | LessOrEqual => format!("{} OR ({} AND ({rest}))", is(Less, &pair), is(Equal, &pair)),
            Greater | GreaterOrEqual => {
                format!("{} OR ({} AND ({rest}))", is(Greater, &pair), is(Equal, &pair))
            }
            NotEqual => format!("{} OR {rest}", is(NotEqual, &pair)),
            Same => format!("{} AND {rest}", is(Same, &pair)),
            _ => format!("{} AND {rest}", is(Equal, &pair)),
        });
        self.push(&format!("({text})"));
        Ok(())
    }

    fn is_whole(&self, expression: &Expression) -> bool {
        matches!(self.ty(expression), Some(Type::Integer { .. } | Type::Boolean))
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

    /// A value's parameter, with its type where the database cannot tell it.
    fn value(&mut self, value: &Value) {
        match self.value_type(value, self.json) {
            None => self.parameter(),
            Some(name) if self.dialect.value_cast => {
                self.push("CAST(");
                self.parameter();
                self.push(" AS ");
                self.push(name);
                self.push(")");
            }
            Some(name) => {
                self.parameter();
                self.push("::");
                self.push(name);
            }
        }
    }

    pub(super) fn value_type(&self, value: &Value, json: bool) -> Option<&'static str> {
        let ty = value.ty()?;
        let computed = (self.dialect.computed_type)(ty).filter(|_| self.computes);
        if computed.is_some() {
            return computed;
        }
        (self.dialect.value_type)(if json && ty == Type::Text { Type::Json } else { ty })
    }

    /// A select as a part of an expression.
    pub(super) fn nested(&mut self, select: &Select) -> Result<()> {
        self.push("(");
        self.select(select, false)?;
        self.push(")");
        Ok(())
    }

    fn matches(&mut self, kind: Match, text: &Expression, part: &Expression) -> Result<()> {
        self.template((self.dialect.matches)(kind), [text, part], Writer::operand)
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
        BinaryOperator::Like => dialect.like,
        BinaryOperator::Add => " + ",
        BinaryOperator::Subtract => " - ",
        BinaryOperator::Multiply => " * ",
        BinaryOperator::Divide => " / ",
        BinaryOperator::Remainder => " % ",
    }
}
