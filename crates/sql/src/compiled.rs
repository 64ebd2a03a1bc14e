/// A statement as a database takes it.
#[derive(Clone, Debug)]
pub struct Compiled {
    text: Box<str>,
    parameters: usize,
    order: Option<Box<[usize]>>,
}

impl Compiled {
    pub(crate) fn new(text: String, parameters: usize, order: Option<Vec<usize>>) -> Compiled {
        Compiled { text: text.into_boxed_str(), parameters, order: order.map(Vec::into_boxed_slice) }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many parameters it has: values that are bound.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Which value, counted from 0, each placeholder of the text stands for, where placeholders have no numbers and stand in another
    /// order than the values, or one more than once.
    pub fn order(&self) -> Option<&[usize]> {
        self.order.as_deref()
    }
}
