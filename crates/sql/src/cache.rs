//! Compiled statements, kept by shape.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;

use crate::shape::Shape;
use crate::{Dialect, Result, Statement, compile};

/// A statement as a database takes it.
#[derive(Debug)]
pub struct Compiled {
    text: Box<str>,
    parameters: usize,
    number: u64,
}

impl Compiled {
    pub(crate) fn new(text: String, parameters: usize) -> Compiled {
        static COMPILED: AtomicU64 = AtomicU64::new(0);
        let number = COMPILED.fetch_add(1, Ordering::Relaxed);
        Compiled { text: text.into_boxed_str(), parameters, number }
    }

    /// Tells it from all others of the process: what connections keep their prepared statements by.
    pub fn number(&self) -> u64 {
        self.number
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

/// Compiled statements of one dialect by shape, bounded in number.
#[derive(Debug)]
pub struct Cache {
    dialect: &'static Dialect,
    compiled: HashMap<Shape, Arc<Compiled>>,
    capacity: usize,
}

impl Cache {
    /// How many statements a cache keeps unless told otherwise.
    pub const CAPACITY: usize = 1_000;

    /// An empty cache for a dialect.
    pub fn new(dialect: &'static Dialect) -> Cache {
        Cache { dialect, compiled: HashMap::new(), capacity: Cache::CAPACITY }
    }

    /// The dialect it compiles to.
    pub fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// The text of a shape, compiled from `statement` if this is the shape's first time.
    ///
    /// A full cache starts over: programs have far fewer shapes than it holds, and those that make ever new ones
    /// gain nothing from keeping the old.
    ///
    /// # Errors
    ///
    /// Those of [`compile`](compile::compile).
    pub fn get(&mut self, shape: &Shape, statement: impl FnOnce() -> Statement) -> Result<Arc<Compiled>> {
        if let Some(compiled) = self.compiled.get(shape) {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(compile::compile(&statement(), self.dialect)?);
        if self.compiled.len() >= self.capacity {
            self.compiled.clear();
        }
        self.compiled.insert(shape.clone(), Arc::clone(&compiled));
        Ok(compiled)
    }
}
