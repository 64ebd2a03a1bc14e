//! What is asked of columns that are arrays, which PostgreSQL has: elsewhere each of these cases fails with the words that say so.

use chrono::NaiveDate;
use onggi::{Condition, Deferred, Id, Json, Model, Must, Result, expr, sql};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Harness;
use crate::arrays::{Numbers, Others, Post, Taste, posts};

/// How many rows meet a condition.
pub(crate) fn count<M: Model>(
    harness: &Harness,
    condition: impl FnOnce(M::Columns<Must>) -> Condition,
) -> Result<u64> {
    M::query().filter(condition).count(&mut harness.connect()?)
}

/// The titles of the posts that meet a condition.
fn titles(
    harness: &Harness,
    condition: impl FnOnce(<Post as Model>::Columns<Must>) -> Condition,
) -> Result<String> {
    let query = Post::query().filter(condition).order_by(|p| p.id).select(|p| p.title);
    Ok(query.all(&mut harness.connect()?)?.join(" "))
}

pub fn arrays_are_compared_and_searched(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let find = |condition: fn(_) -> _| titles(harness, condition);
    assert_eq!(titles(harness, |p| p.tags.eq(texts(&["soy", "fish"])))?, "some");
    assert_eq!(titles(harness, |p| p.tags.ne(texts(&["soy"])))?, "empty some full");
    assert_eq!(titles(harness, |p| p.tags.eq(Vec::new()))?, "empty");
    assert_eq!(titles(harness, |p| p.marks.eq(vec![Some(1), None, Some(3)]))?, "some");
    assert_eq!(titles(harness, |p| p.more.eq(vec![Some("a".to_owned()), None]))?, "some");
    assert_eq!(titles(harness, |p| p.tags.gt(texts(&["soy", "fish"])))?, "full");
    assert_eq!(titles(harness, |p| p.more.is_not_distinct_from(None::<Vec<Option<String>>>))?, "null");

    assert_eq!(find(|p| p.tags.contains("fish"))?, "some full");
    assert_eq!(titles(harness, |p| p.tags.contains(&texts(&["salt"])[0]))?, "full");
    assert_eq!(find(|p| p.tags.contains("FISH"))?, "");
    assert_eq!(find(|p| p.tags.contains(p.title))?, "");
    assert_eq!(find(|p| p.marks.contains(3))?, "some full");
    // Beside NULL what is not found is not known; `contains_all` says no.
    assert_eq!(find(|p| !p.marks.contains(3))?, "empty");
    assert_eq!(find(|p| !p.marks.contains_all([3]))?, "empty null");
    assert_eq!(find(|p| p.more.contains("a"))?, "some");

    assert_eq!(find(|p| p.tags.contains_all(["fish", "soy"]))?, "some full");
    assert_eq!(find(|p| p.tags.contains_all(Vec::<String>::new()))?, "empty null some full");
    assert_eq!(find(|p| p.tags.overlaps(["salt", "pepper"]))?, "full");
    assert_eq!(find(|p| p.tags.overlaps(Vec::<String>::new()))?, "");
    assert_eq!(find(|p| p.tags.contains_all(p.tags) & p.marks.overlaps([1, 2]))?, "some full");

    let lower: Vec<String> = Post::query()
        .filter(|p| p.tags.contains(p.tags.element(0)) & p.tags.contains(p.title.replace("full", "salt")))
        .select(|p| p.title)
        .all(&mut harness.connect()?)?;
    assert_eq!(lower, ["full"]);
    Ok(())
}

pub fn an_index_of_elements_serves_searches(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let mut connection = harness.connect()?;
    sql("CREATE INDEX post_tags ON post USING gin (tags)").execute(&mut connection)?;
    sql("SET enable_seqscan = off").execute(&mut connection)?;
    let all = Post::query().filter(|p| p.tags.contains_all(["fish"]));
    let some = Post::query().filter(|p| p.tags.overlaps(["fish", "x"]));
    for query in [all, some] {
        let plan = query.explain(&mut connection)?.join("\n");
        assert!(plan.contains("post_tags"), "{plan}");
    }
    Ok(())
}

pub fn lengths_and_elements_are_filtered_sorted_and_selected(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let mut connection = harness.connect()?;
    let longest = Post::query().order_by(|p| p.tags.len().desc()).select(|p| {
        (p.title, p.tags.len(), p.more.len(), p.tags.element(1), p.marks.element(0), p.tags.element(u32::MAX))
    });
    type Row = (String, i64, Option<i64>, Option<String>, Option<i32>, Option<String>);
    let rows: Vec<Row> = longest.all(&mut connection)?;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            ("full".into(), 3, Some(1), text("fish"), Some(3), None),
            ("some".into(), 2, Some(2), text("fish"), Some(1), None),
            ("null".into(), 1, None, None, None, None),
            ("empty".into(), 0, Some(0), None, None, None),
        ]
    );
    assert_eq!(titles(harness, |p| p.tags.element(2).eq("salt") | p.tags.len().lt(1))?, "empty full");
    assert_eq!(titles(harness, |p| (p.marks.element(0) + p.marks.element(2)).eq(4))?, "some");
    type Arrays = (Vec<String>, Option<Vec<Option<String>>>);
    let arrays: Vec<Arrays> =
        Post::query().order_by(|p| p.tags.desc()).select(|p| (p.tags, p.more)).all(&mut connection)?;
    let lengths: Vec<_> =
        arrays.iter().map(|(tags, more)| (tags.len(), more.as_ref().map(Vec::len))).collect();
    assert_eq!(lengths, [(3, Some(1)), (2, Some(2)), (1, None), (0, Some(0))]);
    Ok(())
}

pub fn expr_asks_arrays_as_rust_does(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let wanted = "fish".to_owned();
    assert_eq!(titles(harness, expr!(|p| p.tags.contains(&wanted) && p.tags.len() > 2))?, "full");
    assert_eq!(titles(harness, expr!(|p| p.tags.element(1) == "fish" && !p.marks.contains(1)))?, "full");
    assert_eq!(titles(harness, expr!(|p| p.tags == vec!["soy".to_owned()]))?, "null");
    assert_eq!(titles(harness, expr!(|p| p.tags.overlaps(["salt"]) || p.tags.len() == 0))?, "empty full");
    assert_eq!(titles(harness, |p| p.tags.is_empty())?, "empty");
    assert_eq!(titles(harness, expr!(|p| !p.more.is_empty()))?, "some full");
    Ok(())
}

pub fn documents_and_enums_are_searched(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Others])?;
    let document = || Json(serde_json::json!({ "a": 1, "b": null }));
    let others = Others {
        documents: vec![document(), Json(serde_json::json!("x"))],
        tastes: vec![Taste::Salty],
        bytes: vec![vec![0, 1]],
        uuids: vec![Uuid::max()],
        ..Default::default()
    };
    harness.insert([others.clone(), Others::default()])?;
    assert_eq!(count::<Others>(harness, |o| o.documents.contains(document()))?, 1);
    let documents = Others::query().select(|o| (o.id, o.documents)).derived();
    let found =
        documents.filter(|(_, documents)| documents.contains(document())).count(&mut harness.connect()?)?;
    assert_eq!(found, 1);
    assert_eq!(count::<Others>(harness, |o| o.documents.element(0).eq(document()))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.documents.contains_all([document()]))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.documents.eq(others.documents))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.tastes.contains(Taste::Salty))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.tastes.overlaps([Taste::Sour]))?, 0);
    assert_eq!(count::<Others>(harness, |o| o.bytes.contains(vec![0, 1]))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.uuids.contains(Uuid::max()))?, 1);
    assert_eq!(count::<Others>(harness, |o| o.dates.contains(NaiveDate::default()))?, 0);
    Ok(())
}

pub fn numbers_of_all_types_are_found(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Numbers])?;
    let decimal = Decimal::new(150, 2);
    harness.insert([Numbers {
        truths: vec![true],
        i8: vec![i8::MIN],
        i16: vec![i16::MIN],
        i32: vec![i32::MIN],
        i64: vec![i64::MIN],
        i128: vec![u64::MAX.into()],
        u16: vec![u16::MAX],
        u32: vec![u32::MAX],
        u64: vec![7, u64::MAX],
        u128: vec![7],
        sizes: vec![usize::MAX],
        single: vec![0.1],
        double: vec![0.1, f64::INFINITY],
        decimals: vec![decimal],
        ..Default::default()
    }])?;
    let whole = |n: <Numbers as Model>::Columns<Must>| {
        n.i8.contains(i8::MIN)
            & n.i16.contains_all([i16::MIN])
            & n.i32.overlaps([i32::MIN])
            & n.i64.eq(vec![i64::MIN])
    };
    let wide = |n: <Numbers as Model>::Columns<Must>| {
        n.i128.contains(i128::from(u64::MAX))
            & n.u64.contains_all([u64::MAX, 7])
            & n.u64.contains(7)
            & n.u128.element(0).eq(7)
    };
    let unsigned = |n: <Numbers as Model>::Columns<Must>| {
        n.u16.contains(u16::MAX)
            & n.u32.overlaps([u32::MAX])
            & n.sizes.eq(vec![usize::MAX])
            & n.u16.lt(vec![u16::MAX, 0])
    };
    let others = |n: <Numbers as Model>::Columns<Must>| {
        n.truths.contains(true)
            & n.single.contains(0.1)
            & n.double.contains_all([f64::INFINITY])
            & n.decimals.contains(decimal)
    };
    for found in [
        count::<Numbers>(harness, whole)?,
        count::<Numbers>(harness, wide)?,
        count::<Numbers>(harness, unsigned)?,
        count::<Numbers>(harness, others)?,
    ] {
        assert_eq!(found, 1);
    }
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    title: String,
    words: Deferred<Option<Vec<String>>>,
}

pub fn arrays_are_read_when_they_are_asked_for(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Page])?;
    let words = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    harness.insert([
        Page { title: "a".into(), words: words(&["x", "y"]).into(), ..Default::default() },
        Page { title: "b".into(), words: None.into(), ..Default::default() },
    ])?;
    let mut connection = harness.connect()?;
    let pages: Vec<Page> = Page::query().order_by(|p| p.id).all(&mut connection)?;
    assert!(pages.iter().all(|page| page.words.get().is_none()));
    let pages: Vec<Page> = Page::query().with(|p| p.words).order_by(|p| p.id).all(&mut connection)?;
    assert_eq!(pages[0].words.get(), Some(&words(&["x", "y"])));
    assert_eq!(pages[1].words.get(), Some(&None));
    let found = Page::query()
        .filter(|p| p.words.contains("y") & p.words.contains_all(["x"]) & p.words.overlaps(["z", "x"]))
        .filter(|p| p.words.len().eq(2) & p.words.element(1).eq("y"))
        .select(|p| p.title)
        .all(&mut connection)?;
    assert_eq!(found, ["a"]);
    Ok(())
}

pub fn arrays_of_other_queries_are_searched(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let mut connection = harness.connect()?;
    let rows = Post::query().select(|p| (p.title, p.tags, p.marks)).derived();
    let found = rows
        .filter(|(_, tags, marks)| tags.contains("fish") & tags.contains_all(["soy"]) & marks.overlaps([1]))
        .select(|(title, tags, marks)| (title, tags.len(), marks.element(2)));
    assert_eq!(found.all(&mut connection)?, [("some".to_owned(), 2, Some(3))]);
    let some = || Post::query().filter(|p| p.marks.contains(1)).select(|p| p.tags);
    assert_eq!(titles(harness, |p| p.tags.is_in(some()))?, "some");
    assert_eq!(titles(harness, |p| p.tags.not_in(some()))?, "empty null full");
    let longest = Post::query().select(|p| p.tags.len().max()).scalar();
    let found = Post::query().filter(|p| p.tags.len().eq(longest)).select(|p| p.tags.max());
    assert_eq!(found.one(&mut connection)?.map(|tags| tags.len()), Some(3));
    Ok(())
}

pub fn whole_numbers_stay_whole_in_divisions(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Numbers])?;
    harness.insert([Numbers { u64: vec![7], i16: vec![7], ..Default::default() }])?;
    let halves = Numbers::query().select(|n| (n.u64.element(0) / 2, n.i16.element(0) / 2));
    assert_eq!(halves.one(&mut harness.connect()?)?, (Some(3), Some(3)));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Basket {
    id: Id<Basket>,
    names: Vec<String>,
    others: Vec<String>,
    tastes: Vec<Taste>,
    texts: Vec<Taste>,
    first: Taste,
    numbers: Vec<i64>,
    wide: Vec<i64>,
}

/// Of a table whose arrays have other types than those that are made here, or each another.
pub fn arrays_of_other_types_are_searched_whatever_gives_them(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Basket])?;
    let mut connection = harness.connect()?;
    for statement in [
        "CREATE TYPE taste AS ENUM ('sour', 'salty')",
        "ALTER TABLE basket ALTER names TYPE VARCHAR(9)[]",
        "ALTER TABLE basket ALTER tastes TYPE taste[] USING CAST(tastes AS taste[])",
        "ALTER TABLE basket ALTER first TYPE taste USING CAST(first AS taste)",
        "ALTER TABLE basket ALTER numbers TYPE SMALLINT[]",
    ] {
        sql(statement).execute(&mut connection)?;
    }
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let basket = Basket {
        names: texts(&["a", "b"]),
        others: texts(&["b"]),
        tastes: vec![Taste::Sour],
        texts: vec![Taste::Sour],
        numbers: vec![1, 2],
        wide: vec![2],
        ..Default::default()
    };
    harness.insert([basket])?;

    // A query that gives one array.
    let only = || Basket::query();
    let all = [
        only().filter(|_| only().select(|b| b.names).scalar().contains("b")),
        only().filter(|b| only().select(|b| b.names).scalar().contains(b.others.element(0))),
        only().filter(|_| only().select(|b| b.names).scalar().contains_all(["a"])),
        only().filter(|_| only().select(|b| b.names).scalar().overlaps(["a", "c"])),
        only().filter(|_| only().select(|b| b.tastes).scalar().contains(Taste::Sour)),
        only().filter(|_| only().select(|b| b.tastes).scalar().overlaps([Taste::Sour])),
        only().filter(|_| only().select(|b| b.numbers).scalar().contains(2)),
        only().filter(|_| only().select(|b| b.numbers).scalar().contains_all([1])),
        only().filter(|b| b.names.overlaps(only().select(|b| b.names).scalar())),
        only().filter(|b| b.others.overlaps(only().select(|b| b.names).scalar())),
        only().filter(|b| b.tastes.overlaps(only().select(|b| b.tastes).scalar())),
        // Values.
        only().filter(|b| b.names.overlaps(["b"]) & b.names.contains_all(["b", "a"])),
        only().filter(|b| b.tastes.overlaps([Taste::Salty, Taste::Sour])),
        only().filter(|b| b.numbers.overlaps([2]) & b.numbers.contains_all([1, 2])),
        // Columns of the same type in the model, and of two in the database.
        only().filter(|b| b.names.contains_all(b.others) & b.others.overlaps(b.names)),
        only().filter(|b| b.tastes.contains_all(b.texts) & b.texts.overlaps(b.tastes)),
        only().filter(|b| b.numbers.contains_all(b.wide) & b.wide.overlaps(b.numbers)),
        only().filter(|b| b.tastes.contains(b.first) & b.texts.contains(b.first)),
        only().filter(|b| b.names.contains(b.others.element(0)) & b.numbers.contains(b.wide.element(0))),
    ];
    for (at, query) in all.into_iter().enumerate() {
        let found = query.count(&mut connection);
        assert!(matches!(found, Ok(1)), "{at}: {found:?}");
    }
    // Rows of another query.
    let rows = only().select(|b| (b.names, b.tastes, b.numbers)).derived();
    let found = rows.filter(|(names, tastes, numbers)| {
        names.contains("a")
            & names.contains_all(["a"])
            & names.overlaps(["b"])
            & tastes.contains(Taste::Sour)
            & tastes.overlaps([Taste::Sour])
            & numbers.contains_all([1])
    });
    assert_eq!(found.count(&mut connection)?, 1);
    Ok(())
}
