//! What a pickle refers to outside of itself: out-of-band buffers and the extension registry.

use std::collections::HashMap;

use super::store::{Slot, Text};
use super::{Global, Graph};
use crate::error::{Error, Result};

impl<'a> Graph<'a> {
    /// How many out-of-band buffers the pickle takes.
    pub fn buffer_count(&self) -> usize {
        self.buffer_count
    }

    /// Supplies the out-of-band buffers, in their order: `pickle.loads(…, buffers=…)`. Each [`crate::Node::Buffer`] then has
    /// bytes ([`Graph::buffer`], [`Graph::borrowed_bytes`]), and is `bytes` to serde.
    ///
    /// # Errors
    ///
    /// When there are fewer than the pickle takes. More are left alone, as CPython leaves them.
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::Graph;
    ///
    /// // pickle.dumps([pickle.PickleBuffer(b"one"), pickle.PickleBuffer(b"two")], 5, buffer_callback=...)
    /// let pickle = b"\x80\x05]\x94(\x97\x98\x97\x98e.";
    /// let mut graph = Graph::from_slice(pickle)?;
    /// graph.set_buffers([&b"one"[..], b"two"])?;
    /// assert_eq!(graph.deserialize::<Vec<Vec<u8>>>()?, [b"one", b"two"]);
    ///
    /// let error = graph.set_buffers([&b"one"[..]]).unwrap_err();
    /// assert_eq!(error.to_string(), "the pickle takes 2 out-of-band buffers, but 1 was given");
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn set_buffers(&mut self, buffers: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
        let buffers: Vec<&'a [u8]> = buffers.into_iter().take(self.buffer_count).collect();
        if buffers.len() < self.buffer_count {
            let given = buffers.len();
            let verb = if given == 1 { "was" } else { "were" };
            let taken = self.buffer_count;
            return Err(Error::data(format!(
                "the pickle takes {taken} out-of-band buffers, but {given} {verb} given"
            )));
        }
        self.buffers = buffers;
        Ok(())
    }

    /// How many bytes the buffers have that were supplied.
    pub(crate) fn buffers_length(&self) -> usize {
        self.buffers.iter().fold(0, |length: usize, buffer| length.saturating_add(buffer.len()))
    }

    /// The bytes of an out-of-band buffer, counted from 0, if they were supplied.
    pub fn buffer(&self, index: u32) -> Option<&'a [u8]> {
        self.buffers.get(usize::try_from(index).ok()?).copied()
    }

    /// Looks up the codes of the extension registry (`copyreg.add_extension`): each [`crate::Node::Extension`] whose code
    /// `registry` knows becomes the [`crate::Node::Global`] that it stands for. Each code is asked for once.
    ///
    /// # Errors
    ///
    /// When the names are more than a graph can hold, which are two thousand million.
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::{Global, Graph, Node};
    ///
    /// // copyreg.add_extension("app.models", "Profile", 240)
    /// let registry = |code| (code == 240).then_some(Global { module: "app.models", name: "Profile" });
    /// let mut graph = Graph::from_slice(b"\x80\x02\x82\xf0.")?;
    /// assert_eq!(graph.node(graph.root()), Node::Extension(240));
    /// graph.resolve_extensions(registry)?;
    /// assert_eq!(graph.node(graph.root()), Node::Global(Global { module: "app.models", name: "Profile" }));
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn resolve_extensions<'n>(
        &mut self,
        mut registry: impl FnMut(i32) -> Option<Global<'n>>,
    ) -> Result<()> {
        let mut known: HashMap<i32, Option<(Text, Text)>> = HashMap::new();
        for index in 0..self.store.slots.len() {
            let Slot::Extension(code, effects) = self.store.slots[index] else { continue };
            let names = match known.get(&code) {
                Some(names) => *names,
                None => {
                    let names = match registry(code) {
                        Some(global) => Some((
                            self.store.add_own_text(global.module.to_owned())?,
                            self.store.add_own_text(global.name.to_owned())?,
                        )),
                        None => None,
                    };
                    known.insert(code, names);
                    names
                }
            };
            if let Some((module, name)) = names {
                self.store.slots[index] = Slot::Global(module, name, effects);
            }
        }
        Ok(())
    }
}
