//! What the daemon is told beside its mailboxes and relays: `[daemon]`.

use core::net::SocketAddr;

use super::problem::Report;
use super::table::Table;

/// How the daemon works on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Daemon {
    /// Where it answers questions about itself (HTTP): an address of this computer. `None`: nowhere.
    pub listen: Option<SocketAddr>,
}

/// Reads `[daemon]`.
pub(super) fn read_daemon(root: &mut Table, report: &mut Report) -> Daemon {
    let Some(mut table) = root.table("daemon", report) else { return Daemon::default() };
    let daemon = Daemon { listen: read_listen(&mut table, report) };
    table.close(report);
    daemon
}

/// Whoever can reach it learns the names of mailboxes and how busy a desk is: nobody but those who are on this computer.
fn read_listen(table: &mut Table, report: &mut Report) -> Option<SocketAddr> {
    let text = table.text("listen", report)?;
    let address = text.get_ref().parse::<SocketAddr>().ok();
    let usable = address.filter(|address| address.ip().is_loopback() && address.port() > 0);
    if usable.is_none() {
        let message = match address.filter(|address| address.port() > 0) {
            Some(address) => format!("{} is reached from other computers", address.ip()),
            None => format!("`{}` is no address and port", text.get_ref()),
        };
        let hint = "an address of this computer, with a port: \"127.0.0.1:9464\" or \"[::1]:9464\"";
        report.error(text.span(), message, hint);
    }
    usable
}
