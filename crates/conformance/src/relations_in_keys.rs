//! Relations that are a primary key, or a part of one.

use onggi::{BelongsTo, HasMany, HasOne, Id, ManyToMany, Model, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    profile: HasOne<Profile>,
    members: HasMany<Member>,
    #[model(through(Member))]
    teams: ManyToMany<Team>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Team {
    #[model(primary_key)]
    name: String,
    members: HasMany<Member>,
}

/// A row for each pair, whose key is the pair.
#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(user, team))]
struct Member {
    user: BelongsTo<User>,
    team: BelongsTo<Team>,
    role: String,
}

/// At most one row for each user.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Profile {
    #[model(primary_key, on_delete = "cascade")]
    user: BelongsTo<User>,
    text: String,
    photo: HasOne<Photo>,
}

/// At most one row for each profile, by the same key.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Photo {
    #[model(primary_key)]
    profile: BelongsTo<Profile>,
    width: i64,
}

fn create(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Team, Member, Profile, Photo])
}

fn user(name: &str) -> User {
    User { name: name.into(), ..Default::default() }
}

fn team(name: &str) -> Team {
    Team { name: name.into(), ..Default::default() }
}

fn member(user: impl Into<BelongsTo<User>>, team: impl Into<BelongsTo<Team>>, role: &str) -> Member {
    Member { user: user.into(), team: team.into(), role: role.into() }
}

/// Jo in two teams, Mo in one.
fn fill(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let [red, blue] = ["red", "blue"].map(|name| session.add(team(name)));
    let [jo, mo] = ["Jo", "Mo"].map(|name| session.add(user(name)));
    session.add_all([member(jo, red, "lead"), member(jo, blue, "guest"), member(mo, red, "guest")]);
    session.add(Profile { user: jo.into(), text: "hello".into(), ..Default::default() });
    session.commit()?;
    harness.statements();
    Ok(())
}

pub fn relations_in_keys_are_inserted_before_there_are_keys(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let jo = session.add(user("Jo"));
    // By handle, as an object, and in a graph, at any depth.
    let first = session.add(member(jo, team("red"), "lead"));
    let photo = session
        .add(Photo { profile: Profile { user: user("Mo").into(), ..Default::default() }.into(), width: 80 });
    let eve = session.add(User {
        profile: Profile { text: "me".into(), ..Default::default() }.into(),
        members: vec![Member { team: team("blue").into(), ..Default::default() }].into(),
        ..user("Eve")
    });
    session.commit()?;

    let key = session[jo].id;
    assert_eq!(session[first].key(), (key, "red".to_owned()));
    assert_eq!(session.get::<Member>((key, "red".to_owned()))?, Some(first));
    let profile = session.load(photo, |p| p.profile())?;
    let mo = session.load(profile, |p| p.user())?;
    assert_eq!((session[mo].name.as_str(), session[photo].key()), ("Mo", session[mo].id));
    let key = session[eve].id;
    let profile = session.get_one::<Profile>(key)?;
    assert_eq!(session[profile].text, "me");
    assert_eq!(session.load(eve, |u| u.profile())?, Some(profile));
    let rows: Vec<_> = harness.rows::<Member>()?.iter().map(Model::key).collect();
    assert_eq!(rows, [(session[jo].id, "red".to_owned()), (session[eve].id, "blue".to_owned())]);
    Ok(())
}

pub fn rows_are_found_by_keys_of_relations(harness: &Harness) -> Result<()> {
    fill(harness)?;
    let mut connection = harness.connect()?;
    let lead = connection.get_one::<Member>((Id::from(1), "red".to_owned()))?;
    assert_eq!((lead.role.as_str(), lead.user.key()), ("lead", Some(Id::from(1))));
    assert_eq!(connection.get::<Member>((Id::from(2), "blue".to_owned()))?, None);
    assert_eq!(connection.get_one::<Profile>(1)?.text, "hello");
    let missing = connection.get_one::<Member>((Id::from(9), "red".to_owned())).expect_err("refused");
    assert!(missing.is_not_found());
    assert!(missing.to_string().contains("user_id"), "{missing}");

    let mut session = harness.session()?;
    let lead = session.get_one::<Member>((Id::from(1), "red".to_owned()))?;
    harness.statements();
    assert_eq!(session.get_one::<Member>((Id::from(1), "red".to_owned()))?, lead);
    assert_eq!(harness.statements(), [""; 0]);
    let found =
        Member::query().filter(|m| m.user_id.eq(Id::from(1)) & m.team_id.eq("red")).one(&mut session)?;
    assert_eq!(found, lead);
    Ok(())
}

pub fn rows_with_keys_of_relations_are_updated_and_deleted(harness: &Harness) -> Result<()> {
    fill(harness)?;
    let mut session = harness.session()?;
    let guest = session.get_one::<Member>((Id::from(1), "blue".to_owned()))?;
    let profile = session.get_one::<Profile>(1)?;
    session[guest].role = "lead".into();
    session[profile].text = "bye".into();
    harness.statements();
    session.flush()?;
    assert_eq!(
        harness.statements(),
        [
            r#"UPDATE "member" SET "role" = ?1 WHERE "user_id" = ?2 AND "team_id" = ?3"#,
            r#"UPDATE "profile" SET "text" = ?1 WHERE "user_id" = ?2"#,
        ]
    );
    session.delete(guest)?;
    session.commit()?;
    assert_eq!(harness.rows::<Member>()?.len(), 2);

    // The key that it has is no change, another is refused.
    let jo = session.get_one::<User>(1)?;
    session[profile].user = jo.into();
    session.flush()?;
    let mo = session.get_one::<User>(2)?;
    session[profile].user = mo.into();
    let error = session.flush().expect_err("refused");
    assert!(error.to_string().contains("the primary key of profile with user_id 1 was changed"), "{error}");
    session.rollback()?;

    let mut connection = harness.connect()?;
    let mut lead = connection.get_one::<Member>((Id::from(1), "red".to_owned()))?;
    lead.role = "boss".into();
    connection.update(&mut lead)?;
    connection.upsert(&mut Member { role: "chief".into(), ..lead.clone() }, |m| (m.user_id, m.team_id))?;
    assert_eq!(harness.rows::<Member>()?[0].role, "chief");
    connection.delete(&lead)?;
    assert_eq!(harness.rows::<Member>()?.len(), 1);
    Ok(())
}

pub fn relations_in_keys_are_loaded_and_joined(harness: &Harness) -> Result<()> {
    fill(harness)?;
    let mut session = harness.session()?;
    let reds = Member::query().filter(|m| m.team_id.eq("red")).order_by(|m| m.user().name);
    let rows = reds.clone().select(|m| (m.user().name, m.role)).all(&mut session)?;
    assert_eq!(rows, [("Jo".to_owned(), "lead".to_owned()), ("Mo".to_owned(), "guest".to_owned())]);
    let members = reds.all(&mut session)?;
    harness.statements();
    let users = members.iter().map(|&m| session.load(m, |m| m.user())).collect::<Result<Vec<_>>>()?;
    assert_eq!((session[users[1]].name.as_str(), harness.statements().len()), ("Mo", 1));
    let mut teams = session.load(users[0], |u| u.teams())?;
    teams.sort_by_key(|&team| session[team].name.clone());
    assert_eq!(teams.iter().map(|&team| session[team].name.as_str()).collect::<Vec<_>>(), ["blue", "red"]);
    let without =
        User::query().filter(|u| u.profile().text.is_null()).select(|u| u.name).all(&mut session)?;
    assert_eq!(without, ["Mo"]);

    let mut connection = harness.connect()?;
    let users = User::query().with(|u| u.profile()).with(|u| u.members().with(|m| m.team()));
    let users = users.order_by(|u| u.id).all(&mut connection)?;
    assert_eq!(users[0].profile.object().map(|profile| profile.text.as_str()), Some("hello"));
    let members = users[0].members.loaded().unwrap_or_default();
    assert!(
        members
            .iter()
            .all(|member| member.team.object().map(|team| &team.name) == member.team.key().as_ref())
    );
    assert_eq!(members.len(), 2);
    Ok(())
}

pub fn objects_with_keys_of_relations_are_attached(harness: &Harness) -> Result<()> {
    fill(harness)?;
    let mut session = harness.session()?;
    let jo = session.get_one::<User>(1)?;
    let red = session.get_one::<Team>("red".to_owned())?;
    let lead = session.attach(member(jo, red, "boss"))?;
    assert_eq!(session.modified(lead), ["role"]);
    // A new user has no row yet, so that none can be of it.
    let new = session.add(user("Lu"));
    let fresh = session.attach(member(new, red, "guest"))?;
    session.attach(member(user("Li"), red, "guest"))?;
    session.commit()?;
    assert_eq!(session[fresh].key().0, session[new].id);
    assert_eq!(harness.rows::<Member>()?.len(), 5);
    Ok(())
}

pub fn a_key_whose_relation_is_not_set_is_refused(harness: &Harness) -> Result<()> {
    fill(harness)?;
    let mut connection = harness.connect()?;
    for (mut member, words) in [
        (
            Member::default(),
            "inserting a new row of member: member.user_id: the reference to a row of user is not set",
        ),
        (
            member(user("Lu"), team("red"), ""),
            "member.user_id: it holds a new row of user, which has no key yet",
        ),
    ] {
        let error = connection.insert(&mut member).expect_err("refused");
        assert!(error.to_string().contains(words), "{error}");
    }
    let mut session = harness.session()?;
    session.add(Member { team: BelongsTo::to_key("red")?, ..Default::default() });
    let error = session.flush().expect_err("refused");
    assert!(error.to_string().contains("the reference to a row of user is not set"), "{error}");
    Ok(())
}
