//! Queries of queries: ranked and cut, united, joined, recursive.

use onggi::{Id, Model as _, count_rows, row_number, value};

use super::{Question, plain};
use crate::answer::answer;
use crate::models::{Artist, Customer, Employee, InvoiceLine};

pub const QUESTIONS: &[Question] = &[
    plain(
        "The best-selling artist of each country",
        |shop| {
            let sold = InvoiceLine::query()
                .group_by(|l| (l.invoice().country, l.track().album().artist().name))
                .select(|l| {
                    let (country, artist) = (l.invoice().country, l.track().album().artist().name);
                    let place = row_number()
                        .over(|w| w.partition_by(country).order_by(count_rows().desc()).order_by(artist));
                    (country, artist, count_rows(), place)
                });
            let best = sold.derived().filter(|(_, _, _, place)| place.eq(1)).order_by(|(country, ..)| country);
            answer(best.all(shop)?)
        },
        1,
        "WITH sold AS (SELECT BillingCountry, r.Name, count(*) AS n FROM InvoiceLine JOIN Invoice USING (InvoiceId)
         JOIN Track USING (TrackId) JOIN Album USING (AlbumId) JOIN Artist r USING (ArtistId) GROUP BY 1, 2)
         SELECT BillingCountry, min(Name), n, 1 FROM sold s
         WHERE n = (SELECT max(n) FROM sold o WHERE o.BillingCountry = s.BillingCountry)
         GROUP BY BillingCountry ORDER BY BillingCountry",
    ),
    plain(
        "Countries of customers and of employees",
        |shop| {
            let staff = Employee::query().select(|e| e.country.coalesce(""));
            let countries = Customer::query().select(|c| c.country).union(staff);
            answer(countries.order_by(|country| country).all(shop)?)
        },
        1,
        "SELECT Country FROM Customer UNION SELECT Country FROM Employee ORDER BY 1",
    ),
    plain(
        "Everybody below the head of the shop, and how far",
        |shop| {
            let head = Employee::query().filter(|e| e.id.eq(Id::from(1)));
            let below = head.select(|e| (e.id, e.last_name, value::<i64, _>(0))).recursive("below", |below| {
                Employee::query()
                    .join_rows(below, |e, (manager, ..)| e.reports_to().id.eq(manager))
                    .select(|(e, (_, _, level))| (e.id, e.last_name, level + 1))
            });
            answer(below.query().order_by(|(id, ..)| id).all(shop)?)
        },
        1,
        "WITH RECURSIVE below (id, name, level) AS (SELECT EmployeeId, LastName, 0 FROM Employee WHERE EmployeeId = 1
         UNION ALL SELECT EmployeeId, LastName, level + 1 FROM below JOIN Employee ON ReportsTo = id)
         SELECT * FROM below ORDER BY id",
    ),
    plain(
        "Artists and customers of one name's beginning, joined by it",
        |shop| {
            let pairs = Artist::query()
                .join::<Customer>(|r, c| r.name.left(3).eq(c.last_name.left(3)))
                .order_by(|(r, _)| r.id)
                .order_by(|(_, c)| c.id)
                .select(|(r, c)| (r.name, c.first_name, c.last_name));
            answer(pairs.all(shop)?)
        },
        1,
        "SELECT r.Name, c.FirstName, c.LastName FROM Artist r
         JOIN Customer c ON substr(r.Name, 1, 3) = substr(c.LastName, 1, 3) ORDER BY ArtistId, CustomerId",
    ),
];
