//! Send references: what a signed token names.

use sha2::{Digest, Sha256};

/// 96 bits that name one send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SendReference(pub [u8; 12]);

impl SendReference {
    /// The reference of the `n`th send of an event. Derived, not drawn, so that folding the journal again gives the same
    /// ones; `seed` is the database's own.
    pub fn derive(seed: &[u8; 32], seq: i64, n: u32) -> Self {
        let digest =
            Sha256::new().chain_update(seed).chain_update(seq.to_be_bytes()).chain_update(n.to_be_bytes()).finalize();
        let mut reference = [0; 12];
        reference.copy_from_slice(&digest[..12]);
        SendReference(reference)
    }
}

impl std::fmt::Display for SendReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
