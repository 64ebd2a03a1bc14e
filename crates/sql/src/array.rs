use std::fmt;

use crate::{Type, Value};

/// The elements of an array, of which some may be NULL.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The type of all of them.
    pub element: ElementType,
    /// The elements, in order.
    pub values: Vec<Value>,
}

/// The type of an array's elements: any but that of arrays.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ElementType(u8);

/// The types, whose places here stand for them: types are handed around with every value, and stay as small as without arrays.
const TYPES: [Type; 22] = [
    Type::Boolean,
    Type::Real,
    Type::Double,
    Type::Text,
    Type::Blob,
    Type::Date,
    Type::Time,
    Type::DateTime,
    Type::Timestamp,
    Type::Uuid,
    Type::Decimal,
    Type::Json,
    Type::Integer { bits: 8, signed: true },
    Type::Integer { bits: 8, signed: false },
    Type::Integer { bits: 16, signed: true },
    Type::Integer { bits: 16, signed: false },
    Type::Integer { bits: 32, signed: true },
    Type::Integer { bits: 32, signed: false },
    Type::Integer { bits: 64, signed: true },
    Type::Integer { bits: 64, signed: false },
    Type::Integer { bits: 128, signed: true },
    Type::Integer { bits: 128, signed: false },
];

impl ElementType {
    /// The type as that of elements.
    ///
    /// # Panics
    ///
    /// Of an array, and of whole numbers of other widths than [`Type::Integer`] has.
    pub const fn of(ty: Type) -> ElementType {
        ElementType(match ty {
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
            Type::Integer { bits: 8, signed } => 13 - signed as u8,
            Type::Integer { bits: 16, signed } => 15 - signed as u8,
            Type::Integer { bits: 32, signed } => 17 - signed as u8,
            Type::Integer { bits: 64, signed } => 19 - signed as u8,
            Type::Integer { bits: 128, signed } => 21 - signed as u8,
            Type::Integer { .. } => panic!("whole numbers have 8, 16, 32, 64 or 128 bits"),
            Type::Array(_) => panic!("the elements of an array are no arrays"),
        })
    }

    /// A number that no other type of elements has.
    pub(crate) fn number(self) -> u32 {
        self.0.into()
    }

    /// The type of an element.
    pub const fn ty(self) -> Type {
        TYPES[self.0 as usize]
    }
}

impl fmt::Debug for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ty().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ValueRef;

    #[test]
    fn an_element_is_of_the_type_that_it_was_made_of() {
        for ty in TYPES {
            assert_eq!(ElementType::of(ty).ty(), ty);
        }
    }

    #[test]
    fn arrays_make_no_type_and_no_value_larger() {
        assert_eq!(size_of::<Option<Type>>(), size_of::<(u8, bool)>());
        assert_eq!(size_of::<Value>(), size_of::<Vec<u8>>() + size_of::<usize>());
        assert_eq!(size_of::<ValueRef<'_>>(), size_of::<&[u8]>() + size_of::<usize>());
    }
}
