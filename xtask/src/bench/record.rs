//! Reading what a benchmark program prints: one flat JSON object per line.

use std::collections::HashMap;

use crate::Result;

/// One line: its text values and its lists of numbers, by name.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    text: HashMap<String, String>,
    numbers: HashMap<String, Vec<f64>>,
}

impl Record {
    /// Reads a line of the form `{"name":"text","name":[1.5,2]}`.
    ///
    /// Only what the harness prints is understood: no escapes in text, no nesting.
    ///
    /// # Errors
    ///
    /// When the line has another form.
    pub(crate) fn parse(line: &str) -> Result<Self> {
        read(line)
            .ok_or_else(|| format!("a benchmark program printed a line that is no record: {line}").into())
    }

    /// The text called `name`, if there is one.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.text.get(name).map(String::as_str)
    }

    /// The numbers called `name`; none if there is no such list.
    pub(crate) fn numbers(&self, name: &str) -> &[f64] {
        self.numbers.get(name).map_or(&[], Vec::as_slice)
    }
}

fn read(line: &str) -> Option<Record> {
    let mut record = Record::default();
    let mut rest = line.trim().strip_prefix('{')?;
    loop {
        let (name, after) = quoted(rest)?;
        let after = after.strip_prefix(':')?;
        rest = if let Some(list) = after.strip_prefix('[') {
            let (list, after) = list.split_once(']')?;
            let numbers = list.split(',').filter(|item| !item.is_empty()).map(str::parse);
            record.numbers.insert(name.to_owned(), numbers.collect::<std::result::Result<_, _>>().ok()?);
            after
        } else {
            let (value, after) = quoted(after)?;
            record.text.insert(name.to_owned(), value.to_owned());
            after
        };
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (rest == "}").then_some(record),
        }
    }
}

/// Splits `"text"rest`.
fn quoted(input: &str) -> Option<(&str, &str)> {
    let (text, rest) = input.strip_prefix('"')?.split_once('"')?;
    (!text.contains('\\')).then_some((text, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_are_read_by_name() {
        let record = Record::parse(r#"{"workload":"get, by key","micros":[1.5,2],"none":[]}"#).unwrap();
        assert_eq!(record.text("workload"), Some("get, by key"));
        assert_eq!(record.numbers("micros"), [1.5, 2.0]);
        assert!(record.numbers("none").is_empty());
        assert_eq!(record.text("mode"), None);
    }

    #[test]
    fn anything_else_is_refused() {
        for line in
            ["", "{", "{}", r#"{"a":1}"#, r#"{"a":"b"} "c""#, r#"{"a":[x]}"#, r#"{"a":"\n"}"#, r#"{"a":"b","#]
        {
            assert!(Record::parse(line).is_err(), "{line}");
        }
    }
}
