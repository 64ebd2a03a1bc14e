//! Whether something is among the values of a list, or among those of a select.

use super::{Writer, parameter};
use crate::dialect::List;
use crate::{BinaryOperator, Error, Expression, Result, Select, Type, Value};

impl Writer {
    pub(super) fn is_in(&mut self, operand: &Expression, values: &Value, negated: bool) -> Result<()> {
        if let Expression::Row(_) = operand {
            return Err(Error::unsupported(self.dialect.name, "list of rows to look a row up in"));
        }
        self.compared(operand)?;
        match self.dialect.list {
            List::Json => {
                self.push(if negated { " NOT IN " } else { " IN " });
                self.json_rows(operand, values);
                return Ok(());
            }
            List::Function(function) => {
                self.push(if negated { " NOT IN " } else { " IN " });
                self.push(function);
                self.push("(");
                self.parameter();
            }
            List::Array => {
                self.push(if negated { " <> ALL (" } else { " = ANY (" });
                self.parameter();
                let told = values.ty() == Some(Type::Text) && self.tells_type(operand, BinaryOperator::Equal);
                if let Some(name) = self.value_type(values, operand.is_json()).filter(|_| !told) {
                    self.push("::");
                    self.push(name);
                    self.push("[]");
                }
            }
        }
        self.push(")");
        Ok(())
    }

    /// The values of a list in JSON as rows: of the type of what is compared, if that is known, so that an index serves them.
    fn json_rows(&mut self, operand: &Expression, values: &Value) {
        let ty = values.ty().map(|own| match (own, self.ty(operand)) {
            (Type::Integer { .. }, Some(Type::Integer { bits: 128, .. })) => {
                Type::Integer { bits: 128, signed: true }
            }
            (Type::Text, Some(Type::Json)) => Type::Json,
            _ => own,
        });
        let ty = ty.unwrap_or(Type::Text);
        let value = match (ty, (self.dialect.value_type)(ty)) {
            (Type::Blob | Type::Uuid, _) => "unhex(onggi_value)".to_owned(),
            (Type::Json, Some(name)) => format!("CAST(onggi_value AS {name})"),
            _ => "onggi_value".to_owned(),
        };
        let [before, behind] = match ty {
            Type::Integer { bits: 64, signed: true } => parameter::around_list(),
            _ => Default::default(),
        };
        self.push(&before);
        self.push(&format!("(SELECT {value} FROM json_table("));
        self.parameter();
        self.push(", '$[*]' COLUMNS (onggi_value ");
        self.push((self.dialect.element_type)(ty));
        self.push(" PATH '$' ERROR ON ERROR)) AS onggi_list)");
        self.push(&behind);
    }

    /// The left side's collation decides.
    pub(super) fn is_in_select(&mut self, operand: &Expression, select: &Select, word: &str) -> Result<()> {
        let parts = match operand {
            Expression::Row(parts) => parts,
            other => std::slice::from_ref(other),
        };
        self.looks_up_null |= !parts.iter().all(|part| self.is_never_null(part));
        self.operand(operand)?;
        if !matches!(operand, Expression::Row(_)) && (operand.is_decimal() || select.is_decimal()) {
            self.decimal_collation();
        }
        self.push(word);
        let limited = select.limit.is_some() || select.offset.is_some();
        if !limited || self.dialect.limit_in_list {
            return self.nested(select);
        }
        self.push("(SELECT * FROM (");
        self.select(select, self.dialect.derived_columns)?;
        self.push(") AS limited)");
        Ok(())
    }
}
