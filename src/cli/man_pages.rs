//! `ticketd man-pages`, for those who make packages: a page of the manual for each command, from its help.

use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{Code, Failure, help};

/// Write a page of the manual for each command into a folder
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder, which must be there
    folder: PathBuf,
}

/// Writes them, those of commands within commands too.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let mut all = help::visible();
    all.build();
    for command in with_those_inside(&all) {
        let page = Man::new(command.clone()).source(concat!("ticketd ", env!("CARGO_PKG_VERSION")));
        let path = args.folder.join(page.get_filename());
        let failed = |error: std::io::Error| {
            let message = format!("{} cannot be written: {error}", path.display());
            Failure::new(Code::CantCreate, message, "name a folder that is there and may be written to")
        };
        std::fs::write(&path, text_of(&page, command)?).map_err(failed)?;
    }
    Ok(Code::Success)
}

fn with_those_inside(command: &Command) -> Vec<&Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(with_those_inside)).collect()
}

fn text_of(page: &Man, command: &Command) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    below_the_options(command).to_writer(&mut text)?;
    Ok(text)
}

/// What stands below the options in a help: examples keep their columns, the rest is filled.
fn below_the_options(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let said = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut example = false;
    for line in said.lines() {
        let indented = line.starts_with(' ');
        if indented != example {
            roff.control(if indented { "EX" } else { "EE" }, []);
            example = indented;
        }
        match line.split_once(':') {
            _ if indented => roff.text([roman(line)]),
            Some((title, "")) => roff.control("SH", [title.to_uppercase().as_str()]),
            Some(("Exit codes", codes)) => roff.control("SH", ["EXIT STATUS"]).text([roman(codes.trim_start())]),
            _ if line.is_empty() => roff.control("PP", []),
            _ => roff.text([roman(line)]),
        };
    }
    if example {
        roff.control("EE", []);
    }
    if command.get_name() != "ticketd" {
        roff.control("SH", ["SEE ALSO"]).text([roman("ticketd(1)")]);
    }
    roff
}
