//! Writing in pieces, out-of-band buffers, and what a protocol cannot hold.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io::{self, Write};

use crate::common::{Python, hex};
use onggi_pickle::{
    Graph, Node, Protocol, Value, WriteOptions, to_vec, to_vec_with, to_writer, to_writer_with,
};

/// Notes the pieces that it is given, and fails after so many.
struct Pieces {
    pieces: Vec<Vec<u8>>,
    most: usize,
}

impl Pieces {
    fn new(most: usize) -> Self {
        Self { pieces: Vec::new(), most }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pieces.len() == self.most {
            return Err(io::Error::other("the disk is full"));
        }
        self.pieces.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// About half a megabyte of small strings, with two long ones among them.
fn large() -> Vec<String> {
    let mut texts: Vec<String> = (0..40_000).map(|number| format!("text {number}")).collect();
    texts[100] = "x".repeat(300_000);
    texts[39_000] = "y".repeat(100_000);
    texts
}

#[test]
fn a_large_value_is_written_in_pieces() {
    let value = large();
    for protocol in Protocol::ALL {
        let whole = to_vec_with(&value, protocol).expect("writable");
        let mut writer = Pieces::new(usize::MAX);
        to_writer_with(&mut writer, &value, protocol).expect("writable");
        assert_eq!(writer.pieces.concat(), whole, "{protocol:?}");
        let mut lengths: Vec<usize> = writer.pieces.iter().map(Vec::len).collect();
        lengths.sort_unstable();
        // Protocol 0 escapes, so its long strings are not written as they are but together with what precedes them.
        assert!(lengths.len() > 8 && lengths[lengths.len() - 3] < 70_000, "{protocol:?}: {lengths:?}");

        let graph = Graph::from_slice(&whole).expect("readable");
        let mut again = Pieces::new(usize::MAX);
        graph.to_writer(&mut again, protocol).expect("writable");
        assert_eq!(again.pieces, writer.pieces, "{protocol:?}");
    }
}

#[test]
fn a_small_value_is_written_at_once() {
    let mut writer = Pieces::new(usize::MAX);
    to_writer(&mut writer, &[1, 2, 3]).expect("writable");
    assert_eq!(writer.pieces, [to_vec(&[1, 2, 3]).expect("writable")]);
}

#[test]
fn an_error_of_the_writer_is_the_source() {
    for most in 0..3 {
        let mut writer = Pieces::new(most);
        let error = to_writer(&mut writer, &large()).unwrap_err();
        assert!(error.is_io() && !error.is_data(), "{error}");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the disk is full"));
        assert_eq!(writer.pieces.len(), most);
    }
}

#[test]
fn pickles_follow_each_other_in_a_stream() {
    let mut stream = Vec::new();
    for protocol in Protocol::ALL {
        to_writer_with(&mut stream, &("é", protocol.number()), protocol).expect("writable");
    }
    let mut rest = &stream[..];
    for protocol in Protocol::ALL {
        let graph = Graph::from_slice(rest).expect("readable");
        assert_eq!(graph.deserialize::<(String, u8)>().expect("a pair"), ("é".into(), protocol.number()));
        rest = &rest[graph.length()..];
    }
    assert!(rest.is_empty());
    let script = "import io, pickle, sys\n\
        stream = io.BytesIO(bytes.fromhex(sys.stdin.readline()))\n\
        values = [pickle.load(stream) for _ in range(6)]\n\
        print('ok' if values == [('é', n) for n in range(6)] and not stream.read() else values)";
    let Some(mut python) = Python::start(script) else { return };
    python.send(&[hex(&stream)]);
    python.finish();
}

/// Takes everything of at least `least` bytes.
fn written_with_buffers(value: &Value, least: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut buffers = Vec::new();
    let mut take = |bytes: &[u8]| {
        let large = bytes.len() >= least;
        buffers.extend(large.then(|| bytes.to_vec()));
        Ok(large)
    };
    let pickle = to_vec_with(value, WriteOptions::from(Protocol::V5).buffers(&mut take)).expect("writable");
    (pickle, buffers)
}

#[test]
fn cpython_loads_what_is_written_with_buffers() {
    let key = Value::Tuple(vec![Value::Bytes(b"a key".to_vec())].into());
    let value = Value::List(
        vec![
            Value::Bytes(b"large".to_vec()),
            Value::ByteArray(b"large too".to_vec()),
            Value::Bytes(b"no".to_vec()),
            Value::Dict([(key, Value::Bytes(b"a value".to_vec()))].into_iter().collect()),
        ]
        .into(),
    );
    let (pickle, buffers) = written_with_buffers(&value, 3);
    assert_eq!(buffers, [&b"large"[..], b"large too", b"a value"]);
    let script = "import pickle, sys\n\
        pickled, *buffers = map(bytes.fromhex, sys.stdin.readline().split())\n\
        buffers[1] = bytearray(buffers[1])\n\
        value = pickle.loads(pickled, buffers=buffers)\n\
        same = value == [b'large', bytearray(b'large too'), b'no', {(b'a key',): b'a value'}]\n\
        print('ok' if same and value[0] is buffers[0] and value[1] is buffers[1] else value)";
    let Some(mut python) = Python::start(script) else { return };
    let fields: Vec<String> = [&pickle].into_iter().chain(&buffers).map(|bytes| hex(bytes)).collect();
    python.send(&[fields.join(" ")]);
    python.finish();
}

#[test]
fn buffers_stay_within_pickles_of_older_protocols() {
    let value = Value::Bytes(vec![1; 1000]);
    let mut take = |_: &[u8]| Ok(true);
    let pickle = to_vec_with(&value, WriteOptions::from(Protocol::V4).buffers(&mut take)).expect("writable");
    assert_eq!(pickle, to_vec(&value).expect("writable"));
}

#[test]
fn an_error_of_a_buffer_is_the_source() {
    let mut take = |_: &[u8]| Err(io::Error::other("no room"));
    let options = WriteOptions::from(Protocol::V5).buffers(&mut take);
    let error = to_vec_with(&Value::Bytes(vec![1]), options).unwrap_err();
    assert!(error.is_io() && error.source().is_some_and(|source| source.to_string() == "no room"), "{error}");
}

/// What a graph that is read and written at the same protocol becomes.
fn rewritten(pickle: &[u8]) -> Vec<u8> {
    Graph::from_slice(pickle).and_then(|graph| graph.to_vec(Protocol::V5)).expect("writable")
}

fn framed(body: &[u8]) -> Vec<u8> {
    let length = u64::try_from(body.len()).expect("a length").to_le_bytes();
    [b"\x80\x05\x95", &length[..], body].concat()
}

#[test]
fn buffers_of_a_graph_keep_their_order_and_their_sharing() {
    // As CPython writes them: nothing is memoised.
    let plain = framed(b"]\x94(\x97\x97\x98\x97e.");
    assert_eq!(rewritten(&plain), plain);
    // One that is met twice, and a read-only view of one beside the buffer itself.
    let shared = framed(b"]\x94(\x97\x94h\x01\x97\x94h\x02\x98e.");
    assert_eq!(rewritten(&shared), shared);
    // One that is taken and dropped, and one that is met before an earlier one.
    let dropped = framed(b"\x970\x97.");
    assert_eq!(rewritten(&dropped), framed(b"\x97\x940\x97."));
    let reversed = framed(b"\x97\x940\x97h\x00\x86.");
    assert_eq!(rewritten(&reversed), framed(b"\x97\x940\x97h\x00\x86\x94."));
}

#[test]
fn a_persistent_object_that_is_met_again_is_the_same_object() {
    // As CPython writes two: its pickler asks for the id each time.
    let plain = framed(b"\x8c\x02id\x94Qh\x00Q\x86\x94.");
    assert_eq!(rewritten(&plain), plain);
    let shared = framed(b"\x8c\x02id\x94Q\x94h\x01\x86\x94.");
    assert_eq!(rewritten(&shared), shared);
    // One whose id is a tuple of a list that holds it.
    let own = b"]\x94\x85Q\x94h\x00h\x01a0.";
    let graph = Graph::from_slice(own).expect("readable");
    let Node::Persistent(pid) = graph.node(graph.root()) else { panic!("{graph:?}") };
    let Node::Tuple([list]) = graph.node(pid) else { panic!("{graph:?}") };
    assert_eq!(graph.node(*list), Node::List(&[graph.root()]));
    for protocol in [Protocol::V1, Protocol::V2, Protocol::V5] {
        let written = graph.to_vec(protocol).expect("writable");
        let again = Graph::from_slice(&written).expect("readable");
        assert_eq!(again.to_vec(protocol).expect("writable"), written);
    }
}

#[test]
fn a_name_or_an_id_that_is_met_often_does_not_blow_up_text() {
    let long = "a".repeat(10_000);
    let nones = "N".repeat(10_000);
    let many = |start: String, again: &[u8]| [b"(", start.as_bytes(), &again.repeat(1000), b"t."].concat();
    let class = many(format!("c{long}\nb\np0\n0"), b"(g0\no");
    let pid = many(format!("P{long}\np0\n0"), b"g0\n");
    let arguments = many(format!("c__main__\nA\np0\n0({nones}tp1\n0"), b"g0\ng1\n\x81");
    for pickle in [class, pid, arguments] {
        let graph = Graph::from_slice(&pickle).expect("readable");
        let written = graph.to_vec(Protocol::V0).expect("writable");
        assert!(written.len() < 10 * pickle.len(), "{} {}", written.len(), pickle.len());
    }
}

#[test]
fn what_a_protocol_cannot_hold_is_an_error_that_says_so() {
    let table: &[(&[u8], &[Protocol], &str)] = &[
        (b"\x82\x07.", &[Protocol::V0, Protocol::V1], "extension code 7 needs protocol 2"),
        (b"K\x01Q.", &[Protocol::V0], "a persistent id of type int needs protocol 1"),
        (b"X\x02\0\0\0\xc3\xa9Q.", &[Protocol::V0], "protocol 0 cannot hold a persistent id"),
        (b"\x80\x05\x97.", &[Protocol::V3, Protocol::V4], "an out-of-band buffer needs protocol 5"),
        (b"\x80\x04\x8c\x02a\n\x8c\x01b\x93.", &[Protocol::V0, Protocol::V3], "cannot name"),
        (b"ca\nb\n(K\x01\x90.", &[Protocol::V0, Protocol::V3], "items added to an object need protocol 4"),
    ];
    for (pickle, protocols, message) in table {
        let graph = Graph::from_slice(pickle).expect("readable");
        for protocol in Protocol::ALL {
            let written = graph.to_vec(protocol);
            if protocols.contains(&protocol) {
                let error = written.expect_err(message);
                assert!(error.is_data() && error.to_string().contains(message), "{error}");
            }
        }
        assert!(graph.to_vec(Protocol::V5).is_ok(), "{message}");
    }
    let long = BTreeMap::from([("long", u128::MAX)]);
    assert!(to_vec_with(&long, Protocol::V0).is_ok());
    let longer = Value::BigInt(onggi_pickle::BigInt::from_le_bytes(&[1; 2000]));
    assert!(to_vec_with(&longer, Protocol::V1).is_err_and(|error| error.is_data()));
    assert!(to_vec_with(&longer, Protocol::V2).is_ok());
}

#[test]
fn a_string_that_is_no_text_is_refused() {
    for bytes in [&b"\xff"[..], b"\xed\xa0", b"\xc3"] {
        let error = to_vec(&Value::Surrogates(bytes.to_vec())).unwrap_err();
        assert!(error.is_data(), "{error}");
    }
}

#[test]
fn a_class_whose_name_is_not_ascii_is_written_at_protocol_0() {
    let graph = Graph::from_slice("(capp\nÉtat\no.".as_bytes()).expect("a pickle");
    let written = graph.to_vec(Protocol::V0).expect("writable");
    assert_eq!(written, "ccopy_reg\n__newobj__\np0\n(capp\nÉtat\np1\ntp2\nRp3\n.".as_bytes());
    assert!(Graph::from_slice(&written).is_ok());
}
