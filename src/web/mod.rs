//! Floor 4: faces by HTTP (RFC 9110). What the daemon says of itself to other programs on its computer: whether it is alive
//! ([`health`]), whether it takes mail, and its figures ([`metrics`]). Where it listens is somebody else's affair, and so is
//! when it ends.

mod families;
mod health;
mod metrics;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::engine::daemon::Board;
use crate::store::{Store, figures};

/// What the answers are made of.
#[derive(Clone)]
pub struct Faces {
    pub board: Board,
    pub store: Store,
}

/// Answers who comes to `listener`, until `shutdown` ends; then those that are being answered get their answers.
pub async fn serve(
    listener: TcpListener,
    faces: Faces,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(faces);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn healthz(State(faces): State<Faces>) -> Response {
    as_answer(health::is_alive(faces.board.since_beat()))
}

async fn readyz(State(faces): State<Faces>) -> Response {
    as_answer(health::is_ready(&faces.board.read(), faces.board.since_beat()))
}

/// 200, or 503 with the reason.
fn as_answer(said: Result<(), String>) -> Response {
    match said {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n").into_response(),
    }
}

async fn metrics(State(Faces { board, store }): State<Faces>) -> Response {
    // A database that is slow keeps nobody else from being answered. One that cannot be asked is a figure, too.
    let figures = tokio::task::spawn_blocking(move || store.read(figures::read)).await;
    let figures = match figures {
        Ok(Ok(figures)) => Some(figures),
        Ok(Err(error)) => {
            tracing::warn!(%error, "what waits in the database is not known");
            None
        }
        Err(_) => None,
    };
    match metrics::text(&board.read(), &board.counts(), figures.as_ref(), board.now()) {
        Some(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
