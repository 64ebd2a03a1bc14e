//! A shop of a few thousand rows: invented, and the same whenever it is made.

mod names;

use chrono::{Days, NaiveDate, NaiveDateTime};
use onggi::{Database, Handle, Result, Session};

use crate::models::{
    Album, Artist, Customer, Employee, Genre, Invoice, InvoiceLine, MediaType, Playlist, PlaylistTrack,
    Track, tables,
};
use names::{COUNTRIES, Dice, GENRES, MEDIA};

/// Creates the tables and fills them.
pub fn fill(db: &Database) -> Result<()> {
    db.create_tables(tables())?;
    let mut session = db.session()?;
    let mut dice = Dice::new(1973);
    let tracks = music(&mut session, &mut dice);
    playlists(&mut session, &mut dice, &tracks);
    let staff = staff(&mut session, &mut dice);
    let customers = customers(&mut session, &mut dice, &staff);
    sales(&mut session, &mut dice, &customers, &tracks);
    session.commit()
}

/// Artists with their albums, and the tracks of these.
fn music(session: &mut Session, dice: &mut Dice) -> Vec<Handle<Track>> {
    let genres = session.add_all(GENRES.map(|name| Genre { name: name.into(), ..Default::default() }));
    let media = session.add_all(MEDIA.map(|name| MediaType { name: name.into(), ..Default::default() }));
    let composers: Vec<String> = (0..30).map(|_| dice.word(2) + " " + &dice.word(3)).collect();
    let mut tracks = Vec::new();
    for number in 0..60 {
        let artist = session.add(Artist { name: dice.title(2), ..Default::default() });
        let own = *dice.one_of(&genres);
        // Some have not recorded anything yet.
        let albums = if number % 6 == 5 { 0 } else { dice.between(1, 4) };
        for _ in 0..albums {
            let album =
                session.add(Album { title: dice.title(3), artist: artist.into(), ..Default::default() });
            for _ in 0..dice.between(1, 16) {
                let genre = *dice.one_of(&[own, own, own, genres[number % genres.len()]]);
                let track = Track {
                    album: album.into(),
                    media_type: (*dice.one_of(&media)).into(),
                    genre: genre.into(),
                    ..track(dice, &composers)
                };
                tracks.push(session.add(track));
            }
        }
    }
    tracks
}

fn track(dice: &mut Dice, composers: &[String]) -> Track {
    let milliseconds = dice.between(90_000, 600_000);
    Track {
        name: dice.title(4),
        composer: (dice.between(0, 3) > 0).then(|| dice.one_of(composers).clone()),
        milliseconds,
        bytes: (milliseconds * 32).into(),
        unit_price: *dice.one_of(&[0.99, 0.99, 0.99, 1.29]),
        ..Default::default()
    }
}

fn playlists(session: &mut Session, dice: &mut Dice, tracks: &[Handle<Track>]) {
    for size in [tracks.len(), 200, 120, 60, 25, 12, 1, 0] {
        let playlist = session.add(Playlist { name: dice.title(2), ..Default::default() });
        // At equal distances, so that none comes twice.
        let step = tracks.len() / size.max(1);
        session.add_all(tracks.iter().step_by(step.max(1)).take(size).map(|&track| PlaylistTrack {
            playlist_id: playlist.into(),
            track_id: track.into(),
            ..Default::default()
        }));
    }
}

/// A tree: each reports to somebody who was there before.
fn staff(session: &mut Session, dice: &mut Dice) -> Vec<Handle<Employee>> {
    const MANAGERS: [Option<usize>; 14] = [
        None,
        Some(0),
        Some(0),
        Some(1),
        Some(1),
        Some(2),
        Some(3),
        Some(3),
        Some(3),
        Some(4),
        Some(4),
        Some(5),
        Some(6),
        Some(6),
    ];
    let mut staff: Vec<Handle<Employee>> = Vec::new();
    for manager in MANAGERS {
        let (first_name, last_name) = (dice.word(2), dice.word(3));
        staff.push(session.add(Employee {
            email: Some(format!("{first_name}@shop.example").to_lowercase()),
            first_name,
            last_name,
            title: Some(if manager.is_none() { "Head" } else { "Staff" }.into()),
            reports_to: manager.map(|manager| staff[manager].into()),
            birth_date: Some(day(1960 + i32::from(dice.small(40)), dice)),
            hire_date: Some(day(2010 + i32::from(dice.small(10)), dice)),
            city: Some(dice.word(2)),
            country: Some((*dice.one_of(&COUNTRIES)).into()),
            phone: Some(format!("+{}", dice.between(100_000, 999_999))),
            ..Default::default()
        }));
    }
    staff
}

fn customers(session: &mut Session, dice: &mut Dice, staff: &[Handle<Employee>]) -> Vec<Handle<Customer>> {
    let customers = (0..60).map(|number| {
        let (first_name, last_name) = (dice.word(2), dice.word(2));
        Customer {
            email: format!("{first_name}.{last_name}@{}.example", dice.word(2)).to_lowercase(),
            first_name,
            last_name,
            company: (number % 4 == 0).then(|| dice.title(2)),
            address: Some(format!("{} {}", dice.word(3), dice.between(1, 99))),
            city: Some(dice.word(2)),
            country: (*dice.one_of(&COUNTRIES)).into(),
            phone: (number % 7 > 0).then(|| format!("+{}", dice.between(100_000, 999_999))),
            support_rep: (*dice.one_of(&staff[6..])).into(),
            ..Default::default()
        }
    });
    let customers: Vec<Customer> = customers.collect();
    session.add_all(customers)
}

/// Five years of invoices, each written with its lines.
fn sales(session: &mut Session, dice: &mut Dice, customers: &[Handle<Customer>], tracks: &[Handle<Track>]) {
    for number in 0..400 {
        let (customer, date) = (*dice.one_of(customers), day(2021 + number / 80, dice));
        let lines: Vec<InvoiceLine> = (0..dice.between(1, 7))
            .map(|_| {
                let track = *dice.one_of(tracks);
                let unit_price = session[track].unit_price;
                InvoiceLine { track: track.into(), unit_price, quantity: 1, ..Default::default() }
            })
            .collect();
        let total: f64 = lines.iter().map(|line| line.unit_price).sum();
        let to = &session[customer];
        let invoice = Invoice {
            customer: customer.into(),
            date,
            address: to.address.clone(),
            city: to.city.clone(),
            country: to.country.clone(),
            total: (total * 100.0).round() / 100.0,
            lines: lines.into(),
            ..Default::default()
        };
        session.add(invoice);
    }
}

/// Some day of a year.
fn day(year: i32, dice: &mut Dice) -> NaiveDateTime {
    let first = NaiveDate::from_yo_opt(year, 1).unwrap_or_default();
    first.checked_add_days(Days::new(dice.small(250).into())).unwrap_or(first).into()
}
