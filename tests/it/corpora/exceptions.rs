//! Labels that contradict what we mean: kind, file, why. Not for what we cannot do yet.

pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "auto",
        "discourse-auto/auto_generated_header.eml",
        "auto-generated alone is a form or an alarm: a new conversation",
    ),
    ("auto", "redmine/derived/auto-3.eml", "auto-generated alone is a form or an alarm: a new conversation"),
    ("auto", "discourse-auto/auto_generated_precedence.eml", "Precedence: list alone is list mail"),
    ("body", "redmine/invalid_utf8.eml", "a byte that is no character is shown as U+FFFD, not as a question mark"),
    ("thread", "redmine/message_reply_by_subject.eml", "an equal subject never joins"),
    (
        "reply_text",
        "discourse-reply-trimmer/embedded_email_16.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/embedded_email_16.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "reply_text",
        "discourse-reply-trimmer/embedded_email_17.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/embedded_email_17.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "reply_text",
        "discourse-reply-trimmer/quote_and_text.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/quote_and_text.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "reply_text",
        "discourse-reply-trimmer/quote_only.txt",
        "nothing is new in a mail that is all quote: upstream shows the quote",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/quote_only.txt",
        "nothing is new in a mail that is all quote: upstream shows the quote",
    ),
    (
        "reply_text",
        "discourse-reply-trimmer/forwarded_message.txt",
        "what a forward carries was not written by the forwarder: upstream shows it where there is no comment",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/forwarded_message.txt",
        "what a forward carries was not written by the forwarder: upstream shows it where there is no comment",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/embedded_email_1.txt",
        "upstream writes the quote's marks (`Richard>`, `|`, `C>`) anew as `>`",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/embedded_email_4.txt",
        "upstream writes the quote's marks (`Richard>`, `|`, `C>`) anew as `>`",
    ),
    (
        "elided_text",
        "discourse-reply-trimmer/embedded_email_7.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "reply_text",
        "discourse-reply-trimmer/embedded_email_7.txt",
        "upstream shows quoted lines again where an answer stands below them: with us the halves stay apart",
    ),
    (
        "text_before_embedded",
        "discourse-reply-trimmer/embedded_email_10.txt",
        "upstream leaves the phone's line and the quote above the embedded mail there: neither is the reply",
    ),
    (
        "embedded_message",
        "discourse-reply-trimmer/forwarded_apple.txt",
        "upstream takes the quote's marks off: the text keeps them, the forwarded mail's body does not",
    ),
];
