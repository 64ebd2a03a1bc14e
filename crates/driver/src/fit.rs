/// How far the columns of a table are of the types that the program takes them for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Values become theirs where they are bound one by one, or not at all.
    Differs,
    /// Values become theirs where they are assigned, and lose nothing.
    Converts,
    /// They are the same.
    Same,
}
