//! Pickles of one Pickler, which share its memo.

use crate::error::{Error, Result};
use crate::opcode::Opcode;
use crate::parse::{Argument, Parser};

/// The pickles of a stream as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// A pickle of the tuple of their objects.
    pub pickle: Vec<u8>,
    /// Where each of them starts in the stream.
    pub starts: Vec<usize>,
}

/// Makes one pickle of all pickles of a stream, of the tuple of their objects.
///
/// A `Pickler` that writes one object after another refers in later pickles to objects of earlier ones, by its memo. An
/// `Unpickler` that goes on reading keeps the memo too, and so does this. Read alone, such later pickles have memo entries
/// that were never stored. Pickles that each have their own memo must not be joined: their entries would be mixed up.
///
/// # Errors
///
/// When some of the input is not a pickle, with the offset.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Node, join};
///
/// let joined = join(b"\x80\x02]q\x00.h\x00.")?; // a list, and the same list again
/// let graph = Graph::from_slice(&joined.pickle)?;
/// assert!(matches!(graph.node(graph.root()), Node::Tuple([first, second]) if first == second));
/// assert_eq!(joined.starts, [0, 6]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn join(input: &[u8]) -> Result<Joined> {
    let (mut body, mut starts, mut protocol, mut start) = (Vec::with_capacity(input.len()), Vec::new(), 0, 0);
    while start < input.len() || starts.is_empty() {
        starts.push(start);
        let rest = &input[start..];
        let mut parser = Parser::new(rest);
        loop {
            let op = parser.read().map_err(|error| error.after(start))?;
            match (op.opcode, op.argument) {
                (Opcode::Stop, _) => break,
                (Opcode::Frame, _) => {}
                (Opcode::Proto, Argument::Int(number)) => protocol = protocol.max(number),
                _ => body.extend_from_slice(&rest[op.offset..parser.position()]),
            }
        }
        start += parser.position();
    }
    let protocol = u8::try_from(protocol).map_err(|_| Error::syntax("unsupported pickle protocol"))?;
    let mut pickle = Vec::with_capacity(body.len() + 5);
    if protocol >= 2 {
        pickle.extend([Opcode::Proto.byte(), protocol]);
    }
    pickle.push(Opcode::Mark.byte());
    pickle.append(&mut body);
    pickle.extend([Opcode::Tuple.byte(), Opcode::Stop.byte()]);
    Ok(Joined { pickle, starts })
}
