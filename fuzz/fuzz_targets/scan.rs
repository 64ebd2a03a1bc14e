//! Any bytes are graded: findings stand in the input, the worst gives the grade, and nothing that the machine would build
//! from globals goes unseen.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onggi_fuzz::reachable;
use onggi_pickle::{Grade, Graph, Node, scan};

fuzz_target!(|input: &[u8]| {
    let report = scan(input);
    assert_eq!(report, scan(input));
    let worst = report.findings.iter().map(|finding| finding.grade).max().unwrap_or_default();
    assert!(worst == report.grade, "{report:?}");
    for finding in &report.findings {
        assert!(finding.grade > Grade::Harmless && finding.offset < input.len());
        assert!(finding.what.len() < 6000);
    }
    if let Some((offset, _)) = &report.error {
        assert!(*offset <= input.len());
    }
    let Ok(graph) = Graph::from_slice(input) else { return };
    assert!(report.pickles >= 1, "{report:?}");
    for id in reachable(&graph) {
        let least = match graph.node(id) {
            Node::Global(global)
                if matches!((global.module, global.name), ("os" | "posix" | "nt", "system")) =>
            {
                Grade::Dangerous
            }
            Node::Global(global) if global.module.starts_with("no such") => Grade::Unknown,
            Node::Persistent(_) | Node::Extension(_) => Grade::Unknown,
            _ => continue,
        };
        assert!(report.grade >= least, "{:?}: {report:?}", graph.node(id));
    }
});
