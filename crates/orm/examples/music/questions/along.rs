//! Conditions, orders and values along relations.

use onggi::{Model as _, expr};

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Album, Artist, Customer, Employee, Playlist, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "The longest tracks of rock, with album and artist",
        |shop| {
            let tracks = Track::query()
                .filter(|t| t.genre().name.eq("Rock"))
                .order_by(|t| t.milliseconds.desc())
                .order_by(|t| t.id)
                .limit(10)
                .select(|t| (t.name, t.album().title, t.album().artist().name));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT t.Name, a.Title, r.Name FROM Track t JOIN Album a USING (AlbumId) JOIN Artist r USING (ArtistId)
         JOIN Genre g ON g.GenreId = t.GenreId WHERE g.Name = 'Rock' ORDER BY t.Milliseconds DESC, t.TrackId LIMIT 10",
    ),
    plain(
        "Artists with a track of jazz",
        |shop| {
            let artists = Artist::query()
                .filter(|r| r.albums.any(|a| a.tracks.any(|t| t.genre().name.eq("Jazz"))))
                .order_by(|r| r.name)
                .select(|r| r.name);
            answer(artists.all(shop)?)
        },
        1,
        "SELECT Name FROM Artist WHERE ArtistId IN (SELECT ArtistId FROM Album WHERE AlbumId IN (SELECT AlbumId
         FROM Track WHERE GenreId IN (SELECT GenreId FROM Genre WHERE Name = 'Jazz'))) ORDER BY Name",
    ),
    plain(
        "How many artists have no album",
        |shop| answer([(Artist::query().filter(|r| r.albums.is_empty()).count(shop)?,)]),
        1,
        "SELECT count(*) FROM Artist LEFT JOIN Album USING (ArtistId) WHERE AlbumId IS NULL",
    ),
    plain(
        "Albums of which every track has been sold",
        |shop| {
            let albums = Album::query()
                .filter(|a| a.tracks.exists() & a.tracks.all(|t| t.lines.exists()))
                .order_by(|a| a.title)
                .order_by(|a| a.id)
                .select(|a| (a.title, a.tracks.count()));
            answer(albums.all(shop)?)
        },
        1,
        "SELECT Title, count(DISTINCT t.TrackId) FROM Album a JOIN Track t USING (AlbumId) LEFT JOIN InvoiceLine l
         ON l.TrackId = t.TrackId GROUP BY a.AlbumId HAVING count(*) = count(l.TrackId) ORDER BY Title, a.AlbumId",
    ),
    plain(
        "Playlists with tracks, and none of jazz",
        |shop| {
            let playlists = Playlist::query()
                .filter(|p| p.tracks.exists() & p.tracks.none(|t| t.genre().name.eq("Jazz")))
                .order_by(|p| p.id)
                .select(|p| (p.id, p.name, p.tracks.count()));
            answer(playlists.all(shop)?)
        },
        1,
        "SELECT PlaylistId, p.Name, count(*) FROM Playlist p JOIN PlaylistTrack USING (PlaylistId)
         JOIN Track USING (TrackId) JOIN Genre g USING (GenreId)
         GROUP BY PlaylistId HAVING NOT max(g.Name = 'Jazz') ORDER BY PlaylistId",
    ),
    plain(
        "The ten artists with the most albums",
        |shop| {
            let artists = Artist::query()
                .order_by(|r| r.albums.count().desc())
                .order_by(|r| r.name)
                .limit(10)
                .select(|r| (r.name, r.albums.count()));
            answer(artists.all(shop)?)
        },
        1,
        "SELECT Name, count(AlbumId) AS albums FROM Artist LEFT JOIN Album USING (ArtistId)
         GROUP BY ArtistId ORDER BY albums DESC, Name LIMIT 10",
    ),
    plain(
        "The best customers: what they spent, and on their greatest invoice",
        |shop| {
            let customers = Customer::query()
                .order_by(|c| c.invoices.sum(|i| i.total).round_to(2).desc())
                .order_by(|c| c.id)
                .limit(8)
                .select(|c| {
                    let (sum, max) = (c.invoices.sum(|i| i.total), c.invoices.max(|i| i.total));
                    (c.first_name, c.last_name, c.country, sum, max)
                });
            answer(customers.all(shop)?)
        },
        1,
        "SELECT FirstName, LastName, Country, sum(Total), max(Total) FROM Customer JOIN Invoice USING (CustomerId)
         GROUP BY CustomerId ORDER BY round(sum(Total), 6) DESC, CustomerId LIMIT 8",
    ),
    plain(
        "Customers with several invoices above five",
        |shop| {
            let customers = Customer::query()
                .filter(|c| c.invoices.filter(|i| i.total.gt(5.0)).count().ge(2))
                .order_by(|c| c.id)
                .select(|c| (c.id, c.email));
            answer(customers.all(shop)?)
        },
        1,
        "SELECT CustomerId, Email FROM Customer JOIN Invoice USING (CustomerId) WHERE Total > 5
         GROUP BY CustomerId HAVING count(*) >= 2 ORDER BY CustomerId",
    ),
    plain(
        "Employees and whom they report to",
        |shop| {
            let staff = Employee::query()
                .order_by(|e| e.id)
                .select(|e| (e.first_name, e.reports_to().first_name, e.staff.count()));
            answer(staff.all(shop)?)
        },
        1,
        "SELECT e.FirstName, m.FirstName, (SELECT count(*) FROM Employee s WHERE s.ReportsTo = e.EmployeeId)
         FROM Employee e LEFT JOIN Employee m ON m.EmployeeId = e.ReportsTo ORDER BY e.EmployeeId",
    ),
    plain(
        "Customers whom somebody of their own country helps",
        |shop| {
            let customers = Customer::query()
                .filter(expr!(|c| c.support_rep.country == c.country))
                .order_by(|c| c.id)
                .select(|c| (c.last_name, c.support_rep().last_name, c.country));
            answer(customers.all(shop)?)
        },
        1,
        "SELECT c.LastName, e.LastName, c.Country FROM Customer c JOIN Employee e ON e.EmployeeId = c.SupportRepId
         WHERE e.Country = c.Country ORDER BY CustomerId",
    ),
    plain(
        "Who has been here longer than the one whom they report to",
        |shop| {
            let staff = Employee::query()
                .filter(expr!(|e| e.hire_date < e.reports_to.hire_date))
                .order_by(|e| e.id)
                .select(|e| (e.last_name, e.hire_date, e.reports_to().last_name));
            answer(staff.all(shop)?)
        },
        1,
        "SELECT e.LastName, e.HireDate, m.LastName FROM Employee e JOIN Employee m ON m.EmployeeId = e.ReportsTo
         WHERE e.HireDate < m.HireDate ORDER BY e.EmployeeId",
    ),
    plain(
        "Cheap and short tracks without a composer, of artists from A to M",
        |shop| {
            let (cheap, letters) = (0.99, "A".."N");
            let tracks = Track::query()
                .filter(expr!(|t| t.composer == None && t.unit_price <= cheap && t.milliseconds / 1000 < 180))
                .filter(expr!(|t| t.album.artist.name >= letters.start && t.album.artist.name < letters.end))
                .order_by(|t| t.id)
                .select(expr!(|t| (t.name, t.album.artist.name, t.milliseconds / 1000)));
            answer(tracks.all(shop)?)
        },
        1,
        "SELECT t.Name, r.Name, Milliseconds / 1000 FROM Track t JOIN Album USING (AlbumId) JOIN Artist r USING (ArtistId)
         WHERE Composer IS NULL AND UnitPrice <= 0.99 AND Milliseconds < 180000 AND substr(r.Name, 1, 1) BETWEEN 'A' AND 'M'
         ORDER BY TrackId",
    ),
];
