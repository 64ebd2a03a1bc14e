//! Objects with what they are related to: loaded along, or when they are asked for.

use onggi::Model as _;

use super::{Question, plain, tracked};
use crate::answer::answer;
use crate::models::{Artist, Customer, Employee, Invoice, Playlist, PlaylistTrack, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "Artists with their albums and tracks, as nested structs",
        |shop| {
            let artists = Artist::query().order_by(|r| r.id).limit(5).with(|r| r.albums().with(|a| a.tracks()));
            answer(artists.all(shop)?.into_iter().map(|artist| {
                let albums = artist.albums.loaded().unwrap_or_default();
                let tracks = albums.iter().filter_map(|album| album.tracks.loaded()).flatten();
                let milliseconds: i64 = tracks.map(|track| track.milliseconds).sum();
                (artist.name, albums.len(), milliseconds)
            }))
        },
        3,
        "SELECT r.Name, count(DISTINCT AlbumId), coalesce(sum(Milliseconds), 0) FROM Artist r
         LEFT JOIN Album USING (ArtistId) LEFT JOIN Track USING (AlbumId) GROUP BY ArtistId ORDER BY ArtistId LIMIT 5",
    ),
    plain(
        "The two latest invoices of each customer in Germany",
        |shop| {
            let latest = Customer::query().filter(|c| c.country.eq("Germany")).order_by(|c| c.id).with(|c| {
                c.invoices().order_by(|i| i.date.desc()).order_by(|i| i.id.desc()).limit(2)
            });
            let customers = latest.all(shop)?;
            answer(customers.iter().flat_map(|customer| {
                let invoices = customer.invoices.loaded().unwrap_or_default();
                invoices.iter().map(|invoice| (customer.id, invoice.date, invoice.total))
            }))
        },
        2,
        "SELECT CustomerId, InvoiceDate, Total FROM (SELECT *, row_number() OVER (PARTITION BY CustomerId
         ORDER BY InvoiceDate DESC, InvoiceId DESC) AS place FROM Invoice JOIN Customer USING (CustomerId)
         WHERE Country = 'Germany') WHERE place <= 2 ORDER BY CustomerId, place",
    ),
    plain(
        "The longest track of every playlist",
        |shop| {
            let playlists = Playlist::query().order_by(|p| p.id).with(|p| {
                p.tracks().order_by(|t| t.milliseconds.desc()).order_by(|t| t.id).limit(1).with(|t| t.album())
            });
            answer(playlists.all(shop)?.iter().map(|playlist| {
                let track = playlist.tracks.loaded().and_then(<[_]>::first);
                let album = track.and_then(|track| track.album.object());
                (playlist.id, track.map(|track| track.name.as_str()), album.map(|album| album.title.as_str()))
            }))
        },
        2,
        "SELECT PlaylistId, Name, Title FROM (SELECT p.PlaylistId, t.Name, a.Title, row_number() OVER (
         PARTITION BY p.PlaylistId ORDER BY Milliseconds DESC, TrackId) AS place FROM Playlist p
         LEFT JOIN PlaylistTrack USING (PlaylistId) LEFT JOIN Track t USING (TrackId)
         LEFT JOIN Album a USING (AlbumId)) WHERE place = 1 ORDER BY PlaylistId",
    ),
    tracked(
        "The ten latest invoices with customers and their helpers, loaded when asked for",
        |session| {
            let query = Invoice::query().order_by(|i| i.date.desc()).order_by(|i| i.id).limit(10);
            let mut rows = Vec::new();
            for invoice in query.all(session)? {
                // The first of these loads the customers of all invoices, and the employees of all customers.
                let customer = session.load(invoice, |i| i.customer())?;
                let helper = session.load(invoice, |i| i.customer().support_rep())?;
                rows.push((
                    session[invoice].id,
                    session[customer].last_name.clone(),
                    session[helper].last_name.clone(),
                ));
            }
            answer(rows)
        },
        3,
        "SELECT InvoiceId, c.LastName, e.LastName FROM Invoice JOIN Customer c USING (CustomerId)
         JOIN Employee e ON e.EmployeeId = c.SupportRepId ORDER BY InvoiceDate DESC, InvoiceId LIMIT 10",
    ),
    tracked(
        "What was sold of each artist's first album, loaded when asked for",
        |session| {
            let artists = Artist::query().order_by(|r| r.id).limit(10).all(session)?;
            let mut rows = Vec::new();
            for artist in artists {
                let Some(&first) = session.load(artist, |r| r.albums())?.first() else { continue };
                let mut sold = 0;
                for track in session.load(first, |a| a.tracks())? {
                    sold += session.load(track, |t| t.lines())?.len();
                }
                rows.push((session[artist].name.clone(), session[first].title.clone(), sold));
            }
            answer(rows)
        },
        4,
        "SELECT r.Name, Title, count(l.TrackId) FROM (SELECT * FROM Artist ORDER BY ArtistId LIMIT 10) r
         JOIN (SELECT min(AlbumId) AS AlbumId, ArtistId, Title FROM Album GROUP BY ArtistId) USING (ArtistId)
         LEFT JOIN Track USING (AlbumId) LEFT JOIN InvoiceLine l USING (TrackId) GROUP BY ArtistId ORDER BY ArtistId",
    ),
    tracked(
        "Whoever is met twice is one object: employees up to the top of the tree",
        |session| {
            let mut rows = Vec::new();
            for employee in Employee::query().order_by(|e| e.id).all(session)? {
                let (mut steps, mut at) = (0_i64, employee);
                while let Some(manager) = session.load(at, |e| e.reports_to())? {
                    (steps, at) = (steps + 1, manager);
                }
                rows.push((session[employee].id, steps, session[at].id));
            }
            answer(rows)
        },
        1,
        "WITH RECURSIVE up (EmployeeId, steps, at) AS (SELECT EmployeeId, 0, EmployeeId FROM Employee UNION ALL
         SELECT up.EmployeeId, steps + 1, ReportsTo FROM up JOIN Employee e ON e.EmployeeId = at
         WHERE ReportsTo IS NOT NULL) SELECT EmployeeId, max(steps), at FROM up GROUP BY EmployeeId ORDER BY EmployeeId",
    ),
    plain(
        "Two levels, each narrowed: albums of the letter A, and their long tracks with genre and medium",
        |shop| {
            let artists = Artist::query().filter(|r| r.albums.any(|a| a.title.starts_with("A"))).order_by(|r| r.id);
            let loaded = artists.with(|r| {
                let albums = r.albums().filter(|a| a.title.starts_with("A")).order_by(|a| a.title);
                albums.with(|a| a.tracks().filter(|t| t.milliseconds.gt(300_000)).with(|t| t.genre()).with(|t| t.media_type()))
            });
            let mut rows = Vec::new();
            for artist in &loaded.all(shop)? {
                for album in artist.albums.loaded().unwrap_or_default() {
                    for track in album.tracks.loaded().unwrap_or_default() {
                        let genre = track.genre.object().map(|genre| genre.name.clone());
                        let medium = track.media_type.object().map(|medium| medium.name.clone());
                        rows.push((artist.name.clone(), album.title.clone(), track.name.clone(), genre, medium));
                    }
                }
            }
            answer(rows)
        },
        3,
        "SELECT r.Name, Title, t.Name, g.Name, m.Name FROM Artist r JOIN Album a USING (ArtistId)
         JOIN Track t USING (AlbumId) JOIN Genre g USING (GenreId) JOIN MediaType m USING (MediaTypeId)
         WHERE Title GLOB 'A*' AND Milliseconds > 300000 ORDER BY ArtistId, Title, AlbumId, TrackId",
    ),
    plain(
        "A link between a playlist and a track, by its key of two columns",
        |shop| {
            let link = shop.get_one::<PlaylistTrack>((1.into(), 2.into()))?;
            answer([(link.playlist_id, link.track_id, shop.get::<PlaylistTrack>((1.into(), 1_000_000.into()))?.is_some())])
        },
        2,
        "SELECT PlaylistId, TrackId, 0 FROM PlaylistTrack WHERE (PlaylistId, TrackId) = (1, 2)",
    ),
    tracked(
        "The longest tracks and their bytes, a column that is read when asked for",
        |session| {
            let mut rows = Vec::new();
            let longest = Track::query().order_by(|t| t.milliseconds.desc()).order_by(|t| t.id).limit(8);
            for track in longest.all(session)? {
                session.load(track, |t| t.bytes)?;
                rows.push((session[track].name.clone(), session[track].bytes.get().copied()));
            }
            answer(rows)
        },
        2,
        "SELECT Name, Bytes FROM Track ORDER BY Milliseconds DESC, TrackId LIMIT 8",
    ),
];
