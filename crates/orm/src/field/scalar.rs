use super::{Field, unexpected};
use crate::{Bind, Error, Result, Type, ValueRef};

impl Field for bool {
    type Base = bool;
    const TYPE: Type = Type::Boolean;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Boolean(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<bool> {
        match value {
            ValueRef::Boolean(value) => Ok(value),
            other => unexpected("a boolean", other),
        }
    }
}

impl Field for String {
    type Base = String;
    const TYPE: Type = Type::Text;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Text(self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<String> {
        match value {
            ValueRef::Text(value) => Ok(value.to_owned()),
            other => unexpected("text", other),
        }
    }
}

impl Field for Vec<u8> {
    type Base = Vec<u8>;
    const TYPE: Type = Type::Blob;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Blob(self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Vec<u8>> {
        match value {
            ValueRef::Blob(value) => Ok(value.to_owned()),
            other => unexpected("a blob", other),
        }
    }
}

impl Field for f64 {
    type Base = f64;
    const TYPE: Type = Type::Double;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Real(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<f64> {
        match value {
            ValueRef::Real(value) => Ok(value),
            other => unexpected("a real number", other),
        }
    }
}

impl Field for f32 {
    type Base = f32;
    const TYPE: Type = Type::Real;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Real((*self).into()))?)
    }

    /// A number that has more digits than an `f32` holds is refused.
    #[inline]
    fn read(value: ValueRef<'_>) -> Result<f32> {
        let ValueRef::Real(value) = value else { return unexpected("a real number", value) };
        // Checked: what does not come back the same is refused.
        #[allow(clippy::cast_possible_truncation)]
        let narrow = value as f32;
        if f64::from(narrow) != value {
            return Err(Error::value(format!("{value} has no exact f32; use f64 for this column")));
        }
        Ok(narrow)
    }
}
