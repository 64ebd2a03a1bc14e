//! The program that many pickled columns come from: users with a dict of data.

use super::*;

#[derive(Clone, Debug, Default, Model)]
#[model(table = "users")]
struct User {
    id: Id<User>,
    name: String,
    #[model(unique)]
    email: String,
    data: Pickled<Profile>,
}

#[test]
fn the_users_of_a_python_program_are_a_model_here_and_the_other_way_round() {
    let kitchen = Kitchen::new();
    let writes = "
db.execute('CREATE TABLE users (id INTEGER NOT NULL, name VARCHAR, email VARCHAR, data VARCHAR, '
           'PRIMARY KEY (id), UNIQUE (email))')
user_data = pickle.dumps({'age': 30, 'city': 'New York'})
db.execute('INSERT INTO users (name, email, data) VALUES (?, ?, ?)', ('John Doe', 'john@example.com', user_data))
";
    if kitchen.python(writes).is_none() {
        return;
    }
    let db = kitchen.open();
    let mut session = db.session().unwrap();
    let john = User::query().filter(|u| u.email.eq("john@example.com")).one(&mut session).unwrap();
    assert_eq!(format!("{}'s age is {}", session[john].name, session[john].data.age), "John Doe's age is 30");
    assert_eq!(*session[john].data, profile());

    session[john].data.age += 1;
    session.add(User {
        name: "Jane Doe".into(),
        email: "jane@example.com".into(),
        data: Pickled(Profile { age: 28, city: "Busan".into() }),
        ..Default::default()
    });
    session.commit().unwrap();
    let duplicate = User { email: "jane@example.com".into(), ..Default::default() };
    let error = db.connect().unwrap().insert(&mut duplicate.clone()).unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!((error.table(), error.columns()), (Some("users"), vec!["email"]));

    let reads = "
for name, data in db.execute('SELECT name, data FROM users ORDER BY id'):
    user_data = pickle.loads(data)
    print(f\"{name}'s age is {user_data['age']}\")
    print(user_data)
";
    assert_eq!(
        kitchen.python(reads).unwrap(),
        "John Doe's age is 31\n{'age': 31, 'city': 'New York'}\n\
         Jane Doe's age is 28\n{'age': 28, 'city': 'Busan'}\n"
    );
}

#[test]
fn python_prints_the_age_that_was_written_here() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![User]).unwrap();
    db.transaction(|session| {
        session.add(User {
            name: "John Doe".into(),
            email: "john@example.com".into(),
            data: Pickled(profile()),
            ..Default::default()
        });
        Ok(())
    })
    .unwrap();
    let program = "
name, data = db.execute('SELECT name, data FROM users WHERE email = ?', ('john@example.com',)).fetchone()
print(f\"{name}'s age is {pickle.loads(data)['age']}\")
";
    let Some(printed) = kitchen.python(program) else { return };
    assert_eq!(printed, "John Doe's age is 30\n");
}
