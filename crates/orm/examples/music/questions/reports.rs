//! Reports: groups, cases, windows.

use onggi::{Model as _, case, count_rows, exists, rank};

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Artist, Invoice, InvoiceLine, PlaylistTrack, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "Sales by year",
        |shop| {
            let years = Invoice::query()
                .group_by(|i| i.date.year())
                .order_by(|i| i.date.year())
                .select(|i| (i.date.year(), count_rows(), i.total.sum(), i.customer().id.count().distinct()));
            answer(years.all(shop)?)
        },
        1,
        "SELECT CAST(strftime('%Y', InvoiceDate) AS INTEGER) AS year, count(*), sum(Total), count(DISTINCT CustomerId)
         FROM Invoice GROUP BY year ORDER BY year",
    ),
    plain(
        "Months in which more than six invoices were written",
        |shop| {
            let months = Invoice::query()
                .group_by(|i| (i.date.year(), i.date.month()))
                .having(|_| count_rows().gt(6))
                .order_by(|i| i.date.year())
                .order_by(|i| i.date.month())
                .select(|i| (i.date.year(), i.date.month(), count_rows()));
            answer(months.all(shop)?)
        },
        1,
        "SELECT CAST(substr(InvoiceDate, 1, 4) AS INTEGER), CAST(substr(InvoiceDate, 6, 2) AS INTEGER), count(*) AS n
         FROM Invoice GROUP BY 1, 2 HAVING n > 6 ORDER BY 1, 2",
    ),
    plain(
        "Sales of each country, the years side by side",
        |shop| {
            let countries = Invoice::query().group_by(|i| i.country).order_by(|i| i.country).select(|i| {
                let of = |year: i64| i.total.sum().filter(i.date.year().eq(year)).coalesce(0.0);
                (i.country, of(2021), of(2022), of(2023), of(2024), of(2025))
            });
            answer(countries.all(shop)?)
        },
        1,
        "SELECT BillingCountry, total(Total) FILTER (WHERE InvoiceDate LIKE '2021%'),
         total(Total) FILTER (WHERE InvoiceDate LIKE '2022%'), total(Total) FILTER (WHERE InvoiceDate LIKE '2023%'),
         total(Total) FILTER (WHERE InvoiceDate LIKE '2024%'), total(Total) FILTER (WHERE InvoiceDate LIKE '2025%')
         FROM Invoice GROUP BY BillingCountry ORDER BY BillingCountry",
    ),
    plain(
        "Genres by how long their tracks are, counted by case",
        |shop| {
            let genres = Track::query().group_by(|t| t.genre().name).order_by(|t| t.genre().name).select(|t| {
                let (short, long) = (t.milliseconds.lt(180_000), t.milliseconds.ge(360_000));
                let count = |condition| case().when(condition, 1_i64).otherwise(0_i64).sum();
                (t.genre().name, count(short.clone()), count(!short & !long.clone()), count(long))
            });
            answer(genres.all(shop)?)
        },
        1,
        "SELECT g.Name, count(*) FILTER (WHERE Milliseconds < 180000),
         count(*) FILTER (WHERE Milliseconds BETWEEN 180000 AND 359999), count(*) FILTER (WHERE Milliseconds >= 360000)
         FROM Track JOIN Genre g USING (GenreId) GROUP BY g.Name ORDER BY g.Name",
    ),
    plain(
        "How much of the sales each genre has, in percent",
        |shop| {
            let genres = InvoiceLine::query()
                .group_by(|l| l.track().genre().name)
                .order_by(|l| l.unit_price.sum().desc())
                .order_by(|l| l.track().genre().name)
                .select(|l| {
                    let (sum, all) = (l.unit_price.sum(), l.unit_price.sum().sum().over(|w| w));
                    (l.track().genre().name, (sum * 100.0 / all).round_to(1))
                });
            answer(genres.all(shop)?)
        },
        1,
        "SELECT g.Name, round(sum(l.UnitPrice) * 100 / (SELECT sum(UnitPrice) FROM InvoiceLine), 1) FROM InvoiceLine l
         JOIN Track USING (TrackId) JOIN Genre g USING (GenreId) GROUP BY g.Name
         ORDER BY sum(l.UnitPrice) DESC, g.Name",
    ),
    plain(
        "Tracks, and their places in their album by length",
        |shop| {
            let tracks = Track::query().select(|t| {
                let place = rank().over(|w| w.partition_by(t.album().id).order_by(t.milliseconds.desc()));
                (t.album().title, place, t.name)
            });
            answer(tracks.order_by(|t| t.id).limit(20).all(shop)?)
        },
        1,
        "SELECT Title, rank() OVER (PARTITION BY AlbumId ORDER BY Milliseconds DESC), Name
         FROM Track JOIN Album USING (AlbumId) ORDER BY TrackId LIMIT 20",
    ),
    plain(
        "What came in so far each year, invoice by invoice",
        |shop| {
            let running = Invoice::query().order_by(|i| i.date).order_by(|i| i.id).limit(20).select(|i| {
                let so_far =
                    i.total.sum().over(|w| w.partition_by(i.date.year()).order_by(i.date).order_by(i.id));
                (i.date, i.total, so_far)
            });
            answer(running.all(shop)?)
        },
        1,
        "SELECT InvoiceDate, Total, (SELECT sum(Total) FROM Invoice s WHERE (s.InvoiceDate, s.InvoiceId)
         <= (i.InvoiceDate, i.InvoiceId) AND substr(s.InvoiceDate, 1, 4) = substr(i.InvoiceDate, 1, 4))
         FROM Invoice i ORDER BY InvoiceDate, InvoiceId LIMIT 20",
    ),
    plain(
        "Days between the invoices of a customer",
        |shop| {
            let invoices = Invoice::query().order_by(|i| i.customer().id).order_by(|i| i.id).limit(20).select(|i| {
                let before = i.date.lag(1).over(|w| w.partition_by(i.customer().id).order_by(i.date).order_by(i.id));
                (i.customer().last_name, i.date, i.date.days_since(before))
            });
            answer(invoices.all(shop)?)
        },
        1,
        "SELECT LastName, InvoiceDate, CAST(julianday(InvoiceDate) - julianday(lag(InvoiceDate) OVER (PARTITION BY
         CustomerId ORDER BY InvoiceDate, InvoiceId)) AS INTEGER) FROM Invoice JOIN Customer USING (CustomerId)
         ORDER BY CustomerId, InvoiceId LIMIT 20",
    ),
    plain(
        "Tracks that last much longer than the mean",
        |shop| {
            let mean = Track::query().select(|t| t.milliseconds.average()).scalar();
            let tracks = Track::query()
                .filter(|t| t.milliseconds.cast::<f64>().gt(mean * 1.7))
                .order_by(|t| t.id)
                .select(|t| (t.name, t.milliseconds));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT Name, Milliseconds FROM Track WHERE Milliseconds > 1.7 * (SELECT avg(Milliseconds) FROM Track)
         ORDER BY TrackId",
    ),
    plain(
        "Artists whose name is also that of a track of somebody else's",
        |shop| {
            let artists = Artist::query()
                .filter(|r| {
                    exists(Track::query().filter(|t| t.name.eq(r.name) & t.album().artist().id.ne(r.id)))
                })
                .order_by(|r| r.id)
                .select(|r| r.name);
            answer(artists.all(shop)?)
        },
        1,
        "SELECT r.Name FROM Artist r JOIN Track t USING (Name) JOIN Album a USING (AlbumId)
         WHERE a.ArtistId <> r.ArtistId GROUP BY r.ArtistId ORDER BY r.ArtistId",
    ),
    plain(
        "Small playlists with their tracks in one text",
        |shop| {
            let lists = PlaylistTrack::query()
                .group_by(|l| (l.playlist_id, l.playlist().name))
                .having(|_| count_rows().le(30))
                .order_by(|l| l.playlist_id)
                .select(|l| {
                    let track = l.track();
                    (l.playlist().name, track.name.string_agg(", ").order_by(track.name), track.id.count())
                });
            answer(lists.all(shop)?)
        },
        1,
        "SELECT p.Name, group_concat(t.Name, ', ' ORDER BY t.Name), count(*) FROM Playlist p
         JOIN PlaylistTrack USING (PlaylistId) JOIN Track t USING (TrackId)
         GROUP BY PlaylistId HAVING count(*) <= 30 ORDER BY PlaylistId",
    ),
    plain(
        "Composers, and \"nobody\" where none is known",
        |shop| {
            let tracks = Track::query()
                .group_by(|t| t.composer)
                .order_by(|_| count_rows().desc())
                .order_by(|t| t.composer)
                .limit(5)
                .select(|t| (t.composer.coalesce("nobody"), count_rows()));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT ifnull(Composer, 'nobody'), count(*) AS n FROM Track GROUP BY Composer ORDER BY n DESC, Composer LIMIT 5",
    ),
];
