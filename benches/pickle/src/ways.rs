//! The ways of reading and writing that are timed.

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use onggi_pickle::numpy::NdView;
use onggi_pickle::{Grade, Graph, Protocol, scan};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::data::{Profile, Sum, pieces};

/// One value in one file.
pub(crate) fn large<T>(name: &str, folder: &Path, repetitions: usize) -> Result<()>
where
    T: DeserializeOwned + Serialize + Sum,
{
    let pickle = fs::read(folder.join(format!("{name}.pickle")))?;
    let json = fs::read(folder.join(format!("{name}.json")))?;
    let value: T = onggi_pickle::from_slice(&pickle)?;
    if serde_json::from_slice::<T>(&json)?.sum() != value.sum() {
        return Err(format!("{name}: the pickle and the JSON hold different values").into());
    }
    let clock = Clock { name, repetitions, passes: 1 };
    clock.scanned(&pickle)?;
    clock.time("onggi value", || Ok(onggi_pickle::from_slice::<onggi_pickle::Value>(&pickle)?))?;
    clock.time("onggi typed", || Ok(onggi_pickle::from_slice::<T>(&pickle)?))?;
    clock.time("serde-pickle value", || Ok(serde_pickle::value_from_slice(&pickle, serde_options())?))?;
    clock.time("serde-pickle typed", || Ok(serde_pickle::from_slice::<T>(&pickle, serde_options())?))?;
    clock.time("serde_json typed", || Ok(serde_json::from_slice::<T>(&json)?))?;

    let graph = Graph::from_slice(&pickle)?;
    clock.time("onggi graph written", || Ok(graph.to_vec(Protocol::V4)?))?;
    clock.time("onggi typed written", || Ok(onggi_pickle::to_vec(&value)?))?;
    clock.time("serde-pickle typed written", || Ok(serde_pickle::to_vec(&value, Default::default())?))?;
    clock.time("serde_json typed written", || Ok(serde_json::to_vec(&value)?))
}

/// Objects of classes: reading them as a graph and scanning them.
pub(crate) fn objects(name: &str, folder: &Path, repetitions: usize) -> Result<()> {
    let pickle = fs::read(folder.join(format!("{name}.pickle")))?;
    Clock { name, repetitions, passes: 1 }.scanned(&pickle)
}

/// An array of numpy, if CPython had it to write one.
pub(crate) fn array(name: &str, folder: &Path, repetitions: usize) -> Result<()> {
    let file = folder.join(format!("{name}.pickle"));
    if !file.exists() {
        return Ok(());
    }
    let pickle = fs::read(file)?;
    let view: NdView<'_> = onggi_pickle::from_slice(&pickle)?;
    if !view.is_borrowed() || view.to_vec::<f64>()?.len() != 1_000_000 {
        return Err(format!("{name}: not a borrowed million").into());
    }
    let clock = Clock { name, repetitions, passes: 1 };
    clock.time("onggi copy", || Ok(onggi_pickle::from_slice::<NdView<'_>>(&pickle)?.to_vec::<f64>()?))?;
    let clock = Clock { passes: 1000, ..clock };
    clock.time("onggi view", || Ok(onggi_pickle::from_slice::<NdView<'_>>(&pickle)?))?;
    clock.scanned(&pickle)
}

/// Scans a pickle, in which nothing is to be found that could do harm.
fn harmless(pickle: &[u8]) -> Result<usize> {
    let report = scan(pickle);
    if report.error.is_some() || report.grade > Grade::Library {
        return Err(format!("a scan found {report:?}").into());
    }
    Ok(report.pickles)
}

/// Many values, read and written one by one.
pub(crate) fn tiny(folder: &Path, repetitions: usize) -> Result<()> {
    let (pickles, jsons) =
        (fs::read(folder.join("tiny pickles.pickle"))?, fs::read(folder.join("tiny pickles.json"))?);
    let (pickles, jsons) = (pieces(&pickles)?, pieces(&jsons)?);
    let values: Vec<Profile> =
        each(&pickles, |text| Ok(onggi_pickle::from_slice(text)?)).collect::<Result<_>>()?;
    let others: Vec<Profile> =
        each(&jsons, |text| Ok(serde_json::from_slice(text)?)).collect::<Result<_>>()?;
    if values.iter().map(Sum::sum).ne(others.iter().map(Sum::sum)) {
        return Err("the tiny pickles and the tiny JSON texts hold different values".into());
    }
    let clock = Clock { name: "tiny pickles", repetitions, passes: 1 };
    let graph = |text: &&[u8]| Ok(black_box(Graph::from_slice(text)?).node_count());
    clock.time("onggi graph", || pickles.iter().map(graph).sum::<Result<usize>>())?;
    clock.each("onggi scan", &pickles, |text| harmless(text))?;
    clock.each("onggi value", &pickles, |text| Ok(onggi_pickle::from_slice::<onggi_pickle::Value>(text)?))?;
    clock.each("onggi typed", &pickles, |text| Ok(onggi_pickle::from_slice::<Profile>(text)?))?;
    clock.each("serde-pickle value", &pickles, |text| {
        Ok(serde_pickle::value_from_slice(text, serde_options())?)
    })?;
    clock.each("serde-pickle typed", &pickles, |text| {
        Ok(serde_pickle::from_slice::<Profile>(text, serde_options())?)
    })?;
    clock.each("serde_json typed", &jsons, |text| Ok(serde_json::from_slice::<Profile>(text)?))?;

    let graphs = pickles.iter().map(|text| Ok(Graph::from_slice(text)?)).collect::<Result<Vec<_>>>()?;
    clock.each("onggi graph written", &graphs, |graph| Ok(graph.to_vec(Protocol::V4)?))?;
    clock.each("onggi typed written", &values, |value| Ok(onggi_pickle::to_vec(value)?))?;
    clock.each("serde-pickle typed written", &values, |value| {
        Ok(serde_pickle::to_vec(value, Default::default())?)
    })?;
    clock.each("serde_json typed written", &values, |value| Ok(serde_json::to_vec(value)?))
}

fn serde_options() -> serde_pickle::DeOptions {
    serde_pickle::DeOptions::new()
}

fn each<'t, T>(
    texts: &'t [&'t [u8]],
    read: impl Fn(&'t [u8]) -> Result<T> + 't,
) -> impl Iterator<Item = Result<T>> + 't {
    texts.iter().map(move |text| read(text))
}

/// Times the ways of one data set.
struct Clock<'n> {
    name: &'n str,
    repetitions: usize,
    /// How often a way is run for one time: often where it takes a microsecond, which no clock can tell.
    passes: u32,
}

impl Clock<'_> {
    /// Times a way that makes one thing, of which the last is dropped unmeasured.
    fn time<T>(&self, way: &str, work: impl Fn() -> Result<T>) -> Result<()> {
        let mut micros = Vec::new();
        for repetition in 0..=self.repetitions {
            let start = Instant::now();
            let mut made = black_box(work()?);
            for _ in 1..self.passes {
                made = black_box(work()?);
            }
            let spent = start.elapsed() / self.passes;
            drop(made);
            micros.extend((repetition > 0).then_some(spent));
        }
        self.print(way, &micros);
        Ok(())
    }

    /// Times reading a graph, and scanning the same bytes.
    fn scanned(&self, pickle: &[u8]) -> Result<()> {
        self.time("onggi graph", || Ok(Graph::from_slice(pickle)?))?;
        self.time("onggi scan", || harmless(pickle))
    }

    /// Times a way over many items, each result dropped at once.
    fn each<I, T>(&self, way: &str, items: &[I], work: impl Fn(&I) -> Result<T>) -> Result<()> {
        self.time(way, || items.iter().try_for_each(|item| work(item).map(|made| drop(black_box(made)))))
    }

    fn print(&self, way: &str, spent: &[Duration]) {
        let mut list = String::new();
        for spent in spent {
            let comma = if list.is_empty() { "" } else { "," };
            let _ = write!(list, "{comma}{:.3}", spent.as_secs_f64() * 1e6);
        }
        println!("{{\"workload\":{:?},\"mode\":{way:?},\"micros\":[{list}]}}", self.name);
    }
}
