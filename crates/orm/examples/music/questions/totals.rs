//! What can be counted and added up.

use onggi::{Expression, Model as _};

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Artist, Employee, Genre, Invoice, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "All sales: invoices, customers, the sum, the mean, the first and the last day",
        |shop| {
            let all = Invoice::query().select(|i| {
                (Expression::count_rows(), i.total.sum(), i.total.average(), i.date.min(), i.date.max())
            });
            answer(all.all(shop)?)
        },
        1,
        "SELECT count(*), sum(Total), avg(Total), min(InvoiceDate), max(InvoiceDate) FROM Invoice",
    ),
    plain(
        "The best-selling artists",
        |shop| {
            let artists = Artist::query()
                .order_by(|r| r.albums.sum(|a| a.tracks.sum(|t| t.lines.count())).desc())
                .order_by(|r| r.name)
                .limit(10)
                .select(|r| (r.name, r.albums.sum(|a| a.tracks.sum(|t| t.lines.count()))));
            answer(artists.all(shop)?)
        },
        1,
        "SELECT r.Name, count(*) AS sold FROM InvoiceLine JOIN Track USING (TrackId) JOIN Album USING (AlbumId)
         JOIN Artist r USING (ArtistId) GROUP BY ArtistId ORDER BY sold DESC, r.Name LIMIT 10",
    ),
    plain(
        "What was earned with each genre",
        |shop| {
            let genres = Genre::query()
                .filter(|g| g.tracks.any(|t| t.lines.exists()))
                .order_by(|g| g.name)
                .select(|g| (g.name, g.tracks.sum(|t| t.lines.sum(|l| l.unit_price))));
            answer(genres.all(shop)?)
        },
        1,
        "SELECT g.Name, sum(l.UnitPrice) FROM InvoiceLine l JOIN Track USING (TrackId) JOIN Genre g USING (GenreId)
         GROUP BY GenreId ORDER BY g.Name",
    ),
    plain(
        "Employees by the sales to the customers whom they help",
        |shop| {
            let staff = Employee::query()
                .filter(|e| e.customers.exists())
                .order_by(|e| e.id)
                .select(|e| {
                    (e.last_name, e.customers.count(), e.customers.sum(|c| c.invoices.sum(|i| i.total)))
                });
            answer(staff.all(shop)?)
        },
        1,
        "SELECT e.LastName, count(DISTINCT CustomerId), sum(Total) FROM Employee e
         JOIN Customer ON SupportRepId = EmployeeId LEFT JOIN Invoice USING (CustomerId)
         GROUP BY EmployeeId ORDER BY EmployeeId",
    ),
    plain(
        "The longest track of each album",
        |shop| {
            let tracks = Track::query()
                .filter(|t| t.milliseconds.eq(t.album().tracks.max(|s| s.milliseconds)))
                .order_by(|t| t.id)
                .select(|t| (t.album().title, t.name, t.milliseconds));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT Title, Name, Milliseconds FROM (SELECT *, max(Milliseconds) OVER (PARTITION BY AlbumId) AS longest
         FROM Track) JOIN Album USING (AlbumId) WHERE Milliseconds = longest ORDER BY TrackId",
    ),
    plain(
        "Tracks on the most playlists",
        |shop| {
            let tracks = Track::query()
                .filter(|t| t.playlists.count().ge(4))
                .order_by(|t| t.playlists.count().desc())
                .order_by(|t| t.id)
                .select(|t| (t.name, t.playlists.count()));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT Name, count(*) AS lists FROM Track JOIN PlaylistTrack USING (TrackId)
         GROUP BY TrackId HAVING lists >= 4 ORDER BY lists DESC, TrackId",
    ),
];
