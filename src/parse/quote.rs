//! What of a text is new and what is quoted.
//!
//! The text is walked once, line by line. A forwarded mail, an Outlook header block or an unmarked quote goes on to the
//! end; `>` lines are quoted where they stand, so that answers between them stay new.

use super::attribution::{self, Sureness};
use super::blocks::{self, Block};
use super::forward;
use super::html::Mark;
use super::lines::{Lines, bare, unquoted};
use super::signature;
use crate::domain::ForwardMark;

/// Blank lines that may stand between an attribution and its quote.
const GAP: usize = 3;
/// Longest line with a name above an attribution, in bytes, and how many there are at most.
const LONGEST_NAME: usize = 80;
const MOST_NAME_LINES: usize = 4;

/// A forwarded mail found in the text.
pub(super) struct ForwardAt {
    pub mark: ForwardMark,
    /// The first line behind the client's own line.
    pub content: usize,
    /// The header block that begins there, where it is what told that this is a forward.
    pub block: Option<Block>,
}

impl ForwardAt {
    fn below_line(content: usize) -> Self {
        ForwardAt { mark: ForwardMark::Line, content, block: None }
    }

    fn at_block(content: usize, block: Block) -> Self {
        ForwardAt { mark: ForwardMark::HeaderBlock, content, block: Some(block) }
    }
}

/// The outcome of the walk.
pub(super) struct Split {
    /// Per line: whether it is quoted.
    quoted: Vec<bool>,
    pub forward: Option<ForwardAt>,
    seen_quote: bool,
    /// Whether the subject says that this is a forward.
    forwards: bool,
}

/// Walks the lines of a text; `marks` are the quote containers of the HTML that it came from, `forwards` whether the subject
/// has a forward's prefix outermost.
pub(super) fn split(lines: &Lines<'_>, marks: &[Mark], forwards: bool) -> Split {
    let mut split = Split { quoted: vec![false; lines.count()], forward: None, seen_quote: false, forwards };
    let mut marks = marks.iter().map(|m| (lines.at_offset(m.start), lines.at_offset(m.end), m.to_end)).peekable();
    let mut number = 0;
    while number < lines.count() {
        while marks.next_if(|&(first, ..)| first < number).is_some() {}
        if lines.is_blank(number) {
            number += 1;
            continue;
        }
        let marked = marks
            .next_if(|&(first, ..)| lines.next_text(first) == number || first == number)
            .map(|(_, end, to_end)| if to_end { lines.count() } else { end });
        number = match split.step(lines, number, marked) {
            Some(next) => next,
            None => marked.map_or(number + 1, |end| split.marked(lines, number, end)),
        };
    }
    split
}

impl Split {
    /// Decides about one line that is not blank. `None` when it is new by these rules. `marked` is where the HTML's quote
    /// ends that begins here.
    fn step(&mut self, lines: &Lines<'_>, number: usize, marked: Option<usize>) -> Option<usize> {
        let line = lines.bare(number);
        if lines.is_quoted(number) {
            if attribution::is_groupwise(line) {
                self.seen_quote = true;
                return Some(self.rest(lines, number));
            }
            if let Some(next) = self.quoted_forward(lines, number) {
                return Some(next);
            }
            return self.quoted_lines(lines, number);
        }
        if is_prose(line) {
            return None;
        }
        // Cheap tests first: every rule below needs a colon, a dash or an underscore in its place.
        let drawn = line.starts_with(|c| forward::is_stroke(c) || matches!(c, '*' | '<'));
        if (drawn || line.ends_with([':', '：'])) && forward::is_line(line) {
            return Some(self.forwarded(lines, number, ForwardAt::below_line(number + 1)));
        }
        if drawn {
            if forward::is_original_line(line) {
                return Some(self.earlier_mail(lines, number, number + 1));
            }
            if is_rule(line) {
                return self.below_rule(lines, number);
            }
        }
        // Zendesk: ##- Please type your reply above this line -##
        if line.starts_with("##- ") && line.ends_with(" -##") && lines.next_text(0) < number {
            self.seen_quote = true;
            return Some(self.rest(lines, number));
        }
        if blocks::may_begin(line)
            && let Some(end) = self.header_block(lines, number)
        {
            return Some(end);
        }
        self.attribution(lines, number, marked)
    }

    /// Apple Mail quotes the forwarded mail with its line; others quote the block.
    fn quoted_forward(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        if self.seen_quote {
            return None;
        }
        let line = bare(unquoted(lines.get(number), 1));
        if forward::is_line(line) {
            return Some(self.forwarded(lines, number, ForwardAt::below_line(number + 1)));
        }
        let above_block = forward::is_original_line(line) || forward::date_in_line(line).is_some();
        let first = if above_block { lines.next_text(number + 1) } else { number };
        let begins = above_block || blocks::may_begin(line);
        if begins && blocks::read(lines, first, 1, blocks::Place::Open).is_sure() {
            // Answers may stand below it: the quote ends where its marks end.
            self.forward = Some(ForwardAt { mark: ForwardMark::HeaderBlock, content: first, block: None });
        }
        None
    }

    /// `-----Original Message-----`: Outlook writes it above quotes and forwards alike.
    fn earlier_mail(&mut self, lines: &Lines<'_>, number: usize, content: usize) -> usize {
        let first = lines.next_text(content);
        let block = blocks::read(lines, first, usize::from(lines.is_quoted(first)), blocks::Place::BelowLine);
        if block.is_sure() {
            return self.forwarded(lines, number, ForwardAt::at_block(first, block));
        }
        self.rest(lines, number)
    }

    /// A line of underscores or dashes with a block below it; Yandex writes To and Subject there, and then an attribution.
    fn below_rule(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let first = lines.next_text(number + 1);
        if lines.is_quoted(first) {
            // Centrum.cz draws it above a quoted block: it goes with that.
            let quotes = blocks::read(lines, first, 1, blocks::Place::Open).is_sure();
            return quotes.then(|| {
                self.quoted.get_mut(number..first).into_iter().for_each(|rule| rule.fill(true));
                first
            });
        }
        if !blocks::may_begin(lines.bare(first)) {
            return None;
        }
        let block = blocks::read(lines, first, 0, blocks::Place::Open);
        if block.is_sure() {
            return Some(self.forwarded(lines, number, ForwardAt::at_block(first, block)));
        }
        let attributed = block.lacks_author() && attribution::at(lines, lines.next_text(block.end)).is_some();
        attributed.then(|| self.rest(lines, number))
    }

    fn header_block(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let block = blocks::read(lines, number, 0, blocks::Place::Open);
        if !block.is_sure() {
            return None;
        }
        let at = ForwardAt::at_block(number, block);
        let above = (0..number).rev().find(|&n| !lines.is_blank(n)).unwrap_or(number);
        if forward::is_sentence(lines.bare(above)) {
            return Some(self.forwarded(lines, above, ForwardAt { mark: ForwardMark::Line, ..at }));
        }
        let first = if forward::is_heading(lines.bare(above)) { above } else { number };
        Some(self.forwarded(lines, first, at))
    }

    /// A forwarded mail is the outermost new content only where nothing is quoted above it.
    fn forwarded(&mut self, lines: &Lines<'_>, number: usize, at: ForwardAt) -> usize {
        let outermost = !self.seen_quote;
        let content = at.content;
        let replies = outermost && at.mark == ForwardMark::HeaderBlock && !self.forwards;
        if outermost {
            self.forward = Some(at);
        }
        let end = self.rest(lines, number);
        if replies && number == lines.next_text(0) {
            self.answer_below(lines, content);
        }
        end
    }

    /// Who answers below an unmarked mail writes under all that it quotes.
    fn answer_below(&mut self, lines: &Lines<'_>, content: usize) {
        let last_quoted = (content..lines.count()).rev().find(|&n| lines.is_quoted(n));
        let answer = last_quoted.and_then(|last| self.quoted.get_mut(last + 1..));
        answer.into_iter().for_each(|answer| answer.fill(false));
    }

    fn attribution(&mut self, lines: &Lines<'_>, number: usize, marked: Option<usize>) -> Option<usize> {
        let (end, sureness) = attribution::at(lines, number)?;
        let next = lines.next_text(end);
        let near = next < lines.count() && next <= end + GAP;
        if near && lines.is_quoted(next) {
            self.mark(first_of_name(lines, number), next);
            return self.quoted_lines(lines, next);
        }
        if near && lines.get(next).starts_with('|') {
            // Converters of old Outlooks draw the quote's border.
            let end = (next..lines.count()).find(|&n| !lines.get(n).starts_with('|')).unwrap_or(lines.count());
            self.mark(number, end);
            return Some(end);
        }
        if near && let Some(end) = end_of_cited(lines, next) {
            self.mark(first_of_name(lines, number), end);
            return Some(end);
        }
        if marked.is_some() || sureness == Sureness::IfQuoted || next == lines.count() {
            return None;
        }
        if self.forwards && !self.seen_quote {
            // Outlook for the Mac wrote so until 2019: only the subject's prefix tells it from a reply.
            let at = ForwardAt { mark: ForwardMark::HeaderBlock, content: number, block: None };
            return Some(self.forwarded(lines, number, at));
        }
        if lines.next_text(0) == number {
            // Quote and answer cannot be told apart where neither is marked: all of it is shown.
            self.mark(number, end);
            return Some(end);
        }
        // A forward may stand right below the attribution of the mail that is answered: still a reply.
        self.seen_quote = true;
        Some(self.rest(lines, first_of_name(lines, number)))
    }

    /// A run of `>` lines, blank lines between them included.
    fn quoted_lines(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let mut end = number;
        while end < lines.count() {
            if lines.is_quoted(end) {
                end += 1;
                continue;
            }
            let next = lines.next_text(end);
            if next > end && next < lines.count() && next <= end + GAP && lines.is_quoted(next) {
                end = next;
            } else {
                break;
            }
        }
        if self.is_stray(lines, number, end) {
            return None;
        }
        // A bracket that closes an address wrapped onto the line above: `> ezt írta (…):`
        let above = number.checked_sub(1).map_or("", |above| lines.bare(above));
        let closes = above.contains('@') && attribution::brackets(above) > 0;
        self.mark(if closes { first_of_name(lines, number) } else { number }, end);
        Some(end)
    }

    /// A single `>` line that hangs on a written line, with no quote above it or no answer below: a shell prompt, an arrow.
    /// Without a quote above it, what a comparison of files prints is none either, nor a Python prompt.
    fn is_stray(&self, lines: &Lines<'_>, number: usize, end: usize) -> bool {
        let single = end == number + 1;
        let above = number.checked_sub(1).map_or("", |above| lines.get(above));
        if !self.seen_quote && (above == "---" || (single && lines.get(number).starts_with(">>> "))) {
            return true;
        }
        let hangs = number > 0 && !lines.is_blank(number - 1) && !self.is_quoted(number - 1);
        single && hangs && (!self.seen_quote || signature::is_all(lines, lines.next_text(end)))
    }

    /// A quote container of the HTML. Where it holds `>` lines, only what stands above them is its attribution.
    fn marked(&mut self, lines: &Lines<'_>, number: usize, end: usize) -> usize {
        let first_quoted = (number..end).find(|&n| lines.is_quoted(n));
        let end = first_quoted.unwrap_or(end).max(number + 1);
        self.mark(number, end);
        end
    }

    fn rest(&mut self, lines: &Lines<'_>, number: usize) -> usize {
        self.mark(number, lines.count());
        lines.count()
    }

    fn mark(&mut self, from: usize, to: usize) {
        if let Some(lines) = self.quoted.get_mut(from..to) {
            lines.fill(true);
        }
        self.seen_quote = true;
    }

    fn is_quoted(&self, number: usize) -> bool {
        self.quoted.get(number).copied().unwrap_or(false)
    }

    /// Turns the marks of the lines into spans of the text; `author` is the writer's display name, for signatures. Text
    /// beyond the bounds of [`Lines`] goes with the last line.
    pub fn into_spans(self, lines: &Lines<'_>, text: &str, author: &str) -> Spans {
        let mut spans = Spans::default();
        let mut number = 0;
        while number < lines.count() {
            let quoted = self.is_quoted(number);
            let end = (number..lines.count()).find(|&n| self.is_quoted(n) != quoted).unwrap_or(lines.count());
            if quoted {
                spans.quoted.push((lines.start(number), lines.start(end)));
            } else {
                let signature = signature::first_line(lines, number, end, author);
                push_text(&mut spans.new, text, (lines.start(number), lines.start(signature)));
                if signature < end && spans.signature.is_none() {
                    spans.signature = Some((lines.start(signature), lines.start(end)));
                }
            }
            number = end;
        }
        spans
    }
}

/// Byte spans of a text.
#[derive(Default)]
pub(super) struct Spans {
    pub new: Vec<(usize, usize)>,
    pub quoted: Vec<(usize, usize)>,
    pub signature: Option<(usize, usize)>,
}

fn push_text(spans: &mut Vec<(usize, usize)>, text: &str, span: (usize, usize)) {
    if text.get(span.0..span.1).is_some_and(|part| !part.trim().is_empty()) {
        spans.push(span);
    }
}

/// A line of letters that no rule knows: nothing is drawn at its ends, no attribution ends so (`wrote`, `schrieb`), and no
/// digit, sign or letter stands in it without which there is neither label, date nor address. Half of all lines are turned
/// away here in one pass.
fn is_prose(line: &str) -> bool {
    let bytes = line.as_bytes();
    let begins = bytes.first().is_some_and(u8::is_ascii_alphabetic);
    let ends = bytes.last().is_some_and(|&b| matches!(b, b'!'..=b'~') && !matches!(b, b'e' | b'-' | b'*' | b'|'));
    // The range: digits and `:;<=>?@`. Wide colons and the digits of Arabic and Persian begin with higher bytes.
    begins && ends && bytes.iter().fold(true, |prose, b| prose & !matches!(b, b'0'..=b'@' | 0xd9..))
}

/// A line of underscores or dashes, as Outlook draws it above a header block.
fn is_rule(line: &str) -> bool {
    line.len() >= 5 && line.chars().all(forward::is_stroke)
}

/// The end of lines that are quoted with the writer's initials, `AL> ` (Supercite and other Usenet programs): two at least,
/// all with the same.
fn end_of_cited(lines: &Lines<'_>, first: usize) -> Option<usize> {
    let initials = |number: usize| {
        let (letters, _) = lines.bare(number).split_once('>')?;
        ((1..=4).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_alphabetic())).then_some(letters)
    };
    let cited = initials(first)?;
    let end = (first..lines.count()).find(|&n| initials(n) != Some(cited)).unwrap_or(lines.count());
    (end > first + 1).then_some(end)
}

/// Where an attribution begins whose writer was wrapped onto the lines above, set off by a blank one: `Ann Lee` above
/// `<ann@example.org> schrieb am …`, or name and address above `tarihinde şunu yazdı:`.
fn first_of_name(lines: &Lines<'_>, number: usize) -> usize {
    let begins = |n: usize| !lines.is_blank(n) && n.checked_sub(1).is_none_or(|above| lines.is_blank(above));
    let lowest = number.saturating_sub(MOST_NAME_LINES);
    let Some(first) = (lowest..number).rev().find(|&n| begins(n)) else { return number };
    if begins(number) {
        return number;
    }
    let names = |n: usize| {
        let line = lines.bare(n);
        line.len() <= LONGEST_NAME && !line.ends_with(['!', '?', ':', ';', '。'])
    };
    let addressed = |n: usize| lines.bare(n).contains('<') && lines.bare(n).contains('@');
    let last = lines.bare(number - 1);
    // Gmail wraps inside of the brackets, too.
    let opened = (first..number).map(|n| attribution::brackets(lines.bare(n))).sum::<i32>() > 0;
    // A sentence ends with its line; behind an address stands what belongs to the attribution: `9 Okt.`
    let is_writer = if opened {
        true
    } else if lines.bare(number).starts_with('<') {
        first + 1 == number && !last.ends_with(['.', ','])
    } else {
        (first..number).any(addressed) && !addressed(number)
    };
    if is_writer && (first..number).all(names) { first } else { number }
}
