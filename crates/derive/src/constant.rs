//! Literals of the schema.

use std::str::FromStr;

use quote::ToTokens;
use syn::parse::{Parse as _, ParseStream};
use syn::{Lit, Result, Token};

/// A column's default.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Sql(String),
}

impl Constant {
    /// Reads a literal, with or without a minus sign.
    pub fn parse(input: ParseStream<'_>) -> Result<Constant> {
        let sign = Option::<Token![-]>::parse(input)?.map_or("", |_| "-");
        match Lit::parse(input)? {
            Lit::Int(literal) => Ok(Constant::Integer(number(sign, &literal, literal.base10_digits())?)),
            Lit::Float(literal) => Ok(Constant::Real(number(sign, &literal, literal.base10_digits())?)),
            Lit::Bool(literal) if sign.is_empty() => Ok(Constant::Boolean(literal.value)),
            Lit::Str(literal) if sign.is_empty() => Ok(Constant::Text(literal.value())),
            literal => Err(syn::Error::new_spanned(literal, "expected a text, a number, `true` or `false`")),
        }
    }

    /// The types of the columns that can have it; none if any can.
    pub fn types(&self) -> &'static [&'static str] {
        match self {
            Constant::Boolean(_) => &["Boolean"],
            Constant::Integer(_) => &["Integer", "Real", "Double", "Decimal"],
            Constant::Real(_) => &["Real", "Double", "Decimal"],
            Constant::Text(_) => {
                &["Text", "Date", "Time", "DateTime", "Timestamp", "Uuid", "Decimal", "Json"]
            }
            Constant::Sql(_) => &[],
        }
    }
}

fn number<T: FromStr>(sign: &str, literal: &impl ToTokens, digits: &str) -> Result<T> {
    let parsed = format!("{sign}{digits}").parse();
    parsed.map_err(|_| syn::Error::new_spanned(literal, "a number between -2⁶³ and 2⁶³ - 1"))
}
