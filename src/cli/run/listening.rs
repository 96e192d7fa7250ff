//! Where the daemon answers questions about itself (`[daemon] listen`): a thread of its own, so that it answers whatever
//! keeps the others.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::cli::{Code, Failure};
use crate::web::{self, Faces};

/// How long those that are being answered may take once it ends.
const ENDING: Duration = Duration::from_secs(1);

/// It listens, or it does not. Ends with this.
pub(super) struct Listening {
    faces: Faces,
    open: Option<Open>,
}

struct Open {
    at: SocketAddr,
    /// With this it ends: the port is free at once, whoever is being answered has a moment.
    _stop: oneshot::Sender<()>,
}

impl Listening {
    /// Listens there, if anywhere.
    pub fn start(faces: Faces, at: Option<SocketAddr>) -> anyhow::Result<Listening> {
        let mut listening = Listening { faces, open: None };
        listening.move_to(at)?;
        Ok(listening)
    }

    /// Listens there from now on. Where that cannot be, it goes on where it was.
    pub fn move_to(&mut self, at: Option<SocketAddr>) -> anyhow::Result<()> {
        if self.open.as_ref().map(|open| open.at) == at {
            return Ok(());
        }
        self.open = at.map(|at| Open::new(at, self.faces.clone())).transpose()?;
        Ok(())
    }
}

impl Open {
    fn new(at: SocketAddr, faces: Faces) -> anyhow::Result<Open> {
        let listener = TcpListener::bind(at).map_err(|error| cannot_listen(at, &error))?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, told) = oneshot::channel::<()>();
        std::thread::Builder::new().name("web".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, faces, told));
            // A database that does not answer keeps nothing alive.
            runtime.shutdown_background();
        })?;
        tracing::info!(%at, "answers /healthz, /readyz and /metrics");
        Ok(Open { at, _stop: stop })
    }
}

/// Serves until told. Those that are slow to ask or to listen are left then.
async fn serve(listener: tokio::net::TcpListener, faces: Faces, told: oneshot::Receiver<()>) {
    let (ending, ends) = oneshot::channel::<()>();
    let served = web::serve(listener, faces, async {
        let _ = told.await;
        drop(ending);
    });
    tokio::pin!(served);
    let late = async {
        let _ = ends.await;
        tokio::time::sleep(ENDING).await;
    };
    tokio::select! {
        ended = &mut served => {
            if let Err(error) = ended {
                tracing::error!(%error, "nothing is answered any more");
            }
        }
        () = late => {}
    }
}

fn cannot_listen(at: SocketAddr, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::AddrInUse => {
            let message = format!("{at} is taken: another program listens there");
            Failure::new(Code::TryLater, message, "end that program, or give `listen` in [daemon] another port")
        }
        _ => {
            let way_out = "give `listen` in [daemon] an address of this computer and a port above 1023";
            Failure::new(Code::Config, format!("cannot listen at {at}: {error}"), way_out)
        }
    }
}
