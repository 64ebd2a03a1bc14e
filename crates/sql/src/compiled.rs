/// A statement as a database takes it.
#[derive(Clone, Debug)]
pub struct Compiled {
    text: Box<str>,
    parameters: usize,
}

impl Compiled {
    pub(crate) fn new(text: String, parameters: usize) -> Compiled {
        Compiled { text: text.into_boxed_str(), parameters }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.parameters
    }
}
