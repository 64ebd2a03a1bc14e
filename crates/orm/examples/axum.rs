//! A web service over the same synchronous sessions: each request is a unit of work at the asynchronous door.
//!
//! ```sh
//! cargo run --example axum --features tokio            # a database in memory, http://127.0.0.1:3000
//! cargo run --example axum --features tokio -- sqlite://users.db 127.0.0.1:8080
//!
//! curl -d '{"name": "John Doe", "email": "john@example.com", "data": {"age": 30, "city": "New York"}}' \
//!     -H 'content-type: application/json' http://127.0.0.1:3000/users
//! curl http://127.0.0.1:3000/users/john@example.com
//! curl -X POST http://127.0.0.1:3000/users/john@example.com/visits
//! ```

use std::env::args;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use onggi::{Database, Id, Model, Pickled};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: String,
}

#[derive(Clone, Debug, Default, Model, Serialize)]
#[model(table = "users")]
struct User {
    id: Id<User>,
    name: String,
    #[model(unique)]
    email: String,
    data: Pickled<Profile>,
    visits: i64,
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
    email: String,
    data: Profile,
}

/// A failure as an answer: what the client did wrong is said, and nothing of the database else.
struct Failure(onggi::Error);

impl From<onggi::Error> for Failure {
    fn from(error: onggi::Error) -> Failure {
        Failure(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        if error.is_not_found() {
            (StatusCode::NOT_FOUND, "no such user").into_response()
        } else if error.is_unique_violation() {
            (StatusCode::CONFLICT, "somebody has this e-mail address already").into_response()
        } else if error.is_pool_timeout() {
            (StatusCode::SERVICE_UNAVAILABLE, "too busy, try again").into_response()
        } else {
            eprintln!("{error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong").into_response()
        }
    }
}

async fn create(
    State(db): State<Database>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<User>), Failure> {
    let user = db.run(move |session| {
        let NewUser { name, email, data } = &new;
        let user = session.add(User {
            name: name.clone(),
            email: email.clone(),
            data: Pickled(data.clone()),
            ..Default::default()
        });
        session.flush()?;
        Ok(session[user].clone())
    });
    Ok((StatusCode::CREATED, Json(user.await?)))
}

async fn read(State(db): State<Database>, Path(email): Path<String>) -> Result<Json<User>, Failure> {
    let user = db.run_read(move |session| {
        let user = User::query().filter(|user| user.email.eq(email)).one(session)?;
        Ok(session[user].clone())
    });
    Ok(Json(user.await?))
}

/// Where two visits collide, the database says so and the closure runs again: none is lost.
async fn visit(State(db): State<Database>, Path(email): Path<String>) -> Result<Json<i64>, Failure> {
    let visits = db.run(move |session| {
        let user = User::query().filter(|user| user.email.eq(&email)).one(session)?;
        session[user].visits += 1;
        Ok(session[user].visits)
    });
    Ok(Json(visits.await?))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = args().skip(1);
    let url = args.next().unwrap_or_else(|| "sqlite::memory:".into());
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3000".into());

    let db = Database::open(&url)?;
    db.create_tables(onggi::models![User])?;
    let service = Router::new()
        .route("/users", post(create))
        .route("/users/{email}", get(read))
        .route("/users/{email}/visits", post(visit))
        .with_state(db);

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stopped = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, service).with_graceful_shutdown(stopped).await?;
    Ok(())
}
