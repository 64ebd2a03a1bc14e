//! Pickles made smaller, against `pickletools.optimize`.

use crate::common::{Python, hex, unhex};
use onggi_pickle::{
    Encoding, Graph, Protocol, ReadOptions, Value, convert, from_slice, optimize, to_vec_with,
};

/// Answers each pickle with what `pickletools.optimize` makes of it, or with `error`.
const OPTIMIZE: &str = r#"
import pickletools, sys
for line in sys.stdin:
    try:
        print(pickletools.optimize(bytes.fromhex(line)).hex())
    except Exception as error:
        print("error")
"#;

/// Pickles of all protocols, some larger than a frame, with and without what is shared.
fn own() -> Vec<Vec<u8>> {
    let long = Value::List((0..40_000).map(|number| Value::from(format!("text {number}"))).collect());
    let large = Value::Tuple(
        vec![Value::Bytes(vec![1; 70_000]), "x".into(), Value::Bytes(vec![2; 65_530]), "x".into()].into(),
    );
    let mut pickles = Vec::new();
    for protocol in Protocol::ALL {
        for value in [&long, &large, &Value::None, &Value::from("é")] {
            pickles.push(to_vec_with(value, protocol).expect("writable"));
        }
    }
    let by_hand: [&[u8]; 6] = [
        b"(lp5\nN\x94g5\n.",                                 // MEMOIZE after PUT
        b"]q\x00q\x01q\x00h\x01h\x00\x86.",                  // stored again
        b"\x80\x04]\x94]\x94h\x00\x86.",                     // no frames
        b"N\x80\x02.",                                       // a protocol named late
        b"\x80\x02]r\x00\x01\x00\x00j\x00\x01\x00\x00\x86.", // a far index
        b"]p4294967296\ng4294967296\n.",                     // one that no index fits
    ];
    pickles.extend(by_hand.map(<[u8]>::to_vec));
    pickles
}

/// The first pickle of everything in the corpus that can be read.
fn corpus_pickles() -> impl Iterator<Item = Vec<u8>> {
    crate::common::corpus::inputs().into_iter().filter_map(|input| {
        let length = Graph::from_slice_with(&input.bytes, &ReadOptions::default().strings(Encoding::Latin1))
            .ok()?
            .length();
        Some(input.bytes[..length].to_vec())
    })
}

#[test]
fn pickles_are_optimized_as_pickletools_does() {
    let Some(mut python) = Python::start(OPTIMIZE) else { return };
    let pickles: Vec<Vec<u8>> = own().into_iter().chain(corpus_pickles()).collect();

    let sending = python.send_in_background(pickles.iter().map(|pickle| hex(pickle)).collect());
    let answers = python.lines();
    sending.join().expect("sent");
    assert_eq!(answers.len(), pickles.len());
    let (mut same, mut kept, mut bad) = (0, 0, Vec::new());
    for (pickle, answer) in pickles.iter().zip(answers) {
        let optimized = optimize(pickle).ok();
        let expected = (answer != "error").then(|| unhex(&answer));
        match (optimized, expected) {
            (Some(optimized), Some(expected)) if optimized == expected => same += 1,
            (Some(optimized), expected)
                if optimized == *pickle
                    && expected.as_ref().is_none_or(|bytes| bytes.len() > pickle.len()) =>
            {
                kept += 1
            }
            (None, None) => {}
            (optimized, expected) => bad.push(format!(
                "{}\n  {}\n  {}",
                hex(&pickle[..pickle.len().min(300)]),
                optimized.map_or("refused".to_owned(), |bytes| hex(&bytes)),
                expected.map_or("refused".to_owned(), |bytes| hex(&bytes)),
            )),
        }
    }
    println!("{same} of {} as pickletools makes them, {kept} as they were", pickles.len());
    assert!(bad.is_empty(), "{} differ:\n{:.3000}", bad.len(), bad.join("\n"));
}

#[test]
fn what_is_optimized_loads_as_before_and_is_not_longer() {
    for pickle in own() {
        let optimized = optimize(&pickle).expect("a pickle");
        assert!(optimized.len() <= pickle.len());
        let (before, after) = (Graph::from_slice(&pickle), Graph::from_slice(&optimized));
        let (Ok(before), Ok(after)) = (before, after) else { panic!("{}", hex(&pickle)) };
        assert_eq!(before.to_vec(Protocol::V5).ok(), after.to_vec(Protocol::V5).ok());
        assert!(optimize(&optimized).expect("a pickle").len() <= optimized.len());
    }
}

#[test]
fn all_pickles_of_a_stream_are_rewritten() {
    let stream = b"\x80\x02K\x01q\x00.\x80\x02K\x02q\x00.";
    assert_eq!(optimize(stream).expect("two pickles"), b"\x80\x02K\x01.\x80\x02K\x02.");
    let converted = convert(stream, &ReadOptions::default(), Protocol::V0).expect("two pickles");
    assert_eq!(converted, b"I1\n.I2\n.");
}

#[test]
fn what_follows_a_pickle_and_is_none_is_an_error_with_its_offset() {
    let bad: [(&[u8], usize); 5] = [(b"", 0), (b"N.N", 3), (b"N.!", 2), (b"N.h\x07.", 2), (b"N.N.\n", 4)];
    for (input, offset) in bad {
        for result in [optimize(input), convert(input, &ReadOptions::default(), Protocol::V2)] {
            let error = result.unwrap_err();
            assert!(error.is_syntax() && error.offset() == Some(offset), "{error}");
        }
    }
}

#[test]
fn converted_pickles_keep_their_values() {
    for pickle in own() {
        let value: Value = from_slice(&pickle).expect("a value");
        for protocol in Protocol::ALL {
            let converted = convert(&pickle, &ReadOptions::default(), protocol).expect("writable");
            assert_eq!(from_slice::<Value>(&converted).expect("a value"), value);
        }
    }
}
