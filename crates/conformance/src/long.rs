//! Texts and bytes that are much longer than most.

use onggi::{Id, Model, Result, case, rank, row_number, value};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    text: String,
    image: Vec<u8>,
    number: i64,
}

/// Alike but for their ends: 2 and 4 are the same, 1 is the greatest, 5 is how all begin.
fn pages(harness: &Harness, length: usize) -> Result<()> {
    harness.create(onggi::models![Page])?;
    let page = |end: &str, number| {
        let text = "x".repeat(length) + end;
        Page { image: text.clone().into_bytes(), text, number, ..Default::default() }
    };
    harness.insert([page("c", 1), page("a", 2), page("b", 3), page("a", 4), page("", 5)]).map(drop)
}

pub fn long_values_are_sorted_by_their_ends(harness: &Harness) -> Result<()> {
    pages(harness, 16_000)?;
    let mut connection = harness.connect()?;
    let numbers = Page::query().select(|p| p.number);
    let by_text = numbers.clone().order_by(|p| p.text).order_by(|p| p.number);
    assert_eq!(by_text.all(&mut connection)?, [5, 2, 4, 3, 1]);
    let by_image = numbers.clone().order_by(|p| p.image.desc()).order_by(|p| p.number);
    assert_eq!(by_image.all(&mut connection)?, [1, 3, 2, 4, 5]);
    let all = Page::query().order_by(|p| p.text).order_by(|p| p.number);
    let mut found = Vec::new();
    let mut page = all.clone().limit(2).all(&mut connection)?;
    while let Some(last) = page.last().cloned() {
        found.extend(page.iter().map(|page| page.number));
        page = all.clone().after(&last).limit(2).all(&mut connection)?;
    }
    assert_eq!(found, [5, 2, 4, 3, 1]);
    Ok(())
}

pub fn windows_tell_long_values_apart(harness: &Harness) -> Result<()> {
    pages(harness, 16_000)?;
    let query = Page::query().order_by(|p| p.number).select(|p| {
        let alike = p.number.sum().over(|window| window.partition_by(p.text));
        (alike, rank().over(|window| window.order_by(p.image)))
    });
    let found = query.all(&mut harness.connect()?)?;
    assert_eq!(found, [(Some(1), 5), (Some(6), 2), (Some(3), 4), (Some(6), 2), (Some(5), 1)]);
    Ok(())
}

pub fn long_values_that_are_chosen_stay_whole(harness: &Harness) -> Result<()> {
    pages(harness, 1)?;
    let mut connection = harness.connect()?;
    for length in [10, 70_000] {
        let (one, other) = ("x".repeat(length) + "1", "x".repeat(length) + "2");
        let chosen = |p: PageColumns| case().when(p.number.lt(3), one.clone()).otherwise(other.clone());
        let is_whole = |found: Vec<String>| found.iter().all(|text| *text == one || *text == other);
        let query = Page::query().order_by(|p| p.number);

        let mut found = Page::query().select(chosen).distinct().all(&mut connection)?;
        found.sort();
        assert!(found == [&*one, &*other], "{length}: {}", found.len());
        let numbered = query.clone().select(|p| (chosen(p), row_number().over(|w| w.order_by(p.image))));
        assert!(is_whole(numbered.all(&mut connection)?.into_iter().map(|row| row.0).collect()));
        let rows = query.clone().limit(9).select(|p| (p.number, chosen(p))).derived();
        let first = rows.filter(|(_, text)| text.eq(one.clone())).select(|(number, _)| number.count());
        assert_eq!(first.one(&mut connection)?, 2);
        let grouped = Page::query().group_by(|p| p.number).select(|p| (p.number, value(one.clone())));
        let texts = grouped.derived().order_by(|(number, _)| number).select(|(_, text)| text);
        assert!(is_whole(texts.all(&mut connection)?));
        assert_eq!(Page::query().select(|p| chosen(p).count().distinct()).one(&mut connection)?, 2);
        assert!(Page::query().select(|p| chosen(p).max()).one(&mut connection)?.as_ref() == Some(&other));
        let bytes =
            |p: PageColumns| case().when(p.number.lt(3), vec![7_u8; length]).otherwise(vec![8_u8; length]);
        let mut found = Page::query().select(bytes).distinct().all(&mut connection)?;
        found.sort();
        assert!(found == [vec![7_u8; length], vec![8_u8; length]]);
        let set = |p: PageColumns| [p.text.set(chosen(p)), p.image.set(bytes(p))];
        assert_eq!(Page::query().update(&mut connection, set)?, 5);
        let found = query.clone().select(|p| (p.text, p.image)).all(&mut connection)?;
        assert!(found[1] == (one.clone(), vec![7; length]) && found[4] == (other.clone(), vec![8; length]));
    }
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Note {
    id: Id<Note>,
    text: Option<String>,
}

pub fn chosen_values_that_are_null_are_written(harness: &Harness) -> Result<()> {
    pages(harness, 1)?;
    harness.create(onggi::models![Note])?;
    let mut connection = harness.connect()?;
    let first = |p: PageColumns| case().when(p.number.eq(1), "first").or_null();
    let copied = Page::query().select(first).insert_into::<Note, _>(&mut connection, |n| n.text)?;
    let united = Page::query().select(first).union(Page::query().select(first));
    assert_eq!((copied, united.insert_into::<Note, _>(&mut connection, |n| n.text)?), (5, 2));
    Note::query().update(&mut connection, |n| [n.text.set(n.text.null_if("first"))])?;
    assert_eq!(Note::query().filter(|n| n.text.is_null()).count(&mut connection)?, 7);
    Note::query()
        .update(&mut connection, |n| [n.text.set(case().when(n.text.is_null(), "none").or_null())])?;
    assert_eq!(Note::query().filter(|n| n.text.eq("none")).count(&mut connection)?, 7);
    Note::query()
        .update(&mut connection, |n| [n.text.set(case().when(n.text.is_null(), "none").or_null())])?;
    assert_eq!(Note::query().filter(|n| n.text.is_null()).count(&mut connection)?, 7);
    Ok(())
}
