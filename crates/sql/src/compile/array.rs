use super::Writer;
use crate::dialect::{Form, INSTEAD_OF_ARRAYS};
use crate::{Error, Expression, Function, Result, Value};

impl Writer {
    /// A function of an array, and of what is looked for in it.
    pub(super) fn array_function(&mut self, function: Function, arguments: &[Expression]) -> Result<()> {
        let form = (self.dialect.function)(function, arguments.len()).filter(|_| self.dialect.arrays);
        let write = match arguments {
            [Expression::Column(..), _] | [_, Expression::Column(..)] => Writer::beside_column,
            _ if function == Function::ArrayHas => Writer::beside_array,
            _ => Writer::operand,
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

    /// What stands beside a column of arrays, which are compared with those of their own type only: an array, or a text, which
    /// may stand for a value of another type, is of that which the column tells.
    fn beside_column(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Value(Value::Array(_) | Value::Text(_)) => self.expression(&Expression::Parameter),
            other => self.operand(other),
        }
    }

    /// What is looked for in an array, which tells its type: a text may stand for a document.
    fn beside_array(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Value(Value::Text(_)) => self.expression(&Expression::Parameter),
            other => self.operand(other),
        }
    }
}
