//! What one mail says by itself: the result of reading its bytes, without any context.
//!
//! Facts are made by `parse` and by nothing else. They hold no decision: "this In-Reply-To stands there" is a fact,
//! "this is a customer's reply" is not. Facts are not stored; they are read again from the raw bytes whenever needed,
//! apart from the verdicts on token claims, which are journaled with the arrival (keys may be gone later).

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::{ContentDigest, EmailAddress, HeaderFields, SendReference, Timestamp};

/// Version of the reading rules. Raised whenever the same bytes may give other facts; journaled with each arrival.
pub const FACTS_VERSION: u16 = 2;

/// Everything the program knows about a mail from its bytes alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Size of the raw message in bytes.
    pub size: u64,
    /// Message-ID without angle brackets, as written (RFC 5322 3.6.4). `None` when absent or empty.
    pub message_id: Option<String>,
    /// In-Reply-To ids without angle brackets, in order.
    pub in_reply_to: Vec<String>,
    /// References ids without angle brackets, in order of the header: the newest is last. At most the newest 100.
    pub references: Vec<String>,
    /// Date header. `None` when absent or unreadable.
    pub date: Option<Timestamp>,
    /// Date of the topmost Received header: when the mail reached its last server.
    pub received: Option<Timestamp>,
    /// From, in order; several are allowed by RFC 5322 3.6.2, the first is the author for us.
    pub from: Vec<Participant>,
    /// Sender, where it differs in meaning from From.
    pub sender: Option<Participant>,
    pub to: Vec<Participant>,
    pub cc: Vec<Participant>,
    pub bcc: Vec<Participant>,
    pub reply_to: Vec<Participant>,
    /// Delivered-To, X-Original-To, Envelope-To and the like: whom the envelope named, as far as the server wrote it down.
    pub delivered_to: Vec<EmailAddress>,
    /// Return-Path: `Some(None)` is the null return path `<>` (RFC 5321 4.5.5), `None` means no such header.
    pub return_path: Option<Option<EmailAddress>>,
    pub subject: Subject,
    pub body: Body,
    /// The forwarded message that is the outermost new content of this mail, if there is one.
    pub forwarded: Option<Forwarded>,
    /// A delivery report, read receipt or abuse report.
    pub report: Option<Report>,
    /// Signs of automatic mail, each named.
    pub automatic: Vec<AutomaticSign>,
    /// Signs of list or bulk mail: List-Id, List-Unsubscribe, Precedence: list or bulk.
    pub list: bool,
    /// X-Spam-Flag: YES and its relatives.
    pub spam: bool,
    /// First 22 bytes of Outlook's Thread-Index (the conversation's root), base64 decoded.
    pub thread_index: Option<[u8; 22]>,
    /// `[PREFIX-123]` tags of the subject, in order.
    pub subject_tags: Vec<SubjectTag>,
    /// Tokens that look like ours, from anywhere in the mail; `verdict` is set by the key holder, not by `parse`.
    pub tokens: Vec<TokenClaim>,
    /// Authentication-Results (RFC 8601) in order from the top, those below a foreign hop left in: `classify` judges.
    pub authentication: Vec<AuthenticationResults>,
    pub attachments: Vec<Attachment>,
    /// All X- and other header fields that an operator's ignore rule may name: lower-cased name, unfolded value.
    pub headers: HeaderFields,
    /// Digest of From, To, Cc, Date, Subject and the decoded leaf parts: trace headers do not matter.
    pub digest: ContentDigest,
    /// What was wrong with the mail, none of it fatal.
    pub defects: Vec<Defect>,
}

impl Facts {
    /// The author: the first From address (RFC 5322 3.6.2); identity is From, never Reply-To.
    pub fn author(&self) -> Option<&Participant> {
        self.from.first()
    }

    /// Every address in From, To and Cc.
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.from.iter().chain(&self.to).chain(&self.cc)
    }

    /// Whether the mail carries any sign of having been made by a machine.
    pub fn is_automatic(&self) -> bool {
        !self.automatic.is_empty() || self.report.is_some() || self.return_path == Some(None)
    }

    /// The token claims standing at `place`, in order of the mail.
    pub fn tokens_at(&self, place: TokenPlace) -> impl Iterator<Item = &TokenClaim> {
        self.tokens.iter().filter(move |claim| claim.place == place)
    }
}

/// A display name and an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Participant {
    /// Display name, decoded; empty when absent.
    pub name: String,
    pub address: EmailAddress,
}

impl Participant {
    /// `Name <address>` or an address, as people write it on a command line.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, address) = match text.split_once('<') {
            Some((name, address)) => (name.trim().trim_matches('"').to_owned(), address),
            None => (String::new(), text),
        };
        Some(Participant { name, address: EmailAddress::parse(address)? })
    }
}

/// The subject and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// Decoded, white space folded to single spaces.
    pub text: String,
    /// Without prefixes (`Re:`, `Fwd:`, `AW:` …), subject tags and outer `[list]` labels, for comparing and showing.
    pub base: String,
    /// What the prefixes mean, outermost first.
    pub prefixes: Vec<SubjectPrefix>,
}

impl Subject {
    /// The outermost prefix.
    pub fn outermost(&self) -> Option<SubjectPrefix> {
        self.prefixes.first().copied()
    }
}

text_enum! {
    /// The meaning of a subject prefix.
    SubjectPrefix {
        Reply = "reply",
        Forward = "forward",
        /// Written so by some clients for replies and by others for forwards (`VS`, `R`, `I`): never evidence alone.
        Ambiguous = "ambiguous",
        /// `Automatic reply:`, `Abwesend:` and the like.
        Automatic = "automatic",
    }
}

/// `[PREFIX-123]`, or `[#123]` with an empty prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectTag {
    /// Upper-cased; `"#"` for `[#123]`.
    pub prefix: String,
    pub number: i64,
}

/// The text of a mail, split into what is new and what is quoted. LF line ends, no NUL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// The whole text as a reader would see it (from HTML where there is no plain part).
    pub text: String,
    /// Byte spans of `text` that are newly written, in order.
    pub new_spans: Vec<(usize, usize)>,
    /// Byte spans of `text` that are quoted from an earlier mail (attribution lines included), in order.
    pub quoted_spans: Vec<(usize, usize)>,
    /// Byte span of the signature, if one was found.
    pub signature: Option<(usize, usize)>,
    /// True when `text` was made from HTML.
    pub from_html: bool,
}

impl Body {
    /// The newly written text without quote and signature, trimmed; the inline answers between quotes are joined.
    pub fn reply(&self) -> String {
        self.join(&self.new_spans)
    }

    /// The quoted text, trimmed.
    pub fn quoted(&self) -> String {
        self.join(&self.quoted_spans)
    }

    /// Whether anything is quoted at all.
    pub fn has_quote(&self) -> bool {
        !self.quoted_spans.is_empty()
    }

    fn join(&self, spans: &[(usize, usize)]) -> String {
        let mut out = String::new();
        for &(from, to) in spans {
            out.push_str(self.text.get(from..to).unwrap_or_default());
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
        out.trim().to_owned()
    }
}

/// A forwarded message found inside a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forwarded {
    pub mark: ForwardMark,
    /// The original's author. Empty when the block names none.
    pub from: Vec<Participant>,
    /// Name without an address, as some clients write it.
    pub from_name: String,
    /// To and Cc as written (often names only).
    pub to: String,
    pub cc: String,
    /// As written by the client.
    pub date: String,
    pub subject: String,
    pub body: String,
    /// What the forwarder wrote above it, trimmed.
    pub comment: String,
}

text_enum! {
    /// How a forwarded message was recognised.
    #[derive(Default)]
    ForwardMark {
        /// An unmistakable line of a client: `---------- Forwarded message ---------` and its relatives.
        #[default]
        Line = "line",
        /// An Outlook-style block of From, Sent, To, Subject: needs a forward prefix, or neither reply prefix nor In-Reply-To.
        HeaderBlock = "header_block",
        /// A message/rfc822 part: needs the same.
        Attached = "attached",
    }
}

/// A machine's report about an earlier mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub kind: ReportKind,
    /// For `Dsn` and `Bounce`: how it ended for the worst recipient.
    pub class: BounceClass,
    /// Enhanced status code of the worst recipient (RFC 3463), e.g. `5.1.1`; empty when unknown.
    pub status: String,
    pub recipients: Vec<ReportedRecipient>,
    /// Message-ID of the mail that the report is about, without angle brackets.
    pub original_message_id: Option<String>,
    /// Tokens of ours found in the returned original's headers.
    pub original_token: Option<TokenClaim>,
}

text_enum! {
    /// What sort of report it is.
    ReportKind {
        /// multipart/report with message/delivery-status (RFC 3464).
        Dsn = "dsn",
        /// A bounce in free form: qmail, Exim, Exchange 5.5 and many others.
        Bounce = "bounce",
        /// A read receipt: message/disposition-notification (RFC 8098).
        Mdn = "mdn",
        /// An abuse report: message/feedback-report (RFC 5965).
        Abuse = "abuse",
    }
}

text_enum! {
    /// What a delivery report means for a recipient.
    BounceClass {
        /// Permanent failure (5.x.x).
        Hard = "hard",
        /// Delayed, or a temporary failure (4.x.x).
        Soft = "soft",
        /// Delivered, relayed, expanded: nothing is wrong.
        None = "none",
    }
}

/// One recipient of a delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedRecipient {
    pub address: EmailAddress,
    pub class: BounceClass,
    /// Enhanced status code (RFC 3463); empty when unknown.
    pub status: String,
}

text_enum! {
    /// One sign that a machine wrote the mail. The header rules are of RFC 3834 5 and of the systems' manuals.
    AutomaticSign {
        /// Auto-Submitted: auto-replied (RFC 3834 5).
        AutoReplied = "auto_replied",
        /// Auto-Submitted: auto-generated.
        AutoGenerated = "auto_generated",
        /// Any other value of Auto-Submitted but `no`.
        AutoOther = "auto_other",
        /// A vacation header: X-Autoreply, X-Autorespond, X-Autoresponse, X-Vacation, Precedence: auto_reply,
        /// X-Auto-Response-Suppress together with Auto-Submitted, X-POST-MessageClass: 9; Autoresponder, …
        VacationHeader = "vacation_header",
        /// The subject begins as an automatic answer does.
        Subject = "subject",
        /// The text begins as an out-of-office message does; counts only beside another sign.
        Wording = "wording",
        /// Feedback-ID, X-Mailgun-Sid and the like: sent by a program for a person; no answer to anything.
        Programmatic = "programmatic",
    }
}

/// Something in a mail that looks like one of our signed tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaim {
    pub place: TokenPlace,
    /// The whole token as it stood there, lower-cased: `td1-…`.
    pub token: String,
    pub verdict: TokenVerdict,
}

impl TokenClaim {
    /// The send that the token names, whether or not its signature holds.
    pub fn reference(&self) -> Option<SendReference> {
        SendReference::from_base32(self.token.split_once('-')?.1)
    }
}

text_enum! {
    /// Where a token stood.
    TokenPlace {
        /// The mail's own Message-ID.
        MessageId = "message_id",
        /// The mail's own token header.
        Header = "header",
        InReplyTo = "in_reply_to",
        References = "references",
        /// After the `+` of a To, Cc or Delivered-To address.
        PlusAddress = "plus_address",
        /// `ref:td1-…` in the text.
        Body = "body",
    }
}

text_enum! {
    /// Whether a token's signature is ours.
    TokenVerdict {
        /// Not looked at yet.
        Unchecked = "unchecked",
        Verified = "verified",
        /// The key is ours and the signature is not.
        Forged = "forged",
        /// Signed with a key that we do not have.
        UnknownKey = "unknown_key",
    }
}

/// One Authentication-Results header field (RFC 8601 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// Lower-cased authserv-id; `protection.outlook.com` for Exchange Online, which writes none.
    pub authserv_id: String,
    /// (method, result, the property's value if one was given), lower-cased: ("dkim", "pass", "example.org").
    pub results: Vec<(String, String, String)>,
    /// The servers of the Received fields between the Authentication-Results above, or the top, and this one: who had the
    /// mail after whoever wrote this.
    pub received_by: Vec<String>,
}

/// A part that is no text of the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Decoded file name; written by the sender, never a path. Empty when absent.
    pub name: String,
    pub content_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    pub inline: bool,
}

text_enum! {
    /// What was wrong with a mail. None of these keeps it from being processed.
    Defect {
        /// Nothing in the bytes is a header field.
        NoHeaders = "no_headers",
        NoMessageId = "no_message_id",
        NoFrom = "no_from",
        SeveralFrom = "several_from",
        NoDate = "no_date",
        /// The Date is more than a day later than the topmost Received.
        DateInFuture = "date_in_future",
        MalformedId = "malformed_id",
        /// An encoded word, charset or transfer encoding could not be read as labelled: a guess or replacement characters
        /// stand there.
        Undecodable = "undecodable",
        /// NUL bytes were replaced.
        Nul = "nul",
        /// More parts, nesting, ids or addresses than we read; the rest was left out.
        Truncated = "truncated",
        /// Over the size limit: classified from its headers.
        BodyNotStored = "body_not_stored",
    }
}
