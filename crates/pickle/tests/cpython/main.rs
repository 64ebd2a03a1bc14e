//! What is exchanged with CPython, where the machine has it.

#[path = "../common/mod.rs"]
mod common;

mod as_python;
mod differential;
mod equal;
mod known;
mod numpy;
mod optimize;
mod paths;
mod reencode;
mod repr;
mod streams;
mod types;
mod values;
mod writing;
