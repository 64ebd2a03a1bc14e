use super::{Tag, Walk, number};
use crate::{Aggregate, Case, Expression, Raw, Select, Type, Value};

impl<'a> Walk<'a, '_> {
    pub(super) fn optional(&mut self, expression: Option<&'a Expression>) {
        match expression {
            None => self.shape.push(Tag::None),
            Some(expression) => self.expression(expression),
        }
    }

    #[inline]
    pub(super) fn value(&mut self, value: &'a Value) {
        // Of numbers and texts, which most are, it is a constant.
        let kind = match value {
            Value::Integer(_) => 1 + kind(Type::BIGINT),
            Value::Text(_) => 1 + kind(Type::Text),
            other => other.ty().map_or(0, |ty| 1 + kind(ty)),
        };
        self.shape.number(kind << 8 | Tag::Value as u32);
        self.values.push(value);
    }

    pub(super) fn list(&mut self, expressions: &'a [Expression]) {
        self.shape.count(expressions.len());
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn tagged(&mut self, tag: Tag, expressions: &'a [Expression]) {
        self.shape.numbers([tag as u32, number(expressions.len())]);
        for expression in expressions {
            self.expression(expression);
        }
    }

    #[inline]
    fn operands(&mut self, tag: Tag, operator: u32, operands: &'a (Expression, Expression)) {
        self.shape.numbers([tag as u32, operator]);
        self.pair(operands);
    }

    fn subquery(&mut self, tag: Tag, select: &'a Select) {
        self.shape.push(tag);
        self.select(select);
    }

    fn pair(&mut self, pair: &'a (Expression, Expression)) {
        self.expression(&pair.0);
        self.expression(&pair.1);
    }

    /// Most expressions are columns and values, for which no function is called.
    #[inline]
    pub(super) fn expression(&mut self, expression: &'a Expression) {
        match expression {
            _ if !self.repeats.is_empty() => self.maybe_repeated(expression),
            Expression::Column(source, column) => self.column(*source, *column),
            Expression::Value(value) => self.value(value),
            _ => self.operation(expression),
        }
    }

    fn maybe_repeated(&mut self, expression: &'a Expression) {
        let values = self.values.len();
        match self.repeats.find(expression, values) {
            None => self.operation(expression),
            Some(before) => {
                self.shape.numbers([Tag::Repeated as u32, number(before)]);
                self.operation(expression);
                self.values.truncate(values);
            }
        }
    }

    fn operation(&mut self, expression: &'a Expression) {
        match expression {
            Expression::Column(source, column) => self.column(*source, *column),
            Expression::Excluded(source, column) => {
                self.shape.push(Tag::Excluded);
                self.column(*source, *column);
            }
            Expression::Output { source, column, decimal } => self.output(*source, *column, *decimal),
            Expression::Position { column, decimal } => {
                self.shape.numbers([Tag::Position as u32, number(*column), u32::from(*decimal)]);
            }
            Expression::Value(value) => self.value(value),
            Expression::Literal(number) => self.literal(*number),
            Expression::LiteralText(text) => {
                self.shape.push(Tag::LiteralText);
                self.shape.text(text);
            }
            Expression::Parameter => self.shape.push(Tag::Parameter),
            Expression::Unary(operator, operand) => {
                self.shape.numbers([Tag::Unary as u32, *operator as u32]);
                self.expression(operand);
            }
            Expression::Binary(operator, operands) => self.operands(Tag::Binary, *operator as u32, operands),
            Expression::And(conditions) => self.tagged(Tag::And, conditions),
            Expression::Or(conditions) => self.tagged(Tag::Or, conditions),
            Expression::In(operand, values) => {
                self.shape.push(Tag::In);
                self.expression(operand);
                self.value(values);
            }
            Expression::Match(kind, operands) => self.operands(Tag::Match, *kind as u32, operands),
            Expression::Function(function, arguments) => {
                self.shape.numbers([Tag::Function as u32, *function as u32]);
                self.list(arguments);
            }
            Expression::Row(parts) => self.tagged(Tag::Row, parts),
            Expression::Case(case) => self.case(case),
            Expression::Cast(operand, conversion) => {
                self.shape.push(Tag::Cast);
                self.ty(conversion.from);
                self.ty(conversion.to);
                self.expression(operand);
            }
            Expression::Call(function, arguments) => {
                self.shape.push(Tag::Call);
                self.shape.text(function.name);
                self.list(arguments);
            }
            Expression::Raw(raw) => self.raw(raw),
            Expression::Aggregate(aggregate) => self.aggregate(aggregate),
            Expression::Window(window) => self.window(window),
            Expression::Exists(select) => self.subquery(Tag::Exists, select),
            Expression::Scalar(select) => self.subquery(Tag::Scalar, select),
            Expression::InSelect(operand, select) => {
                self.shape.push(Tag::InSelect);
                self.expression(operand);
                self.select(select);
            }
        }
    }

    fn case(&mut self, case: &'a Case) {
        self.shape.numbers([Tag::Case as u32, number(case.branches.len())]);
        case.branches.iter().for_each(|branch| self.pair(branch));
        self.optional(case.otherwise.as_ref());
    }

    fn raw(&mut self, raw: &'a Raw) {
        self.shape.numbers([Tag::Raw as u32, number(raw.pieces.len())]);
        raw.pieces.iter().for_each(|piece| self.shape.text(piece));
        match raw.ty {
            Some(ty) => self.ty(ty),
            None => self.shape.push(Tag::None),
        }
        self.list(&raw.arguments);
    }

    pub(super) fn ty(&mut self, ty: Type) {
        self.shape.number(kind(ty) << 8 | Tag::Some as u32);
    }

    pub(super) fn aggregate(&mut self, aggregate: &'a Aggregate) {
        self.shape.numbers([Tag::Aggregate as u32, aggregate.function as u32, u32::from(aggregate.distinct)]);
        match aggregate.ty {
            Some(ty) => self.ty(ty),
            None => self.shape.push(Tag::None),
        }
        self.optional(aggregate.filter.as_ref());
        self.list(&aggregate.arguments);
        self.order(&aggregate.order);
    }

    fn literal(&mut self, number: i64) {
        let mut numbers = [Tag::Literal as u32, 0, 0];
        for (half, bytes) in numbers[1..].iter_mut().zip(number.to_le_bytes().chunks_exact(4)) {
            *half = bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
        }
        self.shape.numbers(numbers);
    }
}

/// A type as a number that fits beside a tag.
#[inline]
fn kind(ty: Type) -> u32 {
    match ty {
        Type::Boolean => 0,
        Type::Real => 1,
        Type::Double => 2,
        Type::Text => 3,
        Type::Blob => 4,
        Type::Date => 5,
        Type::Time => 6,
        Type::DateTime => 7,
        Type::Timestamp => 8,
        Type::Uuid => 9,
        Type::Decimal => 10,
        Type::Json => 11,
        Type::Integer { bits, signed } => 16 + (u32::from(bits) << 1 | u32::from(signed)),
        Type::Array(element) => 512 + element.number(),
    }
}
