use std::ops::RangeInclusive;

/// A function that databases share, or that can be said in all of them: each [`Dialect`](crate::Dialect) has its form.
///
/// Of NULL they make NULL, if nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// The text in small letters.
    Lower,
    /// The text in capitals.
    Upper,
    /// How many characters.
    Length,
    /// The text without spaces at both ends.
    Trim,
    /// The text without spaces at its start.
    TrimStart,
    /// The text without spaces at its end.
    TrimEnd,
    /// The text with another in every place of a third: text, what is replaced, what by.
    Replace,
    /// The text from a character on, counted from 1, to its end or so many characters long.
    Substring,
    /// At which character, counted from 1, a text first contains another; 0 where it does not.
    Position,
    /// So many characters of the text's start.
    Left,
    /// So many characters of the text's end.
    Right,
    /// Texts one behind the other.
    Concat,
    /// The first argument that is not NULL.
    Coalesce,
    /// The first argument, or NULL where it equals the second.
    NullIf,
    /// The number without its sign.
    Absolute,
    /// The number rounded, halves away from zero, to so many digits behind the point, or to none.
    Round,
    /// The greatest whole number that is not above the number.
    Floor,
    /// The smallest whole number that is not below the number.
    Ceiling,
    /// -1, 0 or 1.
    Sign,
    /// The first number to the power of the second.
    Power,
    /// The square root.
    SquareRoot,
    /// The greatest of the arguments; NULL where one is NULL.
    Greatest,
    /// The smallest of the arguments; NULL where one is NULL.
    Least,
    /// A date's year.
    Year,
    /// A date's month, from 1.
    Month,
    /// A date's day of the month, from 1.
    Day,
    /// A date's day of the year, from 1.
    DayOfYear,
    /// A date's day of the week, 0 for Sunday.
    Weekday,
    /// A time's hour.
    Hour,
    /// A time's minute.
    Minute,
    /// A time's whole seconds.
    Second,
    /// The date of a date and time.
    Date,
    /// A date so many days later.
    AddDays,
    /// How many days the first date is after the second; times of day do not count.
    DaysBetween,
    /// Today, in UTC.
    CurrentDate,
    /// Now, in UTC, as a date and time without a zone.
    CurrentDateTime,
    /// Now, as a moment.
    CurrentTimestamp,
    /// What a JSON document has at a [path](crate::json_path), as a text: of texts and numbers.
    JsonText,
    /// What a JSON document has at a path, as a whole number.
    JsonInteger,
    /// What a JSON document has at a path, as a floating-point number.
    JsonNumber,
    /// How many elements the array has that a JSON document is, or has at a path.
    JsonLength,
    /// What a JSON document has at a path: `null`, `boolean`, `number`, `string`, `array` or `object`.
    JsonType,
    /// Whether a text is a JSON document.
    JsonValid,
    /// How many elements an array has.
    ArrayLength,
    /// Whether a value is one of an array's elements; NULL where it is none, and one of these is NULL.
    ArrayHas,
    /// Whether an array has every element of another; NULL is no element that it could have.
    ArrayHasAll,
    /// Whether two arrays have an element in common that is not NULL.
    ArrayOverlaps,
    /// The element of an array at a place, counted from 1; NULL where there is none.
    ArrayElement,
}

impl Function {
    /// How many arguments it takes.
    pub fn arity(self) -> RangeInclusive<usize> {
        use Function::{
            AddDays, ArrayElement, ArrayHas, ArrayHasAll, ArrayOverlaps, Coalesce, Concat, CurrentDate,
            CurrentDateTime, CurrentTimestamp, DaysBetween, Greatest, JsonInteger, JsonLength, JsonNumber,
            JsonText, JsonType, Least, Left, NullIf, Position, Power, Replace, Right, Round, Substring,
        };
        match self {
            CurrentDate | CurrentDateTime | CurrentTimestamp => 0..=0,
            Round | JsonLength => 1..=2,
            AddDays | ArrayElement | ArrayHas | ArrayHasAll | ArrayOverlaps | DaysBetween | JsonInteger
            | JsonNumber | JsonText | JsonType | Left | NullIf | Position | Power | Right => 2..=2,
            Substring => 2..=3,
            Replace => 3..=3,
            Coalesce | Concat | Greatest | Least => 1..=usize::MAX,
            _ => 1..=1,
        }
    }

    /// Whether it is one of arrays, which not every database has.
    pub(crate) fn is_of_arrays(self) -> bool {
        use Function::{ArrayElement, ArrayHas, ArrayHasAll, ArrayLength, ArrayOverlaps};
        matches!(self, ArrayElement | ArrayHas | ArrayHasAll | ArrayLength | ArrayOverlaps)
    }

    /// Whether it computes with numbers.
    pub(crate) fn computes(self) -> bool {
        use Function::{Absolute, Ceiling, Floor, Power, Round, Sign, SquareRoot};
        matches!(self, Absolute | Ceiling | Floor | Power | Round | Sign | SquareRoot)
    }

    /// Whether it compares its arguments.
    pub(crate) fn compares(self) -> bool {
        matches!(self, Function::Greatest | Function::Least | Function::NullIf)
    }
}

/// A function that the program, or somebody else, has made known to the database.
///
/// ```
/// use onggi_sql::{Declared, Expression};
///
/// static PICKLE_JSON: Declared = Declared { name: "pickle_json", program: true };
/// let call = Expression::Call(&PICKLE_JSON, vec![Expression::value("…")]);
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name, unquoted.
    pub name: &'static str,
    /// Whether it is one of the program's own, for databases that run inside of it.
    pub program: bool,
}
