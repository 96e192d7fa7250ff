//! HTML to text in one pass: enough of a tokenizer to read mail, none of a browser.
//!
//! Quotes stay visible: a blockquote becomes `> ` lines, and the containers in which clients put an earlier mail are
//! reported as marks, since their attribution lines may be in any language.

use super::{entities, html_attributes};

/// Deepest quoting that is written out.
const DEEPEST_QUOTE: usize = 20;
/// Open containers that are tracked; those beyond are read as plain.
const MOST_OPEN: usize = 2_000;

/// A stretch of the text that the HTML marks as an earlier mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub start: usize,
    pub end: usize,
    /// The mark stands at the head of the earlier mail, which goes on to the end (Outlook).
    pub to_end: bool,
}

/// A page as text.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub text: String,
    pub marks: Vec<Mark>,
}

/// Converts a page.
pub(super) fn to_text(html: &str) -> Page {
    // Most of a page is markup.
    let out = String::with_capacity(html.len() / 2);
    let mut writer = Writer { out, at_line_start: true, ..Writer::default() };
    let mut rest = html;
    loop {
        let from_tag = writer.text(rest);
        if from_tag.is_empty() {
            return writer.finish();
        }
        // Of all tags this is the most frequent, and it is nearly always written so.
        if let ([b'<', b'b', b'r', b'>', ..], None) = (from_tag.as_bytes(), &writer.hidden) {
            writer.line();
            rest = from_tag.get(4..).unwrap_or_default();
            continue;
        }
        rest = match markup(from_tag) {
            Markup::Tag(tag, after) => writer.tag(&tag, after),
            Markup::Nothing(after) => after,
            Markup::Text => {
                writer.less_than();
                from_tag.get(1..).unwrap_or_default()
            }
        };
    }
}

enum Markup<'h> {
    Tag(Tag<'h>, &'h str),
    /// A comment, declaration or processing instruction.
    Nothing(&'h str),
    /// A `<` that opens nothing.
    Text,
}

struct Tag<'h> {
    /// Lower-cased by comparison, not by copy.
    name: &'h str,
    attributes: &'h str,
    closing: bool,
}

impl Tag<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// What stands at a `<`.
fn markup(from: &str) -> Markup<'_> {
    let inside = from.get(1..).unwrap_or_default();
    if let Some(comment) = inside.strip_prefix("!--") {
        // A comment that never ends goes on to the end of the page, as in a browser.
        return Markup::Nothing(comment.split_once("-->").map_or("", |(_, after)| after));
    }
    if inside.starts_with(['!', '?']) {
        return Markup::Nothing(inside.split_once('>').map_or("", |(_, after)| after));
    }
    let (closing, named) = inside.strip_prefix('/').map_or((false, inside), |named| (true, named));
    let length = named.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-')).count();
    if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Markup::Text;
    }
    let (name, tail) = named.split_at(length);
    let end = html_attributes::end_of_tag(tail);
    let attributes = tail.get(..end).unwrap_or(tail);
    let after = tail.get(end + 1..).unwrap_or_default();
    Markup::Tag(Tag { name, attributes, closing }, after)
}

#[derive(Default)]
struct Writer {
    out: String,
    marks: Vec<Mark>,
    /// Per open `div` or `table`: the index of its mark, if it has one.
    open: Vec<Option<usize>>,
    quote_depth: usize,
    pre_depth: usize,
    at_line_start: bool,
    /// White space is owed before the next word.
    space: bool,
    blank_lines: usize,
    /// A page has one head; looking for the end of each of many would take quadratic time.
    seen_head: bool,
    /// An element with `display:none`: its name and how many of that name are open inside.
    hidden: Option<(String, usize)>,
}

impl Writer {
    /// Handles a tag and says where reading goes on.
    fn tag<'h>(&mut self, tag: &Tag<'h>, after: &'h str) -> &'h str {
        if let Some((name, depth)) = &mut self.hidden {
            if tag.is(name) {
                *depth = if tag.closing { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return after;
        }
        let mut name = [0u8; 10];
        let Some(name) = name.get_mut(..tag.name.len()) else { return after };
        name.copy_from_slice(tag.name.as_bytes());
        name.make_ascii_lowercase();
        match &*name {
            b"script" | b"style" | b"title" | b"template" | b"svg" | b"textarea" if !tag.closing => {
                return after_element(after, tag.name);
            }
            b"head" if !tag.closing && !self.seen_head => {
                self.seen_head = true;
                return after_head(after);
            }
            b"br" => self.line(),
            b"div" | b"table" | b"section" | b"article" => self.container(tag),
            b"blockquote" => self.blockquote(tag.closing),
            b"p" => self.paragraph(tag),
            b"li" if !tag.closing => {
                self.end_line();
                self.text("* ");
            }
            b"td" | b"th" => self.space = true,
            b"hr" => {
                self.end_line();
                // Outlook.com and Zimbra mark the rule above the earlier mail, and nothing else.
                if html_attributes::quote_container(tag.attributes) == Some(true) {
                    self.head();
                }
            }
            b"tr" | b"ul" | b"ol" | b"dl" | b"dt" | b"dd" | b"center" | b"form" | b"header" | b"footer" => {
                self.end_line();
            }
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => self.blank(),
            b"pre" => {
                self.end_line();
                self.pre_depth = if tag.closing { self.pre_depth.saturating_sub(1) } else { self.pre_depth + 1 };
            }
            // Outlook for Mac puts the earlier mail in a span.
            b"span" if tag.attributes.contains("OLK_SRC_BODY_SECTION") => {
                self.end_line();
                self.head();
            }
            b"span" | b"font" if !tag.closing && html_attributes::hides(tag.attributes) => {
                self.hidden = Some((tag.name.to_owned(), 1));
            }
            _ => {}
        }
        after
    }

    fn container(&mut self, tag: &Tag<'_>) {
        self.end_line();
        if tag.closing {
            if let Some(Some(mark)) = self.open.pop()
                && let Some(mark) = self.marks.get_mut(mark)
            {
                mark.end = self.out.len();
            }
            return;
        }
        if html_attributes::hides(tag.attributes) {
            self.hidden = Some((tag.name.to_owned(), 1));
            return;
        }
        let kind = html_attributes::quote_container(tag.attributes);
        if let Some(to_end) = kind {
            self.marks.push(Mark { start: self.out.len(), end: usize::MAX, to_end });
        }
        if self.open.len() < MOST_OPEN {
            self.open.push(kind.map(|_| self.marks.len() - 1));
        }
    }

    /// Marks the rest of the page as an earlier mail.
    fn head(&mut self) {
        self.marks.push(Mark { start: self.out.len(), end: usize::MAX, to_end: true });
    }

    fn blockquote(&mut self, closing: bool) {
        self.end_line();
        self.quote_depth = if closing { self.quote_depth.saturating_sub(1) } else { self.quote_depth + 1 };
    }

    fn paragraph(&mut self, tag: &Tag<'_>) {
        // Word writes every line as a paragraph without margins.
        if tag.closing || tag.attributes.contains("MsoNormal") {
            self.end_line();
        } else {
            self.blank();
        }
    }

    /// Takes the text in front of the next tag, and gives what is left. White space is folded.
    fn text<'h>(&mut self, html: &'h str) -> &'h str {
        if self.hidden.is_some() || self.pre_depth > 0 {
            let end = memchr::memchr(b'<', html.as_bytes()).unwrap_or(html.len());
            let (text, from_tag) = html.split_at_checked(end).unwrap_or((html, ""));
            if self.hidden.is_none() {
                self.preformatted(&entities::decode(text));
            }
            return from_tag;
        }
        let mut rest = html;
        loop {
            let (words, behind) = rest.split_at_checked(end_of_words(rest.as_bytes())).unwrap_or((rest, ""));
            if !words.is_empty() {
                self.word(words);
            }
            let after = |length: usize| behind.get(length..).unwrap_or_default();
            rest = match behind.as_bytes() {
                [] | [b'<', ..] => return behind,
                [b'&', ..] => match entities::first(behind) {
                    Some((c, after)) => {
                        self.char(c);
                        after
                    }
                    None => {
                        self.word("&");
                        after(1)
                    }
                },
                [0, ..] => {
                    self.word("\u{FFFD}");
                    after(1)
                }
                [0xc2, ..] => {
                    self.char(behind.chars().next().unwrap_or_default());
                    after(2)
                }
                _ => {
                    self.space = true;
                    behind.trim_ascii_start()
                }
            };
        }
    }

    /// A `<` that opens nothing.
    fn less_than(&mut self) {
        if self.hidden.is_none() {
            self.space &= self.pre_depth == 0;
            self.word("<");
        }
    }

    fn char(&mut self, c: char) {
        match c {
            '\u{a0}' => self.word(" "),
            c if is_space(c) => self.space = true,
            c => self.word(c.encode_utf8(&mut [0; 4])),
        }
    }

    fn preformatted(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.line();
            }
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                self.space = false;
                self.word(&line.replace('\u{a0}', " ").replace('\0', "\u{FFFD}"));
            }
        }
    }

    fn word(&mut self, word: &str) {
        if self.at_line_start {
            self.prefix();
            self.at_line_start = false;
            self.blank_lines = 0;
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push_str(word);
    }

    fn prefix(&mut self) {
        for _ in 0..self.quote_depth.min(DEEPEST_QUOTE) {
            self.out.push_str("> ");
        }
    }

    /// Ends the line, even an empty one.
    fn line(&mut self) {
        if self.at_line_start {
            self.blank_lines += 1;
            if self.blank_lines > 2 {
                return;
            }
            self.prefix();
        }
        while self.out.as_bytes().last() == Some(&b' ') {
            self.out.pop();
        }
        self.out.push('\n');
        self.at_line_start = true;
        self.space = false;
    }

    /// Ends the line unless nothing stands on it.
    fn end_line(&mut self) {
        if !self.at_line_start {
            self.line();
        }
        self.space = false;
    }

    /// Ends the line and leaves one blank below.
    fn blank(&mut self) {
        self.end_line();
        if self.blank_lines == 0 && !self.out.is_empty() {
            self.line();
        }
    }

    fn finish(mut self) -> Page {
        self.end_line();
        let end = self.out.len();
        for mark in &mut self.marks {
            mark.end = if mark.to_end { end } else { mark.end.min(end) };
        }
        Page { text: self.out, marks: self.marks }
    }
}

/// The bytes that go into the text as they stand there: no white space, tag, reference or NUL, and not what a no-break
/// space begins with.
static PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut others: &[u8] = b" \t\n\r\x0c<&\0\xc2";
    while let [other, rest @ ..] = others {
        #[expect(clippy::indexing_slicing, reason = "computed while building")]
        {
            plain[*other as usize] = false;
        }
        others = rest;
    }
    plain
};

/// Where words with single spaces between them end, which are nearly all.
fn end_of_words(text: &[u8]) -> usize {
    let is_plain = |b: &u8| PLAIN.get(usize::from(*b)) == Some(&true);
    let mut end = 0;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        end += rest.iter().position(|b| !is_plain(b)).unwrap_or(rest.len());
        match text.get(end..) {
            Some([b' ', next, ..]) if end > 0 && is_plain(next) => end += 1,
            _ => return end,
        }
    }
}

/// The white space of HTML.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// What follows `</name …>`; nothing when it never comes.
fn after_element<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("</") {
        if after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

/// A head ends at its end tag or, where that is missing, at the body.
fn after_head(html: &str) -> &str {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let from = rest.get(open..).unwrap_or_default();
        let is = |tag: &str| from.get(..tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag));
        if is("</head") {
            return from.split_once('>').map_or("", |(_, after)| after);
        }
        if is("<body") {
            return from;
        }
        rest = from.get(1..).unwrap_or_default();
    }
    html
}

#[cfg(test)]
mod tests {
    use super::to_text;

    fn text(html: &str) -> String {
        to_text(html).text
    }

    #[test]
    fn what_a_reader_does_not_see_is_left_out() {
        let page = "<head><title>t</title><style>p{}</style></head><body>a<!-- b --><script>c('</p>')</script>\
                    <span style='display: none'>d<span>e</span></span><p>f &amp; g&nbsp;h &#8364;&#x41;</p></body>";
        assert_eq!(text(page), "a\n\nf & g h €A\n");
    }

    #[test]
    fn blockquotes_become_quoted_lines() {
        assert_eq!(
            text("new<blockquote>one<blockquote>two</blockquote></blockquote>end"),
            "new\n> one\n> > two\nend\n"
        );
    }

    #[test]
    fn blocks_end_lines_and_white_space_is_folded() {
        assert_eq!(
            text("<div>a\n  b</div><div><br></div><div>c<br>d</div><pre>e  f\ng</pre>"),
            "a b\n\nc\nd\ne  f\ng\n"
        );
    }

    #[test]
    fn containers_of_earlier_mail_are_marked() {
        let page = to_text("<div>new</div><div class='x gmail_quote'>old</div><div>more</div>");
        let marked: Vec<_> = page.marks.iter().map(|m| page.text.get(m.start..m.end).unwrap_or_default()).collect();
        assert_eq!(marked, ["old\n"]);
        let page = to_text("new<hr><div id=\"divRplyFwdMsg\">head</div><div>old</div>");
        let marked: Vec<_> = page.marks.iter().map(|m| page.text.get(m.start..m.end).unwrap_or_default()).collect();
        assert_eq!(marked, ["head\nold\n"]);
    }
}
