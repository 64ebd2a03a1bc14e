//! Optional relations over columns that are fields of their own, some of which others share.

use onggi::{BelongsTo, HasMany, Id, Model, Result, Session};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(club, number))]
struct Team {
    club: i64,
    number: i64,
    name: String,
    players: HasMany<Player>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Player {
    id: Id<Player>,
    name: String,
    club: Option<i64>,
    number: Option<i64>,
    #[model(columns(club, number))]
    team: Option<BelongsTo<Team>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(tenant, number))]
struct Office {
    tenant: i64,
    number: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(tenant, number))]
struct Person {
    tenant: i64,
    number: i64,
    tasks: HasMany<Task>,
}

/// Both relations are of the task's tenant.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Task {
    id: Id<Task>,
    tenant: i64,
    office_number: Option<i64>,
    person_number: Option<i64>,
    #[model(columns(tenant, office_number))]
    office: Option<BelongsTo<Office>>,
    #[model(columns(tenant, person_number))]
    person: Option<BelongsTo<Person>>,
}

/// The tenant is a part of the key as well.
#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(tenant, number))]
struct Desk {
    tenant: i64,
    number: i64,
    office_number: Option<i64>,
    #[model(columns(tenant, office_number))]
    office: Option<BelongsTo<Office>>,
}

/// Neither column can be NULL.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Badge {
    id: Id<Badge>,
    tenant: i64,
    number: i64,
    #[model(columns(tenant, number))]
    person: Option<BelongsTo<Person>>,
}

fn teams(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Team, Player])?;
    let mut session = harness.session()?;
    for number in 1..=3 {
        session.add(Team { club: 1, number, name: format!("team {number}"), ..Default::default() });
    }
    session.commit()
}

fn player(harness: &Harness) -> Result<(Option<i64>, Option<i64>)> {
    Player::query().select(|p| (p.club, p.number)).one(&mut harness.connect()?)
}

fn flush_error(session: &mut Session) -> String {
    session.flush().expect_err("refused").to_string()
}

pub fn none_clears_the_columns_of_an_optional_relation(harness: &Harness) -> Result<()> {
    teams(harness)?;
    let mut session = harness.session()?;
    let team = session.get_one::<Team>((1, 2))?;
    let handle = session.add(Player { name: "Jo".into(), team: team.into(), ..Default::default() });
    session.commit()?;
    assert_eq!(player(harness)?, (Some(1), Some(2)));
    assert_eq!(session[handle].team.as_ref().and_then(BelongsTo::key), Some((1, 2)));

    session.refresh(handle)?;
    harness.statements();
    session[handle].team = None;
    session.flush()?;
    assert_eq!(harness.statements(), [r#"UPDATE "player" SET "club" = ?1, "number" = ?2 WHERE "id" = ?3"#]);
    assert_eq!((session[handle].club, session[handle].number), (None, None));
    session.rollback()?;
    assert_eq!(session[handle].team.as_ref().and_then(BelongsTo::key), Some((1, 2)));

    // Of an object that was just read, and whose team was never loaded.
    drop(session);
    let mut session = harness.session()?;
    let handle = Player::query().one(&mut session)?;
    session[handle].team = None;
    session.commit()?;
    assert_eq!(player(harness)?, (None, None));
    assert_eq!(session.load(handle, |p| p.team())?, None);
    Ok(())
}

pub fn an_optional_relation_over_columns_is_changed_from_either_side(harness: &Harness) -> Result<()> {
    teams(harness)?;
    let mut session = harness.session()?;
    let [first, second] = [(1, 1), (1, 2)].map(|key| session.get_one::<Team>(key));
    let (first, second) = (first?, second?);
    let jo = session.add(Player { team: first.into(), ..Default::default() });
    session.commit()?;
    let key = |session: &Session| session[jo].team.as_ref().and_then(BelongsTo::key);

    session[jo].team = second.into();
    session.commit()?;
    assert_eq!((player(harness)?, key(&session)), ((Some(1), Some(2)), Some((1, 2))));
    assert_eq!(session.load(jo, |p| p.team())?, Some(second));

    // By hand, while the team is loaded.
    session[jo].number = Some(3);
    session.commit()?;
    assert_eq!((player(harness)?, key(&session)), ((Some(1), Some(3)), Some((1, 3))));
    let third = session.load(jo, |p| p.team())?.expect("a team");
    assert_eq!(session[third].name, "team 3");

    // As another object has it.
    let mo = session.add(Player { club: Some(1), number: Some(1), ..Default::default() });
    session.flush()?;
    let team = session[mo].team.clone();
    session[jo].team = team;
    session.flush()?;
    assert_eq!((session[jo].club, session[jo].number), (Some(1), Some(1)));

    session[jo].club = None;
    session.flush()?;
    assert_eq!(session[jo].team, None);
    session.collection(first, |t| t.players()).add(jo)?;
    session.flush()?;
    assert_eq!(key(&session), Some((1, 1)));
    session.collection(first, |t| t.players()).remove(jo)?;
    session.flush()?;
    assert_eq!((session[jo].club, session[jo].number, session[jo].team.clone()), (None, None, None));
    Ok(())
}

pub fn a_relation_and_its_columns_that_disagree_are_refused(harness: &Harness) -> Result<()> {
    teams(harness)?;
    let mut session = harness.session()?;
    let [first, second] = [(1, 1), (1, 2)].map(|key| session.get_one::<Team>(key));
    let (first, second) = (first?, second?);
    let jo = session.add(Player { team: first.into(), ..Default::default() });
    session.commit()?;
    let words = "player with id 1: team refers to another row than club, number hold, and both were set";

    for _ in 0..2 {
        session[jo].team = second.into();
        session[jo].number = Some(3);
        let error = flush_error(&mut session);
        assert!(error.contains(words), "{error}");
        assert_eq!(player(harness)?, (Some(1), Some(1)));
    }
    session[jo].number = Some(2);
    session.commit()?;
    assert_eq!(player(harness)?, (Some(1), Some(2)));

    session[jo].team = None;
    session[jo].number = Some(3);
    let error = flush_error(&mut session);
    assert!(error.contains(words), "{error}");
    session.rollback()?;
    assert_eq!(player(harness)?, (Some(1), Some(2)));

    session.add(Player { team: first.into(), club: Some(1), number: Some(2), ..Default::default() });
    let error = flush_error(&mut session);
    assert!(error.contains("a new row of player: team refers to another row"), "{error}");
    session.rollback()?;
    // What says the same twice does not disagree.
    session.add(Player { team: first.into(), club: Some(1), number: Some(1), ..Default::default() });
    session.commit()?;
    assert_eq!(harness.rows::<Player>()?.len(), 2);
    Ok(())
}

pub fn plain_structs_hold_the_object_of_an_optional_relation_over_columns(harness: &Harness) -> Result<()> {
    teams(harness)?;
    let mut connection = harness.connect()?;
    connection.insert(&mut Player { club: Some(1), number: Some(3), ..Default::default() })?;
    connection.insert(&mut Player { club: Some(1), ..Default::default() })?;
    let players = Player::query().with_select(|p| p.team()).order_by(|p| p.id).all(&mut connection)?;
    let name = |player: &Player| player.team.as_ref().and_then(|team| Some(team.object()?.name.clone()));
    assert_eq!(players.iter().map(name).collect::<Vec<_>>(), [Some("team 3".to_owned()), None]);
    let joined = Player::query().with_join(|p| p.team()).order_by(|p| p.id).all(&mut connection)?;
    assert_eq!(joined.iter().map(name).collect::<Vec<_>>(), [Some("team 3".to_owned()), None]);

    // Of a plain struct the columns count: what it holds is of no further effect, here or in a session.
    let mut plain = Player { name: "Jo".into(), team: None, ..players[0].clone() };
    connection.update(&mut plain)?;
    assert_eq!(connection.get_one::<Player>(plain.id)?.number, Some(3));
    drop(connection);
    let mut session = harness.session()?;
    let handle = session.attach(Player { number: Some(2), ..plain })?;
    session.commit()?;
    assert_eq!(session[handle].team.as_ref().and_then(BelongsTo::key), Some((1, 2)));
    Ok(())
}

fn offices(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Office, Person, Task, Desk, Badge])?;
    let mut session = harness.session()?;
    for (tenant, number) in [(1, 1), (1, 2), (2, 1)] {
        session.add(Office { tenant, number });
        session.add(Person { tenant, number, ..Default::default() });
    }
    session.commit()
}

pub fn none_leaves_a_column_that_another_relation_shares(harness: &Harness) -> Result<()> {
    offices(harness)?;
    let mut session = harness.session()?;
    let (office, person) = (session.get_one::<Office>((1, 1))?, session.get_one::<Person>((1, 2))?);
    let task = session.add(Task { office: office.into(), person: person.into(), ..Default::default() });
    session.commit()?;
    session.refresh(task)?;
    harness.statements();
    session[task].person = None;
    session.flush()?;
    assert_eq!(harness.statements(), [r#"UPDATE "task" SET "person_number" = ?1 WHERE "id" = ?2"#]);
    let Task { tenant, office_number, person_number, .. } = session[task];
    assert_eq!((tenant, office_number, person_number), (1, Some(1), None));
    assert_eq!(session.load(task, |t| t.office())?, Some(office));
    session.collection(person, |p| p.tasks()).add(task)?;
    session.flush()?;
    session.collection(person, |p| p.tasks()).remove(task)?;
    session.commit()?;
    assert_eq!((session[task].tenant, session[task].person_number), (1, None));

    let desk = session.add(Desk { number: 7, office: office.into(), ..Default::default() });
    session.commit()?;
    session[desk].office = None;
    session.commit()?;
    assert_eq!(session[desk].key(), (1, 7));
    assert_eq!(session[desk].office_number, None);

    let badge = session.add(Badge { person: person.into(), ..Default::default() });
    session.commit()?;
    session[badge].person = None;
    let error = flush_error(&mut session);
    let words = "badge with id 1: person cannot be None, as none of its columns tenant, number can be NULL for it alone";
    assert!(error.contains(words), "{error}");
    Ok(())
}

pub fn a_shared_column_is_changed_for_all_relations_or_for_none(harness: &Harness) -> Result<()> {
    offices(harness)?;
    let mut session = harness.session()?;
    let (office, person) = (session.get_one::<Office>((1, 1))?, session.get_one::<Person>((1, 2))?);
    let (other, stranger) = (session.get_one::<Office>((2, 1))?, session.get_one::<Person>((2, 1))?);
    let task = session.add(Task { office: office.into(), person: person.into(), ..Default::default() });
    session.commit()?;

    for _ in 0..2 {
        session[task].office = other.into();
        let error = flush_error(&mut session);
        let words = "task with id 1: office would change tenant, which person shares: set that too";
        assert!(error.contains(words), "{error}");
    }
    session[task].person = stranger.into();
    session.commit()?;
    let Task { tenant, office_number, person_number, .. } = session[task];
    assert_eq!((tenant, office_number, person_number), (2, Some(1), Some(1)));

    session[task].office = office.into();
    session[task].person = None;
    session.commit()?;
    let Task { tenant, office_number, person_number, .. } = session[task];
    assert_eq!((tenant, office_number, person_number), (1, Some(1), None));

    // Both set, to different tenants.
    session[task].office = office.into();
    session[task].person = stranger.into();
    let error = flush_error(&mut session);
    assert!(error.contains("office and person were set to rows that differ in tenant"), "{error}");
    session.rollback()?;
    session.add(Task { office: office.into(), person: stranger.into(), ..Default::default() });
    let error = flush_error(&mut session);
    assert!(error.contains("office and person were set to rows that differ in tenant"), "{error}");
    session.rollback()?;

    session.add(Task { tenant: 1, office: other.into(), ..Default::default() });
    let error = flush_error(&mut session);
    assert!(error.contains("a new row of task: office refers to another row than tenant"), "{error}");
    session.rollback()?;

    let desk = session.add(Desk { number: 7, office: office.into(), ..Default::default() });
    session.commit()?;
    session[desk].office = other.into();
    let error = flush_error(&mut session);
    assert!(error.contains("the primary key of desk"), "{error}");
    Ok(())
}
