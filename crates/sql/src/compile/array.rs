use super::Writer;
use crate::dialect::{Form, INSTEAD_OF_ARRAYS};
use crate::{ElementType, Error, Expression, Function, Result, Type, Value};

impl Writer {
    /// A function of an array, and of what is looked for in it.
    pub(super) fn array_function(&mut self, function: Function, arguments: &[Expression]) -> Result<()> {
        let form = (self.dialect.function)(function, arguments.len()).filter(|_| self.dialect.arrays);
        let apart = self.cast_apart(function, arguments);
        let write = |writer: &mut Writer, argument: &Expression| {
            let is_first = arguments.first().is_some_and(|first| std::ptr::eq(argument, first));
            match (apart, arguments) {
                (Some([array, other]), _) => writer.cast_to(argument, if is_first { array } else { other }),
                // Of a query alone, `ANY` would be its rows.
                (None, [Expression::Scalar(_), _]) if function == Function::ArrayHas && is_first => {
                    writer.push("coalesce");
                    writer.in_parentheses(argument)
                }
                (None, [first, other]) if is_value(first) != is_value(other) => writer.beside_array(argument),
                // An array tells the type of what is looked for in it.
                (None, [_, _]) if function == Function::ArrayHas && !is_first => {
                    writer.beside_array(argument)
                }
                (None, _) => writer.operand(argument),
            }
        };
        match form {
            Some(Form::Template(template)) => self.template(template, arguments, write),
            Some(Form::Infix(operator)) => {
                self.push("(");
                self.separated(operator, arguments, write)?;
                self.push(")");
                Ok(())
            }
            _ => Err(Error::unsupported(self.dialect.name, format!("arrays: {INSTEAD_OF_ARRAYS}"))),
        }
    }

    /// What stands beside an array, which are compared with those of their own type only: an array, or a text, which may stand for a
    /// value of another type, is of that which the other tells.
    fn beside_array(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Value(Value::Array(_) | Value::Text(_)) => self.expression(&Expression::Parameter),
            other => self.operand(other),
        }
    }

    /// The types that an array and what is looked for in it are converted to, where neither is a value and a table that was there
    /// before may have another type for each: to what they are here is no conversion.
    fn cast_apart(&self, function: Function, arguments: &[Expression]) -> Option<[&'static str; 2]> {
        let [array, other] = arguments else { return None };
        let element = element_type(array).or_else(|| element_type(other));
        let element = element.filter(|_| !is_value(array) && !is_value(other))?;
        let name = |ty| (self.dialect.value_type)(ty);
        let array = name(Type::Array(element))?;
        match function {
            // Floating-point numbers could be rounded.
            Function::ArrayHasAll | Function::ArrayOverlaps => {
                matches!(element.ty(), Type::Text | Type::Json | Type::Integer { .. })
                    .then_some([array, array])
            }
            // Numbers of all widths are compared with each other.
            Function::ArrayHas if element.ty() == Type::Text => Some([array, name(Type::Text)?]),
            _ => None,
        }
    }

    fn cast_to(&mut self, expression: &Expression, ty: &str) -> Result<()> {
        self.push("CAST(");
        self.expression(expression)?;
        self.push(" AS ");
        self.push(ty);
        self.push(")");
        Ok(())
    }
}

fn is_value(expression: &Expression) -> bool {
    matches!(expression, Expression::Value(_) | Expression::Parameter)
}

/// The type of a column's elements, where it is one of arrays.
fn element_type(expression: &Expression) -> Option<ElementType> {
    match expression {
        Expression::Column(source, column) => match source.table.columns.get(*column)?.ty {
            Type::Array(element) => Some(element),
            _ => None,
        },
        _ => None,
    }
}
