//! Whole queries in a sentence each: `select!`.

use onggi::select;

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Artist, Customer, Invoice, InvoiceLine, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "The best-selling artists of each country",
        |shop| {
            let sold = select!(
                for l in InvoiceLine
                if count(l) >= 3
                => (l.invoice.country, l.track.album.artist.name, count(l))
                order by l.invoice.country, count(l) desc, l.track.album.artist.name
            );
            answer(sold.all(shop)?)
        },
        1,
        "SELECT BillingCountry, r.Name, count(*) AS sold FROM InvoiceLine JOIN Invoice USING (InvoiceId)
         JOIN Track USING (TrackId) JOIN Album USING (AlbumId) JOIN Artist r USING (ArtistId)
         GROUP BY BillingCountry, r.Name HAVING sold >= 3 ORDER BY BillingCountry, sold DESC, r.Name",
    ),
    plain(
        "Great and small invoices of each year",
        |shop| {
            let years = select!(
                for i in Invoice
                => (i.date.year(), sum(if i.total >= 5.0 { 1_i64 } else { 0_i64 }), count(i))
                order by i.date.year()
            );
            answer(years.all(shop)?)
        },
        1,
        "SELECT CAST(substr(InvoiceDate, 1, 4) AS INTEGER) AS year, count(*) FILTER (WHERE Total >= 5), count(*)
         FROM Invoice GROUP BY year ORDER BY year",
    ),
    plain(
        "Customers in America who never bought much at once",
        |shop| {
            let customers = select!(
                for c in Customer
                if ["USA", "Canada", "Brazil"].contains(&c.country)
                if !c.invoices.any(|i| i.total > 15.0)
                => (c.last_name, c.country, c.invoices.count())
                order by c.last_name, c.id
                limit 10
            );
            answer(customers.all(shop)?)
        },
        1,
        "SELECT LastName, Country, count(*) FROM Customer JOIN Invoice USING (CustomerId)
         WHERE Country IN ('USA', 'Canada', 'Brazil') GROUP BY CustomerId HAVING max(Total) <= 15
         ORDER BY LastName, CustomerId LIMIT 10",
    ),
    plain(
        "Short tracks of those who recorded much",
        |shop| {
            let tracks = select!(
                for t in Track
                if select!(for r in Artist if r.albums.count() >= 4 => r.id).contains(&t.album.artist.id)
                if t.milliseconds / 1000 < 120
                => (t.album.artist.name, t.name, t.milliseconds / 1000)
                order by t.milliseconds, t.id
            );
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT r.Name, t.Name, Milliseconds / 1000 FROM Track t JOIN Album USING (AlbumId) JOIN Artist r USING (ArtistId)
         WHERE Milliseconds < 120000 AND (SELECT count(*) FROM Album a WHERE a.ArtistId = r.ArtistId) >= 4
         ORDER BY Milliseconds, TrackId",
    ),
];
