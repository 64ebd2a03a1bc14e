//! Python's equality of the values of two pickles.

mod form;
mod number;

use std::collections::HashMap;

use self::form::{Form, View};
use crate::error::{Error, Result};
use crate::graph::Graph;

impl Graph<'_> {
    /// Whether two pickles hold equal values, whatever their protocols, memos, and orders of keys.
    ///
    /// It is Python's `==` of the loaded values: `1 == 1.0 == True`, numbers by what they are worth (`Decimal("1.0")`
    /// included), `bytes` and `bytearray` by their bytes, dicts without regard to order, NaN equal to nothing, moments with an
    /// offset by what they are in UTC. Python would ask the classes of other objects; here these are equal when their
    /// class, their arguments and what is done to them are. In two more points the answer is simpler than Python's:
    ///
    /// - `OrderedDict`, `Counter` and `defaultdict` are dicts: neither order nor counts of zero make a difference of their own.
    /// - A `Fraction` equals other fractions and integers only.
    ///
    /// Time is linear in the sizes, but for sorting keys: shared objects are compared once, however often they are met.
    ///
    /// # Errors
    ///
    /// When a value contains itself, for which Python has no answer either, and when an object of the standard library is one that
    /// CPython would refuse to make.
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::Graph;
    ///
    /// let one = Graph::from_slice(b"}(U\x01aK\x01U\x01bK\x02u.")?; // {'a': 1, 'b': 2}
    /// let two = Graph::from_slice(b"\x80\x02}q\0(X\x01\0\0\0bG@\0\0\0\0\0\0\0X\x01\0\0\0aK\x01u.")?; // {'b': 2.0, 'a': 1}
    /// assert!(one.equals(&two)?);
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn equals(&self, other: &Graph<'_>) -> Result<bool> {
        let mut classes = Classes::default();
        Ok(classes.of(self)? == classes.of(other)?)
    }
}

/// Numbers for forms: equal values have equal numbers.
#[derive(Default)]
struct Classes {
    interned: HashMap<Form, u32>,
    /// How many classes there are, those included that have one value.
    count: u32,
}

/// What has no class yet, and what waits for the classes of its parts.
const UNKNOWN: u32 = u32::MAX;
const OPEN: u32 = u32::MAX - 1;

impl Classes {
    /// The class of a graph's root. Parts come before what holds them.
    fn of(&mut self, graph: &Graph<'_>) -> Result<u32> {
        let mut known = vec![UNKNOWN; graph.node_count()];
        let mut open = vec![graph.root()];
        while let Some(&id) = open.last() {
            let state = known[id.index()];
            if state < OPEN {
                open.pop();
                continue;
            }
            known[id.index()] = OPEN;
            let view = View::of(graph, id)?;
            let waiting = open.len();
            if state == UNKNOWN
                && let Some(view) = &view
            {
                for part in view.parts() {
                    match known[part.index()] {
                        OPEN => return Err(Error::data("a value that contains itself cannot be compared")),
                        UNKNOWN => open.push(part),
                        _ => {}
                    }
                }
            }
            if open.len() == waiting {
                open.pop();
                known[id.index()] = self.class(view.map(|view| view.form(|part| known[part.index()])));
            }
        }
        Ok(known[graph.root().index()])
    }

    fn class(&mut self, form: Option<Form>) -> u32 {
        let next = self.count;
        let class = form.map_or(next, |form| *self.interned.entry(form).or_insert(next));
        self.count += u32::from(class == next); // fewer than nodes of two graphs, which share the memory of a machine
        class
    }
}
