//! Labels that contradict what we mean: kind, file, why. Not for what we cannot do yet.

pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "auto",
        "discourse-auto/auto_generated_header.eml",
        "auto-generated alone is a form or an alarm: a new conversation",
    ),
    ("auto", "redmine/derived/auto-3.eml", "auto-generated alone is a form or an alarm: a new conversation"),
    ("auto", "discourse-auto/auto_generated_precedence.eml", "Precedence: list alone is list mail"),
    ("thread", "redmine/message_reply_by_subject.eml", "an equal subject never joins"),
];
