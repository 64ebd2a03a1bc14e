//! Objects with what they are related to: loaded along, or when they are asked for.

use onggi::Model as _;

use super::{Question, plain, tracked};
use crate::answer::answer;
use crate::models::{Artist, Employee, Invoice};

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
];
