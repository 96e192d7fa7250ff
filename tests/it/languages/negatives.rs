//! What looks like a quote, a forward or a signature and is none.

use ticketd::parse;

use super::mail;

/// Texts that are new from end to end.
const ALL_NEW: &[&str] = &[
    "On Monday John wrote:\nthe lamp is broken. I did not believe him.\n\nNow I do.",
    "As you wrote on 4 March:\nyou will send a new one. Where is it?",
    "On 3 March 2025 your colleague wrote:\n\nI will call you tomorrow.\n\nNobody called.",
    "Am Montag hat mein Nachbar geschrieben:\nDie Lampe brennt.\nDas stimmt nicht.",
    "Som jag beskrev 2025-03-04:\nlampan är trasig.",
    "I get this:\n$ ls\n> total 4\nand then nothing.",
    "I typed\n>>> import lamp\nTraceback (most recent call last):\n>>> lamp.on()\nFalse",
    "3c3\n< old lamp\n---\n> new lamp\nis what the comparison prints.",
    "We travel as follows.\n\nFrom: Utrecht\nTo: Paris\nDate: 4 March 2025\n\nCan you book it?",
    "Order data\n\nName: Cleo\nOrder No: 12\nDate: 2025-03-04\nSubject: lamp\n\nThank you",
    "2025-03-04 10:00:00 start\n2025-03-04 10:00:01 ann@example.org logged in\n2025-03-04 10:00:02 error:\nlamp is off\n\nWhat does it mean?",
    "Mar  4 10:00:00 mx postfix/smtp[12]: A1: to=<ann@example.org>, relay=mx.example.org, status=bounced\nMar  4 10:00:01 mx postfix/qmgr[1]: A1: removed\n\nPlease look.",
    "fn main() {\n    let lamp: Lamp = Lamp::new();\n    match lamp {\n        _ => println!(\"{}\", lamp),\n    }\n}",
    "diff --git a/lamp b/lamp\n--- a/lamp\n+++ b/lamp\n@@ -1 +1 @@\n-off\n+on\n\nDoes it help?",
    "Please add these people:\n\nAnn Lee <ann@example.org>\nBea Ray <bea@example.org>\nCas Poe <cas@example.org>",
    "Contacts:\nann@example.org:\nleads the project\nbea@example.org:\ndoes the rest",
    "Sent from the warehouse on Monday, says the label.\nIs it lost?",
    "The parcel was\nsent with DHL.",
    "My question:\nOutlook for Windows crashes",
    "Meine Frage:\nOutlook für Android startet nicht",
    "Sipariş dün gönderildi",
    "Lähetetty paketti ei ole tullut.",
    "Note:\nFrom now on we are closed.\nTo reach us: call.",
    "Kind regards,\nCleo Customer\nExample Ltd",
    "Mit freundlichen Grüßen\nCleo",
    "1) lamp --- broken\n2) bulb --- missing\n--- end of list",
    "The message begins so:\n---------- broken ----------\nand ends there.",
    "Subject: lamp\nDate: soon\nThat is all I know.",
    "| lamp | price |\n|------|-------|\n| red  | 10:00 |",
    "Meeting 04.03.2025, 10:00, room 2:\nAnn, Bea, Cas",
    "a > b\nand b > c",
    "-> first step\n=> second step",
    "I typed this:\n\n>>> lamp.on() >>>\n\nIt prints nothing.",
    "------ Original ------\nis the name of the lamp.",
    "My details:\nMia Lang\n<mia@example.org>\n\nPlease note it.",
    "if a <b@example.org\n> then it fails.\n\nMia",
    "It says: A> B.\nA> B is what I want.",
    "##- Please type your reply above this line -##\n\nYour request 12 was solved.",
    "Ann\n\nsaid to Bob <bob@example.org>\nthat it comes at 10:00:\nfine by me.",
];

#[test]
fn ordinary_text_stays_new_from_end_to_end() {
    let mut wrong = Vec::new();
    for text in ALL_NEW {
        let facts = parse::read(mail("Lamp", "text/plain", "", text).as_bytes());
        if facts.body.reply() != *text || facts.forwarded.is_some() {
            wrong.push(format!("{text}\n--- was read as\n{}\n--- forwarded {:?}", facts.body.reply(), facts.forwarded));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n=====\n"));
}
