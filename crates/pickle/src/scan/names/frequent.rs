//! Names that most pickles of objects are made of: looked up at once, with the words that findings have for them.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::table::NameHasher;
use super::{Judgement, work_out};

/// A frequent name.
#[derive(Clone, Copy)]
pub(in crate::scan) struct Frequent {
    pub(in crate::scan) module: &'static str,
    pub(in crate::scan) name: &'static str,
    /// The whole of it.
    pub(in crate::scan) words: &'static str,
    /// What the table says about it.
    pub(in crate::scan) judgement: Judgement,
}

/// The names by their modules.
macro_rules! names {
    ($($module:literal: $($name:literal)*;)*) => {
        &[$($(($module, $name, concat!($module, ".", $name)),)*)*]
    };
}

const NAMES: &[(&str, &str, &str)] = names! {
    "numpy": "ndarray" "dtype";
    "numpy.core.multiarray": "_reconstruct" "scalar";
    "numpy._core.multiarray": "_reconstruct" "scalar";
    "numpy.core.numeric": "_frombuffer";
    "numpy._core.numeric": "_frombuffer";
    "datetime": "date" "datetime" "time" "timedelta" "timezone";
    "decimal": "Decimal";
    "uuid": "UUID";
    "collections": "OrderedDict" "defaultdict" "Counter" "deque";
    "copyreg": "_reconstructor";
    "_codecs": "encode";
    "pandas": "DataFrame" "Series" "Index";
    "pandas.core.frame": "DataFrame";
    "pandas.core.series": "Series";
    "pandas.core.indexes.base": "Index" "_new_Index";
    "pandas.core.indexes.range": "RangeIndex";
    "pandas.core.internals.managers": "BlockManager" "SingleBlockManager";
    "pandas._libs.internals": "_unpickle_block";
    "torch._utils": "_rebuild_tensor_v2" "_rebuild_parameter";
    "torch": "FloatStorage";
};

type Names = HashMap<(&'static str, &'static str), Frequent, BuildHasherDefault<NameHasher>>;

static FREQUENT: LazyLock<Names> = LazyLock::new(|| {
    let frequent = NAMES.iter().map(|(module, name, words)| {
        let judgement = work_out(module, name);
        ((*module, *name), Frequent { module, name, words, judgement })
    });
    frequent.collect()
});

/// What is known about a name, if it is one of them.
pub(in crate::scan) fn frequent(module: &str, name: &str) -> Option<Frequent> {
    FREQUENT.get(&(module, name)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Grade;
    use crate::scan::names::is_dotted_name;

    #[test]
    fn frequent_names_need_no_escapes_and_do_no_harm() {
        for (module, name, words) in NAMES {
            let known = frequent(module, name).map(|known| known.judgement.grade);
            assert!(is_dotted_name(words) && known.is_some_and(|grade| grade < Grade::Unknown), "{words}");
        }
        assert!(frequent("numpy", "dtype.").is_none() && frequent("numpy.", "dtype").is_none());
    }
}
