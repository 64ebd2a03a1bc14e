use std::ops::Range;

/// A statement as a database takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    text: Box<str>,
    parameters: usize,
    order: Option<Box<[usize]>>,
    list: Option<List>,
    keys: Option<Box<str>>,
    limit: Option<Limit>,
    once: bool,
}

/// Where a list of whole numbers stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    /// Which placeholder it is.
    pub(crate) placeholder: usize,
    /// The bytes of its rows, in parentheses.
    pub(crate) rows: Range<usize>,
}

/// Where the number of rows stands in a text that a select is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Which value it is, counted from 0.
    pub(crate) value: usize,
    /// The bytes of its placeholder.
    pub(crate) place: Range<usize>,
}

impl Compiled {
    pub(crate) fn new(text: String, parameters: usize, order: Option<Vec<usize>>) -> Compiled {
        let order = order.map(Vec::into_boxed_slice);
        let text = text.into_boxed_str();
        Compiled { text, parameters, order, list: None, keys: None, limit: None, once: false }
    }

    pub(crate) fn with_list(self, list: Option<List>) -> Compiled {
        Compiled { list, ..self }
    }

    pub(crate) fn with_keys(self, keys: Option<String>) -> Compiled {
        Compiled { keys: keys.map(String::into_boxed_str), ..self }
    }

    pub(crate) fn with_limit(self, limit: Option<Limit>) -> Compiled {
        Compiled { limit, ..self }
    }

    pub(crate) fn prepared_once(self, once: bool) -> Compiled {
        Compiled { once, ..self }
    }

    /// Whether it is to be prepared anew for each run: see [`looks_anew`](crate::Dialect::looks_anew).
    pub fn is_once(&self) -> bool {
        self.once
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

    /// Which placeholder is the one list of whole numbers that is looked into, of databases that make rows of its text; none where
    /// there are others, or none.
    pub fn list(&self) -> Option<usize> {
        self.list.as_ref().map(|list| list.placeholder)
    }

    /// What asks how many of some keys are there, as far as the first of them: of an insert of rows whose keys the database
    /// generates and does not give back.
    pub fn keys(&self) -> Option<&str> {
        self.keys.as_deref()
    }

    /// The text with so many placeholders in place of that list.
    pub fn listing(&self, values: usize) -> Option<String> {
        let rows = self.list.as_ref()?.rows.clone();
        let (before, behind) = (self.text.get(..rows.start)?, self.text.get(rows.end..)?);
        let values = vec!["?"; values].join(", ");
        Some(format!("{before}({values}){behind}"))
    }
    /// Which value, counted from 0, is the number of rows that the select is limited to.
    pub fn limit(&self) -> Option<usize> {
        self.limit.as_ref().map(|limit| limit.value)
    }

    /// The text with a number of rows in place of that value, which is still among the parameters: databases that plan a statement
    /// once for all values plan better with it.
    pub fn limited(&self, rows: i64) -> Option<String> {
        let Limit { value, place } = self.limit.as_ref()?;
        let placeholder = self.text.get(place.clone())?;
        // Texts that were moved within the statement have other places.
        let is_it = placeholder.get(1..).is_some_and(|number| number.parse() == Ok(value + 1));
        let (before, behind) = (self.text.get(..place.start)?, self.text.get(place.end..)?);
        is_it.then(|| format!("{before}{rows}{behind}"))
    }
}
