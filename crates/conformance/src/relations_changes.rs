//! Relations as objects are added, moved, taken out and undone.

use onggi::{BelongsTo, Error, Handle, HasMany, HasOne, Id, ManyToMany, Model, Result, Session};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Team {
    id: Id<Team>,
    #[model(unique)]
    name: String,
    captain: Option<BelongsTo<Member>>,
    #[model(inverse(team))]
    members: HasMany<Member>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Member {
    id: Id<Member>,
    name: String,
    team: Option<BelongsTo<Team>>,
    badge: HasOne<Badge>,
    skills: ManyToMany<Skill>,
    friends: ManyToMany<Member>,
    #[model(inverse(friends))]
    fans: ManyToMany<Member>,
    #[model(through(Prize))]
    cups: ManyToMany<Cup>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Badge {
    id: Id<Badge>,
    number: i64,
    member: BelongsTo<Member>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Skill {
    #[model(primary_key)]
    name: String,
    #[model(inverse(skills))]
    members: ManyToMany<Member>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Cup {
    id: Id<Cup>,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Prize {
    id: Id<Prize>,
    member: BelongsTo<Member>,
    cup: BelongsTo<Cup>,
}

fn team(name: &str) -> Team {
    Team { name: name.into(), ..Default::default() }
}

fn member(name: &str) -> Member {
    Member { name: name.into(), ..Default::default() }
}

fn skill(name: &str) -> Skill {
    Skill { name: name.into(), ..Default::default() }
}

fn open(harness: &Harness) -> Result<Session> {
    harness.create(onggi::models![Team, Member, Badge, Skill, Cup, Prize])?;
    harness.session()
}

fn names(session: &Session, members: &[Handle<Member>]) -> Vec<String> {
    members.iter().map(|&member| session[member].name.clone()).collect()
}

pub fn a_flush_that_fails_leaves_objects_what_they_hold(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let known = session.add(member("Ann"));
    let there = session.add(team("There"));
    session.commit()?;
    let (known, there) = (session[known].clone(), session[there].clone());
    let reds = session.add(Team { members: vec![member("Bob"), known.clone()].into(), ..team("Reds") });
    let eve = session.add(Member { team: Some(there.into()), ..member("Eve") });
    for _ in 0..2 {
        let error = session.flush().expect_err("Ann has a row");
        assert!(error.to_string().contains("has a row already"), "{error}");
        assert!(session[eve].team.as_ref().is_some_and(|team| team.object().is_some()));
    }
    let bob = session[reds].members.loaded().expect("held still")[0].clone();
    session[reds].members = vec![bob].into();
    session[eve].team = Some(reds.into());
    session.commit()?;
    let members = session.load(reds, |t| t.members())?;
    let mut found = names(&session, &members);
    found.sort();
    assert_eq!(found, ["Bob", "Eve"]);
    assert_eq!(harness.rows::<Member>()?.len(), 3);
    Ok(())
}

pub fn a_graph_that_violates_a_constraint_is_repaired_and_written(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    session.add(team("Reds"));
    session.commit()?;
    let skilled = Member { skills: vec![skill("chess")].into(), ..member("Ann") };
    let other = session.add(Team { members: vec![skilled].into(), ..team("Reds") });
    assert!(session.flush().expect_err("two of a name").is_unique_violation());
    assert!(session.flush().expect_err("two of a name").is_unique_violation());
    session[other].name = "Blues".into();
    let members = session.load(other, |t| t.members())?;
    assert_eq!(names(&session, &members), ["Ann"]);
    session.commit()?;
    let skilled = Member::query().filter(|m| m.skills.any(|s| s.name.eq("chess")));
    assert_eq!(skilled.filter(|m| m.team().name.eq("Blues")).count(&mut harness.connect()?)?, 1);
    Ok(())
}

pub fn a_detached_object_is_in_no_collection(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let reds = session.add(Team { members: vec![member("Ann"), member("Bob")].into(), ..team("Reds") });
    session.commit()?;
    let members = session.load(reds, |t| t.members())?;
    session.detach(members[0])?;
    let members = session.load(reds, |t| t.members())?;
    assert_eq!(names(&session, &members), ["Ann", "Bob"], "read again");
    Ok(())
}

pub fn a_deleted_object_takes_links_along_that_are_not_written(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let chess = session.add(skill("chess"));
    let old = session.add(member("Ann"));
    session.commit()?;
    let new = session.add(member("Bob"));
    session.collection(old, |m| m.skills()).add(chess)?;
    session.delete(old)?;
    session.collection(new, |m| m.skills()).add(chess)?;
    let third = session.add(member("Eve"));
    session.collection(chess, |s| s.members()).add(third)?;
    session.delete(third)?;
    session.commit()?;
    assert_eq!(session.load(chess, |s| s.members())?, [new]);
    session.collection(new, |m| m.skills()).remove(chess)?;
    session.delete(new)?;
    session.commit()?;
    assert_eq!(harness.rows::<Member>()?, []);
    Ok(())
}

pub fn objects_between_are_seen_before_they_are_written(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let (ann, cup) = (session.add(member("Ann")), session.add(Cup::default()));
    session.commit()?;
    assert_eq!(session.load(ann, |m| m.cups())?, []);
    let prize = session.add(Prize { member: ann.into(), cup: cup.into(), ..Default::default() });
    assert_eq!(session.load(ann, |m| m.cups())?, [cup]);
    session.delete(prize)?;
    assert_eq!(session.load(ann, |m| m.cups())?, []);
    Ok(())
}

pub fn of_several_rows_a_relation_to_one_takes_the_first(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let ann = session.add(member("Ann"));
    let badge = |number| Badge { number, member: ann.into(), ..Default::default() };
    session.add_all([badge(1), badge(2)]);
    session.commit()?;
    let found = session.load(ann, |m| m.badge())?.expect("a badge");
    assert_eq!(session[found].number, 1);
    let plain = Member::query().with(|m| m.badge()).one(&mut harness.connect()?)?;
    assert_eq!(plain.badge.object().map(|badge| badge.number), Some(1));
    Ok(())
}

pub fn a_row_that_a_join_repeats_is_one_object(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let badge = |number| Badge { number, ..Default::default() };
    let reds = session.add(team("Reds"));
    let ann = session.add(Member { team: Some(reds.into()), badge: badge(1).into(), ..member("Ann") });
    session.add(Member { team: Some(reds.into()), ..member("Bob") });
    session.add(Badge { member: ann.into(), ..badge(2) });
    session.commit()?;
    let mut session = harness.session()?;
    let teams = Member::query().select(|m| m.team()).all(&mut session)?;
    assert_eq!(teams[0], teams[1]);
    assert_eq!(session.get(1)?, teams[0]);
    let mut session = harness.session()?;
    let members = Member::query().filter(|m| m.badge().number.gt(0)).all(&mut session)?;
    assert_eq!(members.len(), 2, "a row of the join each");
    assert_eq!(members[0], members[1]);
    Ok(())
}

pub fn what_a_query_read_along_is_merged_as_its_key(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    session.add(Member { team: Some(team("Reds").into()), ..member("Ann") });
    session.commit()?;
    let mut connection = harness.connect()?;
    let mut ann = Member::query().with(|m| m.team().members()).one(&mut connection)?;
    drop(connection);
    ann.name = "Anna".into();
    let mut session = harness.session()?;
    let ann = session.attach(ann)?;
    assert_eq!(session.modified(ann), ["name"]);
    session.commit()?;
    let reds = session.load(ann, |m| m.team())?.expect("a team");
    assert_eq!(session[reds].name, "Reds");
    assert_eq!(harness.rows::<Member>()?[0].name, "Anna");
    Ok(())
}

pub fn a_model_is_linked_with_itself_from_both_ends(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let ann = session.add(Member { friends: vec![member("Bob"), member("Eve")].into(), ..member("Ann") });
    session.commit()?;
    let friends = session.load(ann, |m| m.friends())?;
    assert_eq!(names(&session, &friends), ["Bob", "Eve"]);
    let (bob, eve) = (friends[0], friends[1]);
    assert_eq!(session.load(bob, |m| m.fans())?, [ann]);
    assert_eq!(session.load(bob, |m| m.friends())?, []);
    // The same pair from both ends is one row; taken away and added again, none changes.
    session.collection(eve, |m| m.friends()).add(bob)?;
    session.collection(bob, |m| m.fans()).add(eve)?;
    session.collection(ann, |m| m.friends()).remove(bob)?;
    session.collection(bob, |m| m.fans()).add(ann)?;
    session.collection(ann, |m| m.friends()).add(ann)?;
    session.commit()?;
    let mut fans = session.load(bob, |m| m.fans())?;
    fans.sort_by_key(|&fan| session[fan].name.clone());
    assert_eq!(fans, [ann, eve]);
    assert_eq!(session.load(ann, |m| m.fans())?, [ann]);
    let of_bob = Member::query().filter(|m| m.friends.any(|f| f.name.eq("Bob"))).order_by(|m| m.name);
    let mut connection = harness.connect()?;
    assert_eq!(of_bob.select(|m| m.name).all(&mut connection)?, ["Ann", "Eve"]);
    let fans = Member::query().with(|m| m.fans()).filter(|m| m.name.eq("Bob")).one(&mut connection)?;
    assert_eq!(fans.fans.loaded().map(<[Member]>::len), Some(2));
    let counts = Member::query().order_by(|m| m.name).select(|m| (m.friends.count(), m.fans.count()));
    assert_eq!(counts.all(&mut connection)?, [(3, 1), (0, 2), (1, 1)]);
    Ok(())
}

pub fn graphs_that_refer_in_a_circle_are_written_and_deleted(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let ann = session.add(member("Ann"));
    let reds = session.add(Team { captain: ann.into(), members: vec![ann].into(), ..team("Reds") });
    let captain = Member {
        team: Some(Team { members: vec![member("Eve")].into(), ..team("Blues") }.into()),
        ..member("Bob")
    };
    session.add(Team { captain: Some(captain.into()), ..team("Greens") });
    session.commit()?;
    assert_eq!(session.load(reds, |t| t.captain())?, Some(ann));
    assert_eq!(session.load(reds, |t| t.captain().team())?, Some(reds));
    let blues = Team::query().filter(|t| t.members.any(|m| m.name.eq("Eve"))).one(&mut session)?;
    assert_eq!(session.load(blues, |t| t.members())?.len(), 2);
    session.delete(reds)?;
    session.delete(ann)?;
    session.commit()?;
    assert_eq!(harness.rows::<Team>()?.len(), 2);
    Ok(())
}

pub fn a_savepoint_that_is_undone_undoes_links_and_members(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let chess = session.add(skill("chess"));
    let ann = session.add(Member { skills: vec![chess].into(), ..member("Ann") });
    let reds = session.add(Team { members: vec![ann].into(), ..team("Reds") });
    session.commit()?;
    let undone = session.savepoint(|session| {
        let go = session.add(skill("go"));
        session.collection(ann, |m| m.skills()).set([go])?;
        session.collection(reds, |t| t.members()).set([])?;
        session[ann].friends = vec![member("Bob")].into();
        session.flush()?;
        assert_eq!(session.load(ann, |m| m.skills())?, [go]);
        assert_eq!(session.load(reds, |t| t.members())?, []);
        session.collection(ann, |m| m.skills()).set([])?;
        Err::<(), _>(Error::other("undo"))
    });
    assert!(undone.is_err());
    assert_eq!(session.load(ann, |m| m.skills())?, [chess]);
    assert_eq!(session.load(reds, |t| t.members())?, [ann]);
    assert_eq!(session.load(ann, |m| m.friends())?, []);
    session.commit()?;
    assert_eq!(harness.rows::<Member>()?.len(), 1);
    Ok(())
}

pub fn parts_of_relations_are_told_apart(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let chess = session.add(skill("chess"));
    let ann = session.add(Member { skills: vec![chess].into(), ..member("Ann") });
    let bob = session.add(Member { friends: vec![ann].into(), ..member("Bob") });
    let reds = session.add(Team { captain: ann.into(), members: vec![ann, bob].into(), ..team("Reds") });
    session.commit()?;
    assert_eq!(session.load(reds, |t| t.members().filter(|m| m.friends.any(|f| f.name.eq("Ann"))))?, [bob]);
    assert_eq!(session.load(reds, |t| t.members().filter(|m| m.fans.any(|f| f.name.eq("Ann"))))?, []);
    assert_eq!(session.load(reds, |t| t.members().filter(|m| m.fans.any(|f| f.name.eq("Bob"))))?, [ann]);
    assert_eq!(session.load(reds, |t| t.members().limit(0))?, []);
    assert_eq!(session.load(reds, |t| t.members().limit(1))?, [ann]);
    assert_eq!(session.load(reds, |t| t.members().limit(2))?, [ann, bob]);
    assert_eq!(session.load(reds, |t| t.members().filter(|m| m.name.ne("")).offset(1))?, [bob]);
    let led = |m: MemberColumns| m.team().captain().name.eq("Ann") & m.skills.count().gt(0);
    assert_eq!(session.load(bob, |m| m.friends().filter(led).limit(1))?, [ann]);
    assert_eq!(session.load(chess, |s| s.members().filter(led))?, [ann]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Folder {
    id: Id<Folder>,
    name: String,
    parent: Option<BelongsTo<Folder>>,
    #[model(inverse(parent), cascade = "delete")]
    folders: HasMany<Folder>,
    #[model(cascade = "delete orphans")]
    files: HasMany<File>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct File {
    id: Id<File>,
    name: String,
    folder: BelongsTo<Folder>,
}

pub fn what_belongs_to_a_deleted_object_goes_with_it(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Folder, File])?;
    let mut session = harness.session()?;
    let file = |name: &str| File { name: name.into(), ..Default::default() };
    let folder = |name: &str, folders: Vec<Folder>, files: Vec<File>| Folder {
        name: name.into(),
        folders: folders.into(),
        files: files.into(),
        ..Default::default()
    };
    let inner = folder("inner", vec![folder("innermost", vec![], vec![file("c")])], vec![file("b")]);
    let root = session.add(folder("root", vec![inner], vec![file("a"), file("d")]));
    session.commit()?;
    let files = session.load(root, |f| f.files())?;
    session.collection(root, |f| f.files()).remove(files[1])?;
    session.flush()?;
    assert_eq!(File::query().count(&mut session)?, 3, "the orphan is gone");
    session.delete(root)?;
    session.commit()?;
    assert_eq!(harness.rows::<Folder>()?, []);
    assert_eq!(harness.rows::<File>()?, []);
    Ok(())
}

pub fn an_assigned_collection_of_links_is_written_as_a_difference(harness: &Harness) -> Result<()> {
    let mut session = open(harness)?;
    let [ski, row, run] = ["ski", "row", "run"].map(|name| session.add(skill(name)));
    let ann = session.add(Member { skills: vec![ski, row].into(), ..member("Ann") });
    let bob = session.add(Member { skills: vec![ski].into(), ..member("Bob") });
    session.commit()?;
    harness.statements();
    session[ann].skills = vec![row, run, run].into();
    session[bob].skills = vec![ski].into();
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            concat!(
                r#"SELECT "member_skills"."member_id", "skill"."name" FROM "skill" JOIN "member_skills" "#,
                r#"ON "member_skills"."skill_id" = "skill"."name" WHERE "member_skills"."member_id" "#,
                r#"IN rarray(?1) ORDER BY "member_skills"."member_id", "skill"."name""#
            ),
            r#"INSERT INTO "member_skills" ("member_id", "skill_id") VALUES (?1, ?2)"#,
            r#"DELETE FROM "member_skills" WHERE "member_id" = ?1 AND "skill_id" = ?2"#,
            "COMMIT",
        ]
    );
    assert_eq!(session.load(ann, |m| m.skills())?, [row, run]);
    assert_eq!(session.load(bob, |m| m.skills())?, [ski]);

    // The other end, new objects, and nothing at all.
    session[ski].members = vec![ann].into();
    session[row].members = Vec::<Member>::new().into();
    let known = session.load(ski, |s| s.members())?;
    assert_eq!(known, [ann], "as it will be written");
    session.commit()?;
    assert_eq!(session.load(bob, |m| m.skills())?, []);
    session[bob].skills = vec![skill("fly")].into();
    session.commit()?;
    let fly = session.load(bob, |m| m.skills())?;
    assert_eq!(fly.iter().map(|&skill| &*session[skill].name).collect::<Vec<_>>(), ["fly"]);
    assert_eq!(session.load(ann, |m| m.skills())?, [run, ski]);

    // What is rolled back was not assigned; what cannot be written is tried again.
    session[ann].skills = vec![run].into();
    session.rollback()?;
    assert_eq!(session.load(ann, |m| m.skills())?, [run, ski]);
    session[ann].skills = vec![run].into();
    let twice = session.add(skill("run"));
    assert!(session.flush().is_err_and(|error| error.is_unique_violation()));
    session.delete(twice)?;
    session.commit()?;
    assert_eq!(session.load(ann, |m| m.skills())?, [run]);
    Ok(())
}
