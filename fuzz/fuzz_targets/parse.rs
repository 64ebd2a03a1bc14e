//! Any bytes have a listing that ends, in which opcodes follow each other without a gap.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onggi_pickle::{dis, parse::Parser};

fuzz_target!(|input: &[u8]| {
    let mut listing = Vec::new();
    let _ = dis::write_json_lines(input, &mut listing);
    let _ = dis::write_text(input, &dis::TextOptions::default(), &mut listing);
    assert!(std::str::from_utf8(&listing).is_ok());
    let mut parser = Parser::new(input);
    let mut end = 0;
    while let Some(op) = parser.next() {
        match op {
            Ok(op) => {
                assert_eq!(op.offset, end);
                assert!(parser.position() > end && parser.position() <= input.len());
                end = parser.position();
                let _ = format!("{op:?}");
            }
            Err(error) => {
                assert_eq!(error.offset(), Some(end));
                assert!(error.to_string().len() < 500);
            }
        }
    }
});
