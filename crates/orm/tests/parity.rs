//! What `docs/parity.md` says onggi can: each of its programs stands here and runs, on the shop of the example `music`.

#![cfg(all(feature = "chrono", feature = "json", feature = "sqlite"))]

#[path = "../examples/music/data/mod.rs"]
mod data;
#[path = "../examples/music/models.rs"]
mod models;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use models::{Album, Artist, Customer, Employee, Genre, Invoice, PlaylistTrack, Track};
use onggi::{Connection, Database, Handle, Id, Json, Model, Value, case, exists, rank, sql};

type Outcome = onggi::Result<()>;

/// A shop of the test's own.
fn shop() -> onggi::Result<Database> {
    let db = Database::open("sqlite::memory:")?;
    data::fill(&db)?;
    Ok(db)
}

/// A connection to a shop that tests share, to read it.
fn connect() -> onggi::Result<Connection> {
    static SHARED: LazyLock<Database> = LazyLock::new(|| shop().expect("a shop"));
    SHARED.connect()
}

#[test]
fn lookup_across_two_relations() -> Outcome {
    let shop = &mut connect()?;
    let tracks = Track::query().filter(|t| t.album().artist().name.eq("Aru")).all(shop)?;
    let albums: Vec<Album> = Artist::query()
        .filter(|r| r.name.eq("Aru"))
        .with(|r| r.albums().with(|a| a.tracks()))
        .one(shop)?
        .albums
        .into_loaded()
        .unwrap_or_default();
    assert!(!tracks.is_empty());
    assert_eq!(
        tracks.len(),
        albums.iter().map(|a| a.tracks.loaded().unwrap_or_default().len()).sum::<usize>()
    );
    Ok(())
}

#[test]
fn reverse_lookup() -> Outcome {
    let shop = &mut connect()?;
    let title = Album::query().order_by(|a| a.id).select(|a| a.title).first(shop)?.unwrap_or_default();
    let artists = Artist::query().filter(|r| r.albums.any(|a| a.title.eq(&title))).all(shop)?;
    assert_eq!(artists[0].id, Id::from(1));
    Ok(())
}

#[test]
fn any_and_all_over_a_collection() -> Outcome {
    let shop = &mut connect()?;
    let some = Album::query().filter(|a| a.tracks.any(|t| t.unit_price.gt(1.0))).all(shop)?;
    let all = Album::query().filter(|a| a.tracks.all(|t| t.unit_price.gt(1.0))).all(shop)?;
    assert!(!all.is_empty() && all.len() < some.len());
    Ok(())
}

#[test]
fn count_of_children_in_order_by() -> Outcome {
    let shop = &mut connect()?;
    let artists = Artist::query().order_by(|r| r.albums.count().desc()).all(shop)?;
    let counts =
        Artist::query().order_by(|r| r.albums.count().desc()).select(|r| r.albums.count()).all(shop)?;
    assert_eq!(artists.len(), 60);
    assert!(counts.is_sorted_by(|one, other| one >= other));
    Ok(())
}

#[test]
fn top_n_per_group() -> Outcome {
    let shop = &mut connect()?;
    let customers =
        Customer::query().with(|c| c.invoices().order_by(|i| i.date.desc()).limit(2)).all(shop)?;
    assert!(customers.iter().all(|c| c.invoices.loaded().is_some_and(|invoices| invoices.len() <= 2)));
    Ok(())
}

#[test]
fn self_join_tree() -> Outcome {
    let shop = &mut connect()?;
    let staff = Employee::query().select(|e| (e.last_name, e.reports_to().last_name)).all(shop)?;
    assert_eq!(staff.iter().filter(|(_, manager)| manager.is_none()).count(), 1);
    Ok(())
}

#[test]
fn recursive_cte() -> Outcome {
    let shop = &mut connect()?;
    let below = Employee::query().filter(|e| e.id.eq(Id::from(1))).select(|e| (e.id, e.last_name)).recursive(
        "below",
        |below| {
            Employee::query()
                .join_rows(below, |e, (manager, _)| e.reports_to().id.eq(manager))
                .select(|(e, _)| (e.id, e.last_name))
        },
    );
    let below = below.query().all(shop)?;
    assert_eq!(below.len() as u64, Employee::query().count(shop)?);
    Ok(())
}

#[test]
fn union() -> Outcome {
    let shop = &mut connect()?;
    let customers = Customer::query().select(|c| c.country);
    let countries = customers.union(Employee::query().select(|e| e.country.coalesce(""))).all(shop)?;
    assert_eq!(countries.len(), 9);
    Ok(())
}

#[test]
fn update_and_delete_by_what_a_relation_leads_to() -> Outcome {
    let shop = &mut shop()?.connect()?;
    sql("PRAGMA foreign_keys = OFF").execute(shop)?;
    let title = Album::query().order_by(|a| a.id).select(|a| a.title).first(shop)?.unwrap_or_default();
    let album = Track::query().filter(|t| t.album().title.eq(&title));
    let composer = album.update(shop, |t| t.composer.set(t.album().title))?;
    assert!(album.all(shop)?.iter().all(|track| track.composer.as_ref() == Some(&title)));
    let gone = album.delete(shop)?;
    assert_eq!((gone, album.exists(shop)?), (composer, false));
    assert!(gone > 0);
    Ok(())
}

#[test]
fn select_for_update() -> Outcome {
    let db = shop()?;
    let price = db.transaction(|session| {
        let track = session.get_one::<Track>(1)?;
        session[track].unit_price += 0.5;
        Ok(session[track].unit_price)
    })?;
    assert_eq!(db.connect()?.get_one::<Track>(1)?.unit_price, price);
    Ok(())
}

#[test]
fn window_rank() -> Outcome {
    let shop = &mut connect()?;
    let places = Track::query()
        .select(|t| {
            let place = rank().over(|w| w.partition_by(t.album().id).order_by(t.milliseconds.desc()));
            (t.name, place)
        })
        .all(shop)?;
    assert_eq!(places.iter().filter(|(_, place)| *place == 1).count() as u64, Album::query().count(shop)?);
    Ok(())
}

#[test]
fn conditional_aggregate() -> Outcome {
    let shop = &mut connect()?;
    let sums =
        Invoice::query().select(|i| (i.total.sum(), i.total.sum().filter(i.country.eq("USA")))).one(shop)?;
    assert!(sums.0 > sums.1 && sums.1.is_some());
    Ok(())
}

#[test]
fn pivot_by_case() -> Outcome {
    let shop = &mut connect()?;
    let countries = Invoice::query()
        .group_by(|i| i.country)
        .select(|i| {
            let of = |year: i64| case().when(i.date.year().eq(year), i.total).otherwise(0.0).sum();
            (i.country, of(2021), of(2022))
        })
        .all(shop)?;
    assert_eq!(countries.len(), 9);
    Ok(())
}

#[test]
fn subquery_in_select() -> Outcome {
    let shop = &mut connect()?;
    let most = Customer::query().select(|c| (c.id, c.invoices.max(|i| i.total))).all(shop)?;
    assert_eq!(most.len(), 60);
    Ok(())
}

#[test]
fn correlated_exists() -> Outcome {
    let shop = &mut connect()?;
    let artists =
        Artist::query().filter(|r| exists(Track::query().filter(|t| t.name.eq(r.name)))).all(shop)?;
    let names = Track::query().distinct().select(|t| t.name).all(shop)?;
    assert!(!artists.is_empty() && artists.iter().all(|artist| names.contains(&artist.name)));
    Ok(())
}

#[test]
fn upsert() -> Outcome {
    let shop = &mut shop()?.connect()?;
    let mut rock = Genre { id: 1.into(), name: "Hard rock".into(), ..Default::default() };
    shop.upsert(&mut rock, |g| g.id)?;
    assert_eq!(shop.get_one::<Genre>(1)?.name, "Hard rock");
    Ok(())
}

#[test]
fn insert_that_gives_back_rows() -> Outcome {
    let db = shop()?;
    let (mut shop, mut session) = (db.connect()?, db.session()?);
    let new = ["Ska", "Dub"].map(|name| Genre { name: name.into(), ..Default::default() });
    let keys: Vec<Id<Genre>> = shop.insert_returning(&new, |g| g.id)?;
    let tracked: Vec<Handle<Genre>> = session.insert_returning(&new, |g| g)?;
    assert_eq!(keys.len(), 2);
    assert_eq!(tracked.iter().map(|&genre| &*session[genre].name).collect::<Vec<_>>(), ["Ska", "Dub"]);
    Ok(())
}

#[test]
fn bulk_update_by_expression() -> Outcome {
    let shop = &mut shop()?.connect()?;
    Track::query()
        .filter(|t| t.lines.count().gt(2))
        .update(shop, |t| t.unit_price.set(t.unit_price * 1.1))?;
    assert!(Track::query().filter(|t| t.unit_price.is_in([0.99 * 1.1, 1.29 * 1.1])).exists(shop)?);
    Ok(())
}

#[derive(Clone, Model)]
struct Document {
    id: Id<Document>,
    data: Json<BTreeMap<String, Vec<String>>>,
}

#[test]
fn json_path() -> Outcome {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Document])?;
    let shop = &mut db.connect()?;
    let data = BTreeMap::from([("tags".to_owned(), vec!["live".to_owned()])]);
    shop.insert(&mut Document { id: Id::default(), data: Json(data) })?;
    let live = Document::query().filter(|d| d.data.get("tags").get(0).text().eq("live")).all(shop)?;
    assert_eq!(live[0].id, Id::from(1));
    Ok(())
}

#[test]
fn get_or_create() -> Outcome {
    let db = shop()?;
    let mut session = db.session()?;
    for _ in 0..2 {
        let query = Genre::query().filter(|g| g.name.eq("Yodelling"));
        let (genre, _) =
            session.get_or_create(&query, || Genre { name: "Yodelling".into(), ..Default::default() })?;
        assert_eq!(session[genre].name, "Yodelling");
    }
    assert_eq!(Genre::query().filter(|g| g.name.eq("Yodelling")).count(&mut session)?, 1);
    Ok(())
}

#[test]
fn composite_key_lookup() -> Outcome {
    let shop = &mut connect()?;
    let link = shop.get_one::<PlaylistTrack>((1.into(), 2.into()))?;
    assert_eq!((link.playlist_id, link.track_id), (1.into(), 2.into()));
    Ok(())
}

#[test]
fn prefetch_two_levels_with_filter() -> Outcome {
    let shop = &mut connect()?;
    let artists = Artist::query()
        .with(|r| r.albums().filter(|a| a.title.starts_with("A")).with(|a| a.tracks()))
        .all(shop)?;
    let albums = artists.iter().flat_map(|artist| artist.albums.loaded().unwrap_or_default());
    let albums: Vec<&Album> = albums.collect();
    assert!(!albums.is_empty() && albums.iter().all(|album| album.title.starts_with('A')));
    assert!(albums.iter().all(|album| album.tracks.loaded().is_some_and(|tracks| !tracks.is_empty())));
    Ok(())
}

#[test]
fn no_n_plus_one_on_lazy_access() -> Outcome {
    let db = shop()?;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    db.on_statement(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let mut session = db.session()?;
    for track in Track::query().all(&mut session)? {
        let album = session.load(track, |t| t.album())?;
        assert!(!session[album].title.is_empty());
    }
    // BEGIN, the tracks, and the albums of up to a thousand of them at a time.
    assert_eq!(count.load(Ordering::Relaxed), 4);
    Ok(())
}

#[test]
fn deferred_column() -> Outcome {
    // Of the model: `bytes: Deferred<i64>`.
    let shop = &mut connect()?;
    let tracks = Track::query().all(shop)?;
    let whole = Track::query().with(|t| t.bytes).all(shop)?;
    assert!(tracks.iter().all(|track| track.bytes.get().is_none()));
    assert!(whole.iter().all(|track| track.bytes.get().is_some()));
    Ok(())
}

#[test]
fn raw_sql_to_objects() -> Outcome {
    let db = shop()?;
    let (shop, mut session) = (&mut db.connect()?, db.session()?);
    let text = "SELECT * FROM Track WHERE Milliseconds > ?1";
    let tracks: Vec<Track> = sql(text).bind(500_000).all(shop)?;
    let tracked: Vec<Handle<Track>> = sql(text).bind(500_000).all(&mut session)?;
    let names: Vec<String> = sql("SELECT Name FROM Track WHERE Milliseconds > ?1").bind(500_000).all(shop)?;
    let of = |tracks: &mut dyn Iterator<Item = String>| tracks.collect::<Vec<_>>();
    assert!(!names.is_empty());
    assert_eq!(of(&mut tracks.into_iter().map(|track| track.name)), names);
    assert_eq!(of(&mut tracked.into_iter().map(|track| session[track].name.clone())), names);
    Ok(())
}

#[test]
fn rows_as_maps() -> Outcome {
    let shop = &mut connect()?;
    let maps = Track::query().select(|t| (t.name, t.unit_price.round().label("price"))).maps(shop)?;
    assert_eq!(maps.len(), Track::query().all(shop)?.len());
    assert_eq!(maps[0]["price"], Value::Real(1.0));
    Ok(())
}

#[test]
fn streaming_a_million_rows() -> Outcome {
    let shop = &mut shop()?.connect()?;
    let million = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000) \
                   INSERT INTO Genre (Name) SELECT 'genre ' || n FROM n";
    sql(million).execute(shop)?;
    let mut letters = 0;
    Genre::query().each(shop, |genre| {
        letters += genre?.name.len();
        Ok(())
    })?;
    assert!(letters > 6_000_000);
    Ok(())
}

/// The programs of the document are those that run here.
#[test]
fn the_document_shows_what_runs() {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let here = bare(include_str!("parity.rs"));
    let document = include_str!("../../../docs/parity.md");
    let programs: Vec<&str> =
        document.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(programs.len() > 15);
    for program in programs {
        assert!(here.contains(&bare(program)), "{program}");
    }
}
