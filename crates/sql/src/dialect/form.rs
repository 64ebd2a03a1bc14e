/// How one parameter is the values of an `IN` list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum List {
    /// A table function makes rows of it.
    Function(&'static str),
    /// It is an array, with whose elements `= ANY` and `<> ALL` compare.
    Array,
    /// It is an array in JSON, which a table function makes rows of.
    Json,
}

/// The aggregate that joins texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Join {
    /// This, with its parenthesis: a function of text and separator.
    Function(&'static str),
    /// `GROUP_CONCAT`, whose separator is a literal.
    Literal,
}

/// How a function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Its name, and the arguments in parentheses.
    Call(&'static str),
    /// The arguments with this between them, all in parentheses.
    Infix(&'static str),
    /// This text, in which `{0}` is the first argument and so on. Text around an argument has its own parentheses.
    Template(&'static str),
}
