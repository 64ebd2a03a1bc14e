/// How far the columns of a table are of the types that the program takes them for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Values become theirs where they are bound one by one, or not at all.
    Differs,
    /// Values become theirs where they are assigned.
    Converts,
    /// They are the same, and nothing stands between a copy of rows and the table.
    Same,
}
