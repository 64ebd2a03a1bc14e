//! Opcodes on builtins that no pickler writes, and CPython takes: items of a bytearray, places of a list, empty states.

use super::build::GraphBuilder;
use super::store::Slot;
use super::{Global, Node, NodeId};
use crate::error::{Error, Result};

impl GraphBuilder<'_> {
    /// `bytearray.extend`: each item must be a byte.
    pub(super) fn append_bytes(&mut self, id: NodeId, items: &[NodeId]) -> Result<()> {
        let bytes: Vec<u8> = items.iter().map(|item| self.byte(*item)).collect::<Result<_>>()?;
        self.grown_bytes(id)?.extend(bytes);
        Ok(())
    }

    /// `list[place] = item` and `bytearray[place] = byte`, in turn; says whether the node is one of these.
    #[cold]
    pub(super) fn set_places(&mut self, id: NodeId, flat: &[NodeId]) -> Result<bool> {
        let length = match self.node(id) {
            Node::List(items) => items.len(),
            Node::ByteArray(bytes) => bytes.len(),
            _ => return Ok(false),
        };
        for pair in flat.chunks_exact(2) {
            let place = self.place(pair[0], length)?;
            match self.store.slots[id.index()] {
                Slot::List(span) => self.store.items.set(span, place, pair[1]),
                _ => {
                    let byte = self.byte(pair[1])?;
                    self.grown_bytes(id)?[place] = byte;
                }
            }
        }
        Ok(true)
    }

    /// Whether a state does nothing to an object without `__dict__`: `None`, or `None` and no attributes.
    pub(super) fn is_no_state(&self, state: NodeId) -> bool {
        match self.node(state) {
            Node::None => true,
            Node::Tuple(&[first, second]) => {
                matches!((self.node(first), self.node(second)), (Node::None, Node::Dict([])))
            }
            _ => false,
        }
    }

    /// Whether items that are set on an inert object become keys of a dict, as far as its class is known.
    pub(super) fn has_keys(&self, id: NodeId) -> bool {
        let Node::Object(object) = self.node(id) else { return false };
        matches!(
            self.node(object.callable),
            Node::Global(
                Global { module: "collections", name: "OrderedDict" | "defaultdict" | "Counter" }
                    | Global { module: "builtins" | "__builtin__", name: "dict" }
            )
        )
    }

    /// The bytes of a bytearray that are its own, copied the first time.
    fn grown_bytes(&mut self, id: NodeId) -> Result<&mut Vec<u8>> {
        if let Some(length) = self.store.shared_length(id) {
            self.copy(length)?;
        }
        self.store.grown_bytes(id)
    }

    fn byte(&self, id: NodeId) -> Result<u8> {
        match self.node(id) {
            Node::Bool(value) => Ok(u8::from(value)),
            Node::Int(value) => {
                u8::try_from(value).map_err(|_| Error::syntax("a byte must be in the range from 0 to 255"))
            }
            node => Err(Error::syntax(format!("an item of a bytearray cannot be a {}", node.kind()))),
        }
    }

    /// An index, counted from the end when it is negative.
    fn place(&self, key: NodeId, length: usize) -> Result<usize> {
        let index = match self.node(key) {
            Node::Bool(value) => i64::from(value),
            Node::Int(value) => value,
            Node::BigInt(_) => i64::MAX,
            node => return Err(Error::syntax(format!("an index cannot be a {}", node.kind()))),
        };
        let place = usize::try_from(index.unsigned_abs()).ok();
        let place = place.and_then(|place| if index < 0 { length.checked_sub(place) } else { Some(place) });
        place.filter(|place| *place < length).ok_or_else(|| Error::syntax("index out of range"))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Error, Graph, Value, from_slice};

    #[test]
    fn a_bytearray_takes_bytes_and_what_it_was_made_of_stays() -> Result<(), Error> {
        // [b, a, a] with b = b'ab' and a = bytearray(b), to which 1, True and 255 are appended
        let pickle = b"](C\x02ab\x94cbuiltins\nbytearray\nh\x00\x85R\x94(K\x01\x88eK\xffah\x01e.";
        let (bytes, array) = (Value::Bytes(b"ab".to_vec()), Value::ByteArray(b"ab\x01\x01\xff".to_vec()));
        assert_eq!(from_slice::<Value>(pickle)?, Value::List(vec![bytes, array.clone(), array].into()));
        for refused in [&b"\x96\0\0\0\0\0\0\0\0M\0\x01a."[..], b"\x96\0\0\0\0\0\0\0\0C\x01aa."] {
            assert!(Graph::from_slice(refused).is_err_and(|error| error.is_syntax()));
        }
        Ok(())
    }

    #[test]
    fn places_of_lists_and_bytearrays_can_be_set() -> Result<(), Error> {
        let list = from_slice::<Vec<u8>>(b"](K\x01K\x02K\x03e(\x88K\x07J\xff\xff\xff\xffK\x09u.")?;
        assert_eq!(list, [1, 7, 9]);
        let array = from_slice::<Value>(b"\x96\x02\0\0\0\0\0\0\0abK\0K\x7as.")?;
        assert_eq!(array, Value::ByteArray(b"zb".to_vec()));
        for refused in [&b"]K\0K\0s."[..], b"](NeJ\xfe\xff\xff\xffNs.", b"](NeNNs.", b")K\0K\0s."] {
            assert!(Graph::from_slice(refused).is_err_and(|error| error.is_syntax()));
        }
        Ok(())
    }

    #[test]
    fn what_is_set_on_an_inert_object_is_no_key() -> Result<(), Error> {
        Graph::from_slice(b"ca\nb\n)R]Ns(]]\x90.")?;
        assert!(Graph::from_slice(b"ccollections\nOrderedDict\n)R]Ns.").is_err());
        Ok(())
    }

    #[test]
    fn empty_states_do_nothing_to_builtins() -> Result<(), Error> {
        Graph::from_slice(b"]N}\x86bNb.")?;
        for refused in [&b"]}b."[..], b"]NN\x86b.", b"]}N\x86b.", b"])b.", b"]N}K\x01Ns\x86b."] {
            assert!(Graph::from_slice(refused).is_err_and(|error| error.is_syntax()));
        }
        Ok(())
    }

    #[test]
    fn a_bytearray_that_grows_bit_by_bit_takes_linear_time() -> Result<(), Error> {
        let pickle = [&b"\x96\0\0\0\0\0\0\0\0"[..], &b"K\x07a".repeat(300_000), b"."].concat();
        let Value::ByteArray(bytes) = from_slice(&pickle)? else { panic!("not a bytearray") };
        assert_eq!(bytes, [7; 300_000]);
        Ok(())
    }
}
