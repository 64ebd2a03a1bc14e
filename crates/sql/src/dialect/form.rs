/// How one parameter is the values of an `IN` list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum List {
    /// A table function makes rows of it.
    Function(&'static str),
    /// It is an array, with whose elements `= ANY` and `<> ALL` compare.
    Array,
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
