use super::{
    AggregateFunction, BinaryOperator, Expression, Function, UnaryOperator, WindowFunction, Windowed,
};
use crate::{Relation, Select, Selected, Type, Value};

impl Expression {
    /// The type that it is of, as far as its parts tell; `output` knows those of the columns of selects that are read.
    pub(crate) fn ty(&self, output: &dyn Fn(u64, usize) -> Option<Type>) -> Option<Type> {
        match self {
            Expression::Column(source, column) | Expression::Excluded(source, column) => {
                source.table.columns.get(*column).map(|column| column.ty)
            }
            Expression::Output { decimal: true, .. } | Expression::Position { decimal: true, .. } => {
                Some(Type::Decimal)
            }
            Expression::Output { source, column, .. } => output(*source, *column),
            Expression::Value(value) => value.ty(),
            Expression::Literal(_) => Some(Type::BIGINT),
            Expression::LiteralText(_) => Some(Type::Text),
            Expression::Unary(UnaryOperator::Negative, operand) => operand.ty(output),
            Expression::Binary(operator, operands) if operator.computes() => {
                widest(operands.0.ty(output), operands.1.ty(output))
            }
            Expression::Cast(_, conversion) => Some(conversion.to),
            Expression::Case(case) => {
                let values = case.branches.iter().map(|(_, value)| value);
                common(values.chain(&case.otherwise), output)
            }
            Expression::Function(Function::ArrayElement, arguments) => match arguments.first()?.ty(output)? {
                Type::Array(element) => Some(element.ty()),
                _ => None,
            },
            Expression::Function(function, arguments) => function.ty().or_else(|| {
                let count = if *function == Function::NullIf { 1 } else { arguments.len() };
                common(arguments.iter().take(count), output).filter(|_| function.keeps_type())
            }),
            Expression::Aggregate(aggregate) => aggregate.ty.or_else(|| match aggregate.function {
                AggregateFunction::Count | AggregateFunction::CountRows => Some(Type::BIGINT),
                AggregateFunction::Average => Some(Type::Double),
                AggregateFunction::Join => Some(Type::Text),
                AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Sum => {
                    aggregate.arguments.first()?.ty(output)
                }
            }),
            Expression::Window(window) => match &window.function {
                Windowed::Aggregate(aggregate) => {
                    Expression::Aggregate(Box::new(aggregate.clone())).ty(output)
                }
                Windowed::Function(function, arguments) => match function {
                    WindowFunction::PercentRank | WindowFunction::CumulativeDistribution => {
                        Some(Type::Double)
                    }
                    WindowFunction::RowNumber
                    | WindowFunction::Rank
                    | WindowFunction::DenseRank
                    | WindowFunction::Tile => Some(Type::BIGINT),
                    _ => arguments.first()?.ty(output),
                },
            },
            Expression::Scalar(select) => select.types(output).first().copied().flatten(),
            Expression::Raw(raw) => raw.ty,
            Expression::Parameter | Expression::Row(_) | Expression::Call(..) => None,
            Expression::Position { .. } => None,
            Expression::Unary(..)
            | Expression::Binary(..)
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::In(..)
            | Expression::Match(..)
            | Expression::Exists(_)
            | Expression::InSelect(..) => Some(Type::Boolean),
        }
    }
}

/// The type that has all values of some expressions; NULL is of every type.
fn common<'e>(
    values: impl Iterator<Item = &'e Expression>,
    output: &dyn Fn(u64, usize) -> Option<Type>,
) -> Option<Type> {
    let mut found = None;
    for value in values.filter(|value| !matches!(value, Expression::Value(Value::Null))) {
        let ty = value.ty(output)?;
        found = Some(match found {
            Some(before) if before != ty && is_number(before) && is_number(ty) => {
                widest(Some(before), Some(ty))?
            }
            Some(before) => before,
            None => ty,
        });
    }
    found
}

fn is_number(ty: Type) -> bool {
    matches!(ty, Type::Integer { .. } | Type::Real | Type::Double | Type::Decimal)
}

impl BinaryOperator {
    /// Whether it computes a number.
    pub(crate) fn computes(self) -> bool {
        use BinaryOperator::{Add, Divide, Multiply, Remainder, Subtract};
        matches!(self, Add | Subtract | Multiply | Divide | Remainder)
    }
}

/// What numbers of two types become.
fn widest(one: Option<Type>, other: Option<Type>) -> Option<Type> {
    let (one, other) = (one?, other?);
    Some(match (one, other) {
        (Type::Real | Type::Double, _) | (_, Type::Real | Type::Double) => Type::Double,
        (Type::Decimal, _) | (_, Type::Decimal) => Type::Decimal,
        (Type::Integer { bits: 64.., signed: false } | Type::Integer { bits: 128, .. }, _) => one,
        (_, Type::Integer { bits: 64.., signed: false } | Type::Integer { bits: 128, .. }) => other,
        _ => Type::BIGINT,
    })
}

impl Function {
    /// The type of its result, where that is the same for all arguments.
    fn ty(self) -> Option<Type> {
        use Function::{
            AddDays, ArrayHas, ArrayHasAll, ArrayLength, ArrayOverlaps, Ceiling, Concat, CurrentDate,
            CurrentDateTime, CurrentTimestamp, Date, Day, DayOfYear, DaysBetween, Floor, Hour, JsonInteger,
            JsonLength, JsonNumber, JsonText, JsonType, JsonValid, Left, Length, Lower, Minute, Month,
            Position, Power, Replace, Right, Round, Second, Sign, SquareRoot, Substring, Trim, TrimEnd,
            TrimStart, Upper, Weekday, Year,
        };
        Some(match self {
            Concat | JsonText | JsonType | Left | Lower | Replace | Right | Substring | Trim | TrimEnd
            | TrimStart | Upper => Type::Text,
            ArrayLength | Day | DayOfYear | DaysBetween | Hour | JsonInteger | JsonLength | Length
            | Minute | Month | Position | Second | Sign | Weekday | Year => Type::BIGINT,
            Ceiling | Floor | JsonNumber | Power | Round | SquareRoot => Type::Double,
            AddDays | CurrentDate | Date => Type::Date,
            CurrentDateTime => Type::DateTime,
            CurrentTimestamp => Type::Timestamp,
            ArrayHas | ArrayHasAll | ArrayOverlaps | JsonValid => Type::Boolean,
            _ => return None,
        })
    }

    /// Whether its result is of the type of its arguments.
    fn keeps_type(self) -> bool {
        use Function::{Absolute, Coalesce, Greatest, Least, NullIf};
        matches!(self, Absolute | Coalesce | Greatest | Least | NullIf)
    }
}

impl Select {
    /// The types of its columns, as far as their parts tell.
    pub(crate) fn types(&self, output: &dyn Fn(u64, usize) -> Option<Type>) -> Vec<Option<Type>> {
        match (&self.columns, &self.source) {
            _ if self.summary.is_some() => vec![Some(Type::BIGINT)],
            (Selected::Expressions(expressions), _) => {
                expressions.iter().map(|expression| expression.ty(output)).collect()
            }
            (Selected::Table, Relation::Table(source)) => {
                source.table.columns.iter().map(|column| Some(column.ty)).collect()
            }
            (Selected::Table, Relation::Select(select, _)) => select.types(output),
            (Selected::Table, Relation::Bound { types, .. }) => types.iter().copied().map(Some).collect(),
            (Selected::Table, Relation::Cte { id, .. }) => {
                (0..).map_while(|column| output(*id, column).map(Some)).collect()
            }
            (Selected::Nothing, _) => vec![Some(Type::BIGINT)],
        }
    }
}
