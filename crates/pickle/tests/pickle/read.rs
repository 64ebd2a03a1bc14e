//! Pickles from readers, and several in one stream.

use std::io::{self, Read};

use crate::common::{corpus, json_lines};
use onggi_pickle::{
    Error, Graph, Limits, PickleReader, Pickles, Protocol, Value, from_reader, from_reader_with, read_pickle,
    to_vec, to_vec_with,
};

/// Gives a byte at a time where it may, and knows how many it gave.
struct Drops<'a> {
    bytes: &'a [u8],
    given: usize,
    most: usize,
}

impl<'a> Drops<'a> {
    fn new(bytes: &'a [u8], most: usize) -> Self {
        Self { bytes, given: 0, most }
    }
}

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.bytes.get(self.given..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len()).min(self.most);
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

fn some_values() -> Vec<Value> {
    vec![
        Value::None,
        Value::from("x".repeat(70_000).as_str()),
        Value::List(
            (0..5000).map(|item| Value::Tuple(vec![item.into(), Value::Float(0.5)].into())).collect(),
        ),
        Value::Bytes(vec![b'\n'; 300]),
        Value::Set(vec![1.into(), "a".into()].into()),
    ]
}

#[test]
fn not_a_byte_is_read_past_a_pickle() {
    for value in some_values() {
        for protocol in Protocol::ALL {
            let pickle = to_vec_with(&value, protocol).expect("writable");
            let stream = [&pickle[..], &pickle[..], b"tail"].concat();
            for most in [1, usize::MAX] {
                let mut reader = Drops::new(&stream, most);
                assert_eq!(from_reader::<Value>(&mut reader).expect("readable"), value);
                assert_eq!(reader.given, pickle.len());
                assert_eq!(read_pickle(&mut reader, &Limits::default()).expect("readable"), pickle);
                assert_eq!(reader.given, 2 * pickle.len());
            }
        }
    }
}

#[test]
fn a_stream_gives_its_pickles_and_where_they_stand() {
    let pickles: Vec<Vec<u8>> = some_values().iter().map(|value| to_vec(value).expect("writable")).collect();
    let stream = pickles.concat();
    let mut slice = Pickles::new(&stream);
    let mut reader = PickleReader::new(Drops::new(&stream, 7));
    let mut end = 0;
    for (pickle, value) in pickles.iter().zip(some_values()) {
        end += pickle.len();
        assert_eq!(slice.next_value::<Value>().and_then(Result::ok).as_ref(), Some(&value));
        assert_eq!(reader.next_value::<Value>().and_then(Result::ok), Some(value));
        assert_eq!((slice.offset(), reader.offset()), (end, end as u64));
    }
    assert!(slice.next_value::<Value>().is_none() && reader.next_value::<Value>().is_none());
    assert!(slice.next_graph().is_none() && reader.next_graph().is_none() && slice.rest().is_empty());
    let values: Result<Vec<Value>, Error> = Pickles::new(&stream).values().collect();
    assert_eq!(values.expect("readable"), some_values());
    assert_eq!(
        Pickles::new(&stream).map(|graph| graph.expect("readable").length()).sum::<usize>(),
        stream.len()
    );
}

#[test]
fn a_pickle_of_another_type_does_not_hide_the_next() {
    let stream = b"K\x01.\x8c\x01a.K\x02.";
    let values: Vec<Option<i64>> = Pickles::new(stream).values().map(Result::ok).collect();
    assert_eq!(values, [Some(1), None, Some(2)]);
    let mut reader = PickleReader::new(&stream[..]);
    let values: Vec<_> = std::iter::from_fn(|| reader.next_value::<i64>()).map(Result::ok).collect();
    assert_eq!(values, [Some(1), None, Some(2)]);
}

#[test]
fn a_rest_that_is_no_pickle_is_an_error_where_it_stands() {
    for (rest, truncated) in
        [(&b"?garbage"[..], false), (b"garbage", true), (b"K", true), (b"\n", false), (b"(K\x01", true)]
    {
        let stream = [&b"K\x01."[..], rest].concat();
        let mut slice = Pickles::new(&stream);
        assert!(slice.next_graph().is_some_and(|graph| graph.is_ok()));
        let error = slice.next_graph().and_then(Result::err).expect("an error");
        assert!(error.is_syntax() && error.is_truncated() == truncated, "{error}");
        assert!(error.offset().is_some_and(|offset| offset >= 3), "{error}");
        assert!(slice.next_graph().is_none() && slice.offset() == 3);

        let mut reader = PickleReader::new(&stream[..]);
        assert!(reader.next_graph().is_some_and(|graph| graph.is_ok()));
        let found = reader.next_value::<Value>().and_then(Result::err).expect("an error");
        assert_eq!(found.is_truncated(), truncated, "{found}");
        assert!(found.offset().is_some_and(|offset| offset >= 3), "{found}");
        assert!(reader.next_value::<Value>().is_none());
    }
    assert!(from_reader::<Value>(&b""[..]).is_err_and(|error| error.is_truncated()));
}

#[test]
fn what_a_frame_has_behind_the_end_is_the_next_pickle() {
    let stream = b"\x80\x04\x95\x06\0\0\0\0\0\0\0K\x01.K\x02.K\x03.";
    let mut reader = PickleReader::new(&stream[..]);
    let values: Vec<_> = std::iter::from_fn(|| reader.next_value::<i64>()).map(Result::ok).collect();
    assert_eq!(values, [Some(1), Some(2), Some(3)]);
}

#[test]
fn lengths_do_not_allocate_ahead() {
    for pickle in [
        &b"\x8e\0\0\0\x10\0\0\0\0abc"[..], // 256 MiB that are not there
        b"B\xff\xff\xff\x0fabc",
        b"\x95\0\0\0\x08\0\0\0\0N",
        b"T\xff\xff\xff\x0fabc",
    ] {
        let error = from_reader::<Value>(pickle).unwrap_err();
        assert!(error.is_truncated() || error.is_limit(), "{error}");
    }
    let endless = b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc";
    assert!(from_reader::<Value>(&endless[..]).is_err_and(|error| error.is_limit()));
    let limits = Limits::default().bytes(10);
    assert!(from_reader_with::<Value>(io::repeat(b'('), limits).is_err_and(|error| error.is_limit()));
    assert!(from_reader_with::<Value>(io::repeat(b'V'), limits).is_err_and(|error| error.is_limit()));
}

#[test]
fn a_reader_that_fails_is_told_apart() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let error = from_reader::<Value>((&b"\x80\x04]"[..]).chain(Broken)).unwrap_err();
    assert!(error.is_io() && error.to_string().contains("unplugged"), "{error}");
    let mut reader = PickleReader::new(Broken);
    assert!(reader.next_graph().is_some_and(|graph| graph.is_err_and(|error| error.is_io())));
}

#[test]
fn readers_give_what_slices_give() {
    let Some(folder) = corpus() else { return };
    let mut count = 0;
    for file in std::fs::read_dir(folder.join("expected/files")).expect("readable") {
        for line in json_lines(&file.expect("readable").path()) {
            let path = folder.join("files").join(line["file"].as_str().expect("a name"));
            let bytes = std::fs::read(path).expect("readable");
            let mut reader = Drops::new(&bytes, usize::MAX);
            let Ok(graph) = Graph::from_slice(&bytes) else { continue };
            let pickle = read_pickle(&mut reader, &Limits::default()).expect("as the slice");
            assert_eq!((pickle.len(), reader.given), (graph.length(), graph.length()), "{}", line["file"]);
            count += 1;
        }
    }
    println!("{count} pickles read");
}
