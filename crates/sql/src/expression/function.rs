/// A function that every database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// The text in small letters.
    Lower,
    /// The text in capitals.
    Upper,
    /// How many characters.
    Length,
    /// The first argument that is not NULL.
    Coalesce,
}
