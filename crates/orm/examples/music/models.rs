//! The tables of the shop, with the names that they and their columns have in the Chinook sample database: its rows can be
//! read as well.
//!
//! Where a column of Chinook allows NULL and none of its rows is NULL, the field is no `Option`.

use chrono::NaiveDateTime;
use onggi::{BelongsTo, Deferred, HasMany, Id, ManyToMany, Model, Table};

/// All tables.
pub fn tables() -> [&'static Table; 11] {
    onggi::models![
        Artist,
        Album,
        Genre,
        MediaType,
        Track,
        Playlist,
        PlaylistTrack,
        Employee,
        Customer,
        Invoice,
        InvoiceLine
    ]
}

/// An artist, or a band.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Artist")]
pub struct Artist {
    #[model(column = "ArtistId")]
    pub id: Id<Artist>,
    #[model(column = "Name")]
    pub name: String,
    pub albums: HasMany<Album>,
}

/// A record of one artist.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Album")]
pub struct Album {
    #[model(column = "AlbumId")]
    pub id: Id<Album>,
    #[model(column = "Title")]
    pub title: String,
    #[model(column = "ArtistId", index)]
    pub artist: BelongsTo<Artist>,
    pub tracks: HasMany<Track>,
}

/// A kind of music.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Genre")]
pub struct Genre {
    #[model(column = "GenreId")]
    pub id: Id<Genre>,
    #[model(column = "Name")]
    pub name: String,
    pub tracks: HasMany<Track>,
}

/// What a track is delivered as.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "MediaType")]
pub struct MediaType {
    #[model(column = "MediaTypeId")]
    pub id: Id<MediaType>,
    #[model(column = "Name")]
    pub name: String,
    pub tracks: HasMany<Track>,
}

/// What is sold.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Track")]
pub struct Track {
    #[model(column = "TrackId")]
    pub id: Id<Track>,
    #[model(column = "Name")]
    pub name: String,
    #[model(column = "AlbumId", index)]
    pub album: BelongsTo<Album>,
    #[model(column = "MediaTypeId", index)]
    pub media_type: BelongsTo<MediaType>,
    #[model(column = "GenreId", index)]
    pub genre: BelongsTo<Genre>,
    #[model(column = "Composer")]
    pub composer: Option<String>,
    #[model(column = "Milliseconds")]
    pub milliseconds: i64,
    #[model(column = "Bytes")]
    pub bytes: Deferred<i64>,
    #[model(column = "UnitPrice")]
    pub unit_price: f64,
    pub lines: HasMany<InvoiceLine>,
    #[model(through(PlaylistTrack))]
    pub playlists: ManyToMany<Playlist>,
}

/// Tracks that go together.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Playlist")]
pub struct Playlist {
    #[model(column = "PlaylistId")]
    pub id: Id<Playlist>,
    #[model(column = "Name")]
    pub name: String,
    #[model(through(PlaylistTrack))]
    pub tracks: ManyToMany<Track>,
}

/// That a track is on a playlist.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "PlaylistTrack", primary_key(playlist_id, track_id))]
pub struct PlaylistTrack {
    #[model(column = "PlaylistId")]
    pub playlist_id: Id<Playlist>,
    #[model(column = "TrackId", index)]
    pub track_id: Id<Track>,
    #[model(columns(playlist_id))]
    pub playlist: BelongsTo<Playlist>,
    #[model(columns(track_id))]
    pub track: BelongsTo<Track>,
}

/// Somebody who works in the shop, for somebody who does.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Employee")]
pub struct Employee {
    #[model(column = "EmployeeId")]
    pub id: Id<Employee>,
    #[model(column = "LastName")]
    pub last_name: String,
    #[model(column = "FirstName")]
    pub first_name: String,
    #[model(column = "Title")]
    pub title: Option<String>,
    #[model(column = "ReportsTo", index)]
    pub reports_to: Option<BelongsTo<Employee>>,
    #[model(column = "BirthDate")]
    pub birth_date: Option<NaiveDateTime>,
    #[model(column = "HireDate")]
    pub hire_date: Option<NaiveDateTime>,
    #[model(column = "Address")]
    pub address: Option<String>,
    #[model(column = "City")]
    pub city: Option<String>,
    #[model(column = "State")]
    pub state: Option<String>,
    #[model(column = "Country")]
    pub country: Option<String>,
    #[model(column = "PostalCode")]
    pub postal_code: Option<String>,
    #[model(column = "Phone")]
    pub phone: Option<String>,
    #[model(column = "Fax")]
    pub fax: Option<String>,
    #[model(column = "Email")]
    pub email: Option<String>,
    #[model(inverse(reports_to))]
    pub staff: HasMany<Employee>,
    #[model(inverse(support_rep))]
    pub customers: HasMany<Customer>,
}

/// Somebody who buys, and the employee who helps.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Customer")]
pub struct Customer {
    #[model(column = "CustomerId")]
    pub id: Id<Customer>,
    #[model(column = "FirstName")]
    pub first_name: String,
    #[model(column = "LastName")]
    pub last_name: String,
    #[model(column = "Company")]
    pub company: Option<String>,
    #[model(column = "Address")]
    pub address: Option<String>,
    #[model(column = "City")]
    pub city: Option<String>,
    #[model(column = "State")]
    pub state: Option<String>,
    #[model(column = "Country")]
    pub country: String,
    #[model(column = "PostalCode")]
    pub postal_code: Option<String>,
    #[model(column = "Phone")]
    pub phone: Option<String>,
    #[model(column = "Fax")]
    pub fax: Option<String>,
    #[model(column = "Email")]
    pub email: String,
    #[model(column = "SupportRepId", index)]
    pub support_rep: BelongsTo<Employee>,
    pub invoices: HasMany<Invoice>,
}

/// What a customer bought at a time.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "Invoice")]
pub struct Invoice {
    #[model(column = "InvoiceId")]
    pub id: Id<Invoice>,
    #[model(column = "CustomerId", index)]
    pub customer: BelongsTo<Customer>,
    #[model(column = "InvoiceDate")]
    pub date: NaiveDateTime,
    #[model(column = "BillingAddress")]
    pub address: Option<String>,
    #[model(column = "BillingCity")]
    pub city: Option<String>,
    #[model(column = "BillingState")]
    pub state: Option<String>,
    #[model(column = "BillingCountry")]
    pub country: String,
    #[model(column = "BillingPostalCode")]
    pub postal_code: Option<String>,
    #[model(column = "Total")]
    pub total: f64,
    pub lines: HasMany<InvoiceLine>,
}

/// A track on an invoice.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "InvoiceLine")]
pub struct InvoiceLine {
    #[model(column = "InvoiceLineId")]
    pub id: Id<InvoiceLine>,
    #[model(column = "InvoiceId", index)]
    pub invoice: BelongsTo<Invoice>,
    #[model(column = "TrackId", index)]
    pub track: BelongsTo<Track>,
    #[model(column = "UnitPrice")]
    pub unit_price: f64,
    #[model(column = "Quantity")]
    pub quantity: i64,
}
