//! `repr` against Python's own.

use crate::common::{Python, Random, hex};
use onggi_pickle::repr;

/// Where `str.isprintable` changes its mind; nothing for another version of Unicode.
const PRINTABLE: &str = r#"
import sys, unicodedata
if unicodedata.unidata_version == "14.0.0":
    printable = False
    for point in range(sys.maxunicode + 1):
        if chr(point).isprintable() != printable:
            printable = not printable
            print(point)
"#;

#[test]
fn characters_are_printable_where_python_says_so() {
    let Some(mut python) = Python::start(PRINTABLE) else { return };
    let expected = python.lines();
    if expected.is_empty() {
        println!("skipped: this Python has another version of Unicode");
        return;
    }
    let (mut printable, mut changes) = (false, Vec::new());
    for point in 0..=u32::from(char::MAX) {
        let now = char::from_u32(point).is_some_and(repr::is_printable);
        if now != printable {
            printable = now;
            changes.push(point.to_string());
        }
    }
    assert_eq!(changes, expected);
}

/// Reads `kind hex` and prints the `repr` in hexadecimal.
const REPR: &str = r#"
import struct, sys
for line in sys.stdin:
    kind, data = line.split(" ")
    data = bytes.fromhex(data)
    if kind == "float":
        value = struct.unpack(">d", data)[0]
    elif kind == "complex":
        value = complex(*struct.unpack(">dd", data))
    elif kind == "latin1":
        value = data.decode("latin-1")
    elif kind == "surrogates":
        value = data.decode("utf-8", "surrogatepass")
    elif kind == "bytes":
        value = data
    else:
        value = bytearray(data)
    print(repr(value).encode().hex(), flush=True)
"#;

#[test]
fn random_values_are_printed_as_python_prints_them() {
    let Some(mut python) = Python::start(REPR) else { return };
    let mut random = Random(42);
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for round in 0..4000_u32 {
        let float = |random: &mut Random| match round % 3 {
            0 => f64::from_bits(random.next()),
            // Sums of two powers of two are halfway between shorter decimals now and then.
            1 => f64::from(round) + 0.5_f64.powi(i32::try_from(random.below(52)).expect("small")),
            _ => f64::from(round) * 10_f64.powi(i32::try_from(random.below(40)).expect("small") - 20),
        };
        let (real, imaginary) = (float(&mut random), float(&mut random));
        let count = usize::try_from(random.below(20)).expect("small");
        let data: Vec<u8> = (0..count).map(|_| random.next().to_le_bytes()[0]).collect();
        let points = (0..count).map(|_| u32::try_from(random.below(0x11_0000)).expect("a code point"));
        let text: Vec<u8> = points.flat_map(utf8).collect();
        for (kind, bytes, text) in [
            ("float", real.to_be_bytes().to_vec(), repr::float(real).to_string()),
            (
                "complex",
                [real.to_be_bytes(), imaginary.to_be_bytes()].concat(),
                repr::complex(real, imaginary).to_string(),
            ),
            ("latin1", data.clone(), repr::latin1(&data).to_string()),
            ("bytes", data.clone(), repr::bytes(&data).to_string()),
            ("bytearray", data.clone(), repr::bytearray(&data).to_string()),
            ("surrogates", text.clone(), repr::surrogates(&text).to_string()),
        ] {
            lines.push(format!("{kind} {}", hex(&bytes)));
            expected.push(hex(text.as_bytes()));
        }
    }
    let sent = python.send_in_background(lines.clone());
    let printed = python.lines();
    sent.join().expect("sent");
    assert_eq!(printed.len(), expected.len());
    let wrong =
        lines.iter().zip(printed.iter().zip(&expected)).find(|(_, (printed, expected))| printed != expected);
    assert_eq!(wrong, None);
}

/// UTF-8 of any code point, surrogates included.
fn utf8(point: u32) -> Vec<u8> {
    if let Some(character) = char::from_u32(point) {
        return character.to_string().into_bytes();
    }
    let part = |shift: u32, mask: u32| u8::try_from((point >> shift) & mask).expect("masked");
    vec![0xe0 | part(12, 0xf), 0x80 | part(6, 0x3f), 0x80 | part(0, 0x3f)]
}
