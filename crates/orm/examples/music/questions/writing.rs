//! Changes; all of them are undone.

use onggi::{Handle, Id, Model as _};

use super::{Question, plain, tracked};
use crate::answer::answer;
use crate::models::{Customer, Employee, Genre, Invoice, InvoiceLine, Playlist, PlaylistTrack, Track};

pub const QUESTIONS: &[Question] = &[
    plain(
        "Long tracks become dearer by a tenth",
        |shop| {
            let changed = Track::query()
                .filter(|t| t.milliseconds.gt(400_000) & t.lines.exists())
                .update(shop, |t| t.unit_price.set(t.unit_price * 1.1))?;
            answer([(changed, Track::query().select(|t| t.unit_price.sum()).one(shop)?)])
        },
        2,
        "UPDATE Track SET UnitPrice = UnitPrice * 1.1 WHERE Milliseconds > 400000
         AND TrackId IN (SELECT TrackId FROM InvoiceLine);
         SELECT changes(), sum(UnitPrice) FROM Track",
    ),
    plain(
        "A track is put on a playlist, twice",
        |shop| {
            let mut link = PlaylistTrack { playlist_id: Id::from(1), track_id: Id::from(3), ..Default::default() };
            shop.upsert(&mut link, |l| (l.playlist_id, l.track_id))?;
            shop.upsert(&mut link, |l| (l.playlist_id, l.track_id))?;
            answer(Playlist::query().filter(|p| p.id.eq(Id::from(1))).select(|p| (p.name, p.tracks.count())).all(shop)?)
        },
        3,
        "INSERT OR IGNORE INTO PlaylistTrack VALUES (1, 3);
         SELECT Name, count(*) FROM Playlist JOIN PlaylistTrack USING (PlaylistId) WHERE PlaylistId = 1",
    ),
    tracked(
        "A customer buys three tracks: written as one graph",
        |session| {
            let tracks = Track::query().order_by(|t| t.id).limit(3).all(session)?;
            let line = |&track: &Handle<Track>| InvoiceLine {
                track: track.into(),
                unit_price: session[track].unit_price,
                quantity: 1,
                ..Default::default()
            };
            let lines: Vec<InvoiceLine> = tracks.iter().map(line).collect();
            let customer = session.get_one::<Customer>(1)?;
            let invoice = session.add(Invoice {
                customer: customer.into(),
                country: session[customer].country.clone(),
                total: lines.iter().map(|line| line.unit_price).sum(),
                lines: lines.into(),
                ..Default::default()
            });
            let lines = session.load(invoice, |i| i.lines())?.len();
            session.flush()?;
            let invoices = Customer::query().filter(|c| c.id.eq(Id::from(1))).select(|c| c.invoices.count()).one(session)?;
            answer([(session[invoice].id, lines, invoices)])
        },
        6,
        "INSERT INTO Invoice (CustomerId, InvoiceDate, BillingCountry, Total)
         SELECT 1, '', Country, 0 FROM Customer WHERE CustomerId = 1;
         INSERT INTO InvoiceLine (InvoiceId, TrackId, UnitPrice, Quantity)
         SELECT max(InvoiceId), t.TrackId, t.UnitPrice, 1 FROM Invoice, (SELECT * FROM Track ORDER BY 1 LIMIT 3) t GROUP BY t.TrackId;
         SELECT max(InvoiceId), (SELECT count(*) FROM InvoiceLine l WHERE l.InvoiceId = max(i.InvoiceId)), count(*)
         FROM Invoice i WHERE CustomerId = 1",
    ),
    tracked(
        "A genre is found, or made where there is none",
        |session| {
            let mut names = Vec::new();
            for name in ["Jazz", "Yodelling", "Yodelling"] {
                let query = Genre::query().filter(|g| g.name.eq(name));
                let new = || Genre { name: name.into(), ..Default::default() };
                let (genre, _) = session.get_or_create(&query, new)?;
                names.push((session[genre].id, session[genre].name.clone()));
            }
            answer(names)
        },
        4,
        "INSERT INTO Genre (Name) VALUES ('Yodelling');
         SELECT GenreId, Name FROM Genre, (SELECT 1 AS times UNION ALL SELECT 2)
         WHERE Name = 'Yodelling' OR Name = 'Jazz' AND times = 1 ORDER BY Name",
    ),
    tracked(
        "A tracked object writes the columns that changed, and nothing else",
        |session| {
            let customer = session.get_one::<Customer>(2)?;
            session[customer].city = Some("Busan".into());
            session[customer].fax = None;
            let modified = session.modified(customer).len();
            session.flush()?;
            let there = Customer::query().filter(|c| c.city.eq("Busan")).select(|c| (c.id, c.last_name));
            answer(there.all(session)?.into_iter().map(|(id, name)| (id, name, modified)))
        },
        3,
        "UPDATE Customer SET City = 'Busan' WHERE CustomerId = 2;
         SELECT CustomerId, LastName, 1 + (SELECT Fax IS NOT NULL FROM Customer WHERE CustomerId = 2)
         FROM Customer WHERE City = 'Busan'",
    ),
    plain(
        "Playlists that nobody filled go",
        |shop| {
            let gone = Playlist::query().filter(|p| p.tracks.is_empty()).delete(shop)?;
            answer([(gone, Playlist::query().count(shop)?)])
        },
        2,
        "DELETE FROM Playlist WHERE PlaylistId NOT IN (SELECT PlaylistId FROM PlaylistTrack);
         SELECT changes(), count(*) FROM Playlist",
    ),
    plain(
        "Totals that are added up anew from their lines",
        |shop| {
            Invoice::query().update(shop, |i| i.total.set(i.lines.sum(|l| l.unit_price * 2.0).coalesce(0.0)))?;
            answer(Invoice::query().select(|i| (i.total.sum(),)).all(shop)?)
        },
        2,
        "UPDATE Invoice SET Total = (SELECT sum(UnitPrice * 2.0) FROM InvoiceLine l WHERE l.InvoiceId = Invoice.InvoiceId);
         SELECT sum(Total) FROM Invoice",
    ),
    tracked(
        "Customers change their helper: both ends stay in step",
        |session| {
            let helpers = Employee::query().filter(|e| e.customers.exists()).order_by(|e| e.id).limit(2).all(session)?;
            let (from, to) = (helpers[0], helpers[1]);
            for customer in session.load(from, |e| e.customers())? {
                session[customer].support_rep = to.into();
            }
            let (left, has) = (session.load(from, |e| e.customers())?.len(), session.load(to, |e| e.customers())?.len());
            session.flush()?;
            let counted = Employee::query().filter(|e| e.id.eq(session[to].id)).select(|e| e.customers.count());
            answer([(left, has, counted.one(session)?)])
        },
        4,
        "UPDATE Customer SET SupportRepId = (SELECT SupportRepId FROM Customer GROUP BY 1 ORDER BY 1 LIMIT 1 OFFSET 1)
         WHERE SupportRepId = (SELECT min(SupportRepId) FROM Customer);
         SELECT 0, count(*), count(*) FROM Customer GROUP BY SupportRepId ORDER BY SupportRepId LIMIT 1",
    ),
    tracked(
        "A savepoint undoes a part of the work",
        |session| {
            let genre = session.add(Genre { name: "Yodelling".into(), ..Default::default() });
            let failed: onggi::Result<()> = session.savepoint(|session| {
                session[genre].name = "Schuhplattler".into();
                session.add(Genre { id: Id::from(1), name: "Rock".into(), ..Default::default() });
                session.flush()
            });
            let clashed = failed.err().is_some_and(|error| error.is_unique_violation());
            session.flush()?;
            answer([(clashed, session[genre].name.clone(), Genre::query().count(session)?)])
        },
        3,
        "INSERT INTO Genre (Name) VALUES ('Yodelling');
         SELECT 1, Name, (SELECT count(*) FROM Genre) FROM Genre ORDER BY GenreId DESC LIMIT 1",
    ),
];
