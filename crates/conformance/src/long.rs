//! Texts and bytes that are much longer than most.

use onggi::{Id, Model, Result, rank};

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
