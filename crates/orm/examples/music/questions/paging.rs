//! Pages, texts, and rows one by one.

use chrono::{NaiveDate, NaiveDateTime};
use onggi::{Condition, Model as _, sql};

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Customer, Invoice, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "The page of tracks that follows another, found by its last row",
        |shop| {
            let page = Track::query().order_by(|t| t.name).order_by(|t| t.id).limit(5);
            let Some(last) = page.clone().offset(4).first(shop)? else { return answer([("",)]) };
            answer(page.after(&last).select(|t| (t.id, t.name)).all(shop)?)
        },
        2,
        "SELECT TrackId, Name FROM Track ORDER BY Name, TrackId LIMIT 5 OFFSET 5",
    ),
    plain(
        "Countries with customers, each once",
        |shop| {
            let countries = Customer::query().distinct().order_by(|c| c.country).select(|c| c.country);
            answer(countries.all(shop)?)
        },
        1,
        "SELECT Country FROM Customer GROUP BY Country ORDER BY Country",
    ),
    plain(
        "Tracks with a do in their names, small or great, and no a",
        |shop| {
            let tracks = Track::query()
                .filter(|t| t.name.lower().contains("do") & !t.name.like("%a%"))
                .order_by(|t| t.name)
                .order_by(|t| t.id)
                .limit(8)
                .select(|t| (t.name, t.composer));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT Name, Composer FROM Track WHERE Name LIKE '%do%' AND instr(lower(Name), 'a') = 0
         ORDER BY Name, TrackId LIMIT 8",
    ),
    plain(
        "The time that all tracks take, one row after the other",
        |shop| {
            let mut milliseconds = 0;
            Track::query().select(|t| t.milliseconds).each(shop, |track| {
                milliseconds += track?;
                Ok(())
            })?;
            answer([(milliseconds,)])
        },
        1,
        "SELECT sum(Milliseconds) FROM Track",
    ),
    plain(
        "Invoices of a spring, by conditions that are put together on the way",
        |shop| {
            let query = Invoice::query();
            let invoice = query.columns();
            let first_of = |month| NaiveDate::from_ymd_opt(2023, month, 1).unwrap_or_default();
            let (march, june): (NaiveDateTime, NaiveDateTime) = (first_of(3).into(), first_of(6).into());
            let mut conditions = vec![invoice.date.ge(march), invoice.date.lt(june)];
            conditions.push(invoice.customer().country.is_in(["USA", "Canada"]));
            let found = query.filter(|_| conditions.into_iter().collect::<Condition>());
            answer(found.order_by(|i| i.id).select(|i| (i.id, i.date, i.country)).all(shop)?)
        },
        1,
        "SELECT InvoiceId, InvoiceDate, BillingCountry FROM Invoice JOIN Customer c USING (CustomerId)
         WHERE substr(InvoiceDate, 1, 7) IN ('2023-03', '2023-04', '2023-05') AND c.Country IN ('USA', 'Canada')
         ORDER BY InvoiceId",
    ),
    plain(
        "Pairs of artists who share a composer, in the database's own words",
        |shop| {
            let pairs = sql(
                r#"SELECT DISTINCT a."ArtistId", b."ArtistId", t."Composer"
                 FROM "Track" t JOIN "Album" a USING ("AlbumId") JOIN "Track" s USING ("Composer")
                 JOIN "Album" b ON b."AlbumId" = s."AlbumId"
                 WHERE a."ArtistId" < b."ArtistId" AND length(t."Composer") >= ? ORDER BY 1, 2, 3"#,
            );
            answer(pairs.bind(3).all::<(i64, i64, String), _>(shop)?)
        },
        1,
        "SELECT a.ArtistId, b.ArtistId, Composer FROM (SELECT DISTINCT ArtistId, Composer FROM Track
         JOIN Album USING (AlbumId)) a JOIN (SELECT DISTINCT ArtistId, Composer FROM Track JOIN Album USING (AlbumId)) b
         USING (Composer) WHERE a.ArtistId < b.ArtistId AND length(Composer) >= 3 ORDER BY 1, 2, 3",
    ),
];
