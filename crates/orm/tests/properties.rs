//! Whatever is done in whatever order, a session and its database hold what a simple model of both says.

#[path = "properties/runner.rs"]
mod runner;
#[path = "properties/schema.rs"]
mod schema;
#[path = "properties/world.rs"]
mod world;

use onggi::{Database, Model as _, State};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::Config;
use proptest::{collection, proptest};

use runner::{Runner, Step};
use schema::{Entity as _, KINDS, Key, Kind, Parent, Ref, Values, Word};

/// Databases of their own for each case would take most of the time; each starts from one with empty tables.
fn run(steps: &[Step]) -> onggi::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db =
        Database::open(&format!("sqlite://{}?synchronous=off", folder.path().join("jars.db").display()))?;
    schema::create(&db)?;
    let mut session = db.session()?;
    let mut runner = Runner::new(&db, steps)?;
    runner.run(&mut session)?;
    runner.finish(&mut session);
    Ok(())
}

fn kind() -> impl Strategy<Value = Kind> {
    (0..KINDS.len()).prop_map(|position| KINDS[position])
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..60_usize;
    let text = any::<u8>();
    prop_oneof![
        9 => (kind(), text, number.clone(), number.clone(), any::<bool>())
            .prop_map(|(kind, text, parent, buddy, by_key)| Step::Add { kind, text, parent, buddy, by_key }),
        6 => (number.clone(), text).prop_map(|(object, text)| Step::ChangeText { object, text }),
        3 => (number.clone(), number.clone(), any::<bool>())
            .prop_map(|(object, parent, by_key)| Step::ChangeParent { object, parent, by_key }),
        3 => (number.clone(), number.clone(), any::<bool>())
            .prop_map(|(object, buddy, by_key)| Step::ChangeBuddy { object, buddy, by_key }),
        1 => number.clone().prop_map(|object| Step::ChangeKey { object }),
        4 => number.clone().prop_map(|object| Step::Delete { object }),
        3 => Just(Step::Flush),
        3 => Just(Step::Savepoint),
        3 => any::<bool>().prop_map(|keep| Step::End { keep }),
        3 => Just(Step::Commit),
        2 => Just(Step::Rollback),
        4 => kind().prop_map(|kind| Step::Query { kind }),
        3 => number.clone().prop_map(|row| Step::Get { row }),
        1 => kind().prop_map(|kind| Step::GetMissing { kind }),
        2 => number.clone().prop_map(|object| Step::Refresh { object }),
        2 => number.clone().prop_map(|object| Step::Detach { object }),
        2 => number.clone().prop_map(|detached| Step::Attach { detached }),
        1 => (kind(), text).prop_map(|(kind, text)| Step::UpdateAll { kind, text }),
        1 => (kind(), text).prop_map(|(kind, text)| Step::DeleteAll { kind, text }),
        2 => (number.clone(), text).prop_map(|(row, text)| Step::ChangeOutside { row, text }),
        1 => number.prop_map(|row| Step::DeleteOutside { row }),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn session_and_database_agree_with_a_model(steps in collection::vec(step(), 1..60)) {
        run(&steps).expect("no step fails unexpectedly");
    }
}

fn word(text: &str) -> Word {
    Word::of(&Values { key: Some(Key::Text("jar".into())), text: text.into(), ..Values::default() })
}

/// The identity map kept the object whose row was gone beside the new one.
#[test]
fn a_key_that_is_used_again_belongs_to_the_new_object() -> onggi::Result<()> {
    let db = Database::open("sqlite::memory:")?;
    schema::create(&db)?;
    let mut session = db.session()?;
    session.add(word("old"));
    session.commit()?;

    let old = Word::query().one(&mut session)?;
    Word::query().delete(&mut session)?;
    let new = session.add(word("new"));
    assert_eq!(Word::query().all(&mut session)?, [new]);
    assert_eq!(session.get::<Word>("jar".to_owned())?, Some(new));
    assert_eq!(session.state(old), State::Detached);
    session.commit()?;
    assert_eq!(session[new].values().text, "new");
    Ok(())
}

/// A flush of one column made the session trust the others, which a statement past the objects had written.
#[test]
fn an_object_takes_what_was_written_past_it_after_a_flush_of_its_own() -> onggi::Result<()> {
    let db = Database::open("sqlite::memory:")?;
    schema::create(&db)?;
    let mut session = db.session()?;
    let parent = session.add(Parent::of(&Values::default()));
    let handle = session.add(word("before"));
    session.commit()?;

    Word::query().update(&mut session, |w| w.meaning.set("after"))?;
    let mut values = session[handle].values();
    values.parent = Ref::Handle(Parent::any(parent));
    session[handle] = Word::of(&values);
    assert_eq!(Word::query().one(&mut session)?, handle);
    assert_eq!(session[handle].values(), Values { text: "after".into(), parent: Ref::Key(1), ..values });
    Ok(())
}

/// A rollback put a deleted object back for a moment, before it took away that this had been added: whoever had its key
/// by then went for nothing.
#[test]
fn what_was_added_and_deleted_before_a_rollback_takes_no_other_along() -> onggi::Result<()> {
    let db = Database::open("sqlite::memory:")?;
    schema::create(&db)?;
    let mut session = db.session()?;
    let first = session.add(word("first"));
    session.flush()?;
    session.delete(first)?;
    session.flush()?;
    let second = session.add(word("second"));
    session.flush()?;
    session.detach(second)?;
    let read = Word::query().one(&mut session)?;

    session.rollback()?;
    assert_eq!(session.state(first), State::Detached);
    assert_eq!(session.state(read), State::Persistent);
    assert_eq!(session.get::<Word>("jar".to_owned())?, None);
    Ok(())
}
