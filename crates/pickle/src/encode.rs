//! Writing pickles: from graphs and from serde, through one output that frames and memoises as CPython does.

pub(crate) mod compat;
mod frames;
mod graph;
mod names;
mod options;
mod output;
pub(crate) mod serde;
mod text;
mod writer;

pub(crate) use self::frames::{FRAME_TARGET, Frames};
pub(crate) use self::graph::encode as graph;
pub use self::options::WriteOptions;

/// How many items CPython gives to one `APPENDS`, `SETITEMS` or `ADDITEMS`.
const BATCH: usize = 1000;
