//! Being told to stop: asked by those who work, waited for by those who wait.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Told once; those who hold it see it.
#[derive(Debug)]
pub struct Stopper {
    flag: AtomicBool,
    told: watch::Sender<bool>,
}

impl Default for Stopper {
    fn default() -> Self {
        Stopper { flag: AtomicBool::new(false), told: watch::Sender::new(false) }
    }
}

impl Stopper {
    /// From now on nothing new is begun.
    pub fn stop(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.told.send_replace(true);
    }

    pub fn is_told(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Ends once it is told.
    pub async fn told(&self) {
        // The sender is ours: it cannot be gone.
        let _ = self.told.subscribe().wait_for(|told| *told).await;
    }

    /// For those who look now and then.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}
