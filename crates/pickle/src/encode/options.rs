//! How to write a pickle.

use std::fmt;
use std::io;

use crate::protocol::Protocol;

/// What is asked whether it takes bytes out of band.
pub(super) type TakeBuffer<'b> = &'b mut dyn FnMut(&[u8]) -> io::Result<bool>;

/// The protocol to write, and what becomes of large bytes.
///
/// # Examples
///
/// Bytes can travel beside the pickle, as with the `buffer_callback` of CPython's `pickle.dumps`:
///
/// ```
/// use onggi_pickle::{Protocol, Value, WriteOptions, to_vec_with};
///
/// let mut buffers = Vec::new();
/// let mut take = |bytes: &[u8]| {
///     let large = bytes.len() >= 1 << 16;
///     if large {
///         buffers.push(bytes.to_vec());
///     }
///     Ok(large)
/// };
/// let value = Value::List(vec![Value::Bytes(vec![7; 1 << 20]), Value::Bytes(vec![8])].into());
/// let pickle = to_vec_with(&value, WriteOptions::from(Protocol::V5).buffers(&mut take))?;
///
/// // pickle.loads(pickle, buffers=buffers) gives the list again.
/// assert_eq!(pickle, b"\x80\x05\x95\x0b\0\0\0\0\0\0\0]\x94(\x97\x98C\x01\x08\x94e.");
/// assert_eq!(buffers, [vec![7; 1 << 20]]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Default)]
pub struct WriteOptions<'b> {
    pub(crate) protocol: Protocol,
    pub(crate) buffers: Option<TakeBuffer<'b>>,
}

impl<'b> WriteOptions<'b> {
    /// Sets the protocol. Default [`Protocol::V4`].
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Offers all bytes and bytearrays, but those in dict keys and set items, to `take`, in their order. Those for which
    /// it returns `true` are left out of the pickle; whoever loads it must give them back in the same order.
    ///
    /// Needs [`Protocol::V5`]: below it nothing is offered. Python then has the very objects that it is given as buffers;
    /// those that were bytes here are read-only for it.
    #[must_use]
    pub fn buffers(mut self, take: &'b mut dyn FnMut(&[u8]) -> io::Result<bool>) -> Self {
        self.buffers = Some(take);
        self
    }
}

impl From<Protocol> for WriteOptions<'_> {
    fn from(protocol: Protocol) -> Self {
        Self::default().protocol(protocol)
    }
}

impl fmt::Debug for WriteOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("WriteOptions");
        debug.field("protocol", &self.protocol).field("buffers", &self.buffers.is_some()).finish()
    }
}
