/// A function that every database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// How many rows.
    CountRows,
    /// How many values that are not NULL.
    Count,
    /// The smallest value.
    Min,
    /// The greatest value.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Average,
    /// The text in small letters.
    Lower,
    /// The text in capitals.
    Upper,
    /// How many characters.
    Length,
    /// The first argument that is not NULL.
    Coalesce,
}
