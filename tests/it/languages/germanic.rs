//! English, Dutch, German, Swedish, Danish, Norwegian.

use super::Language;

pub const LANGUAGES: &[Language] = &[
    Language {
        code: "en",
        author: "Ann Lee",
        reply: "Thank you, the parcel has arrived.\nOne lamp is broken: can you send another?",
        original: "Your parcel is on its way.\n\nPlease check it when it arrives.",
        subject: "Parcel 1234",
        attributions: &[
            "On Tue, Mar 4, 2025 at 10:00 AM {n} <{a}> wrote:",     // Gmail
            "On Tue, 4 Mar 2025, 10:00 {n}, <{a}> wrote:",          // Gmail on Android
            "On 4 Mar 2025, at 10:00, {n} <{a}> wrote:",            // Apple Mail
            "On Mar 4, 2025, at 10:00\u{202f}AM, {n} <{a}> wrote:", // iPhone
            "On 3/4/25 10:00 AM, {n} wrote:",                       // Thunderbird
            "On Tuesday, March 4, 2025 at 10:00:00 AM GMT+1, {n} <{a}> wrote:", // Yahoo
            "On Tuesday, March 4th, 2025 at 10:00 AM, {n} <{a}> wrote:", // Proton
            "Mar 4, 2025, 10:00 by {a}:",                           // Tuta
            "On Tue, Mar 4, 2025, at 10:00 AM, {n} wrote:",         // Fastmail
            "On 2025-03-04 10:00, {n} wrote:",                      // Roundcube
            "Quoting {n} <{a}>:",                                   // Horde
            "On Tue, 2025-03-04 at 10:00 +0100, {n} wrote:",        // Evolution
            "On Tuesday, 4 March 2025 10:00:00 CET {n} wrote:",     // KMail
            "On Tue, Mar 04, 2025 at 10:00:00AM +0100, {n} wrote:", // mutt
            "On 4 Mar 2025, 10:00 +0100, {n} <{a}>, wrote:",        // Spark
            "On Tue, Mar 04, 2025 at 10:00 AM, {n} <{a}> wrote:",   // Superhuman
            "On 04/03/2025 10:00:00, {n} <{a}> wrote:",             // Mailbird
            "On March 4, 2025 at 10:00 GMT, {n} <{a}> wrote:",      // Front
            "On March 4, 2025, {n} <{a}> wrote:",                   // HEY
            "On 4 March 2025 10:00:00 CET, {n} <{a}> wrote:",       // K-9, FairEmail
            "At 10:00 AM 3/4/2025, {n} wrote:",                     // Eudora
            "At 2025-03-04 10:00:00, \"{n}\" <{a}> wrote:",         // 163
            "Tuesday, March 4, 2025, 10:00:00 AM, you wrote:",      // The Bat!
            "{n} <{a}> writes:",                                    // Gnus
            "---- On Tue, 04 Mar 2025 10:00:00 +0100 {n} <{a}> wrote ---", // Zoho
        ],
        labels: ["From", "Sent", "To", "Cc", "Subject"],
        apple: ("Begin forwarded message:", ["From", "Date", "To", "Subject"]),
        original_lines: &["Original Message", "Original message"],
        forward_lines: &["Forwarded message", "Forwarded Message", "Forwarded message follows"],
        date: "Tuesday, March 4, 2025 10:00 AM",
        phones: &["Sent from my iPhone", "Get Outlook for iOS<https://aka.ms/x>", "Sent from Proton Mail for Android"],
        prefixes: ("Re", "Fwd"),
    },
    Language {
        code: "nl",
        author: "Jan de Vries",
        reply: "Bedankt, het pakket is aangekomen.\nEr is één lamp stuk: kunt u een nieuwe sturen?",
        original: "Uw pakket is onderweg.\n\nControleer het bij ontvangst.",
        subject: "Pakket 1234",
        attributions: &[
            "Op di 4 mrt 2025 om 10:00 schreef {n} <{a}>:",                    // Gmail
            "Op 4 mrt 2025 om 10:00 heeft {n} <{a}> het volgende geschreven:", // Apple Mail
            "Op 4 mrt. 2025 om 10:00 heeft {n} <{a}> het volgende geschreven:", // iPhone
            "Op 04-03-2025 om 10:00 schreef {n}:",                             // Thunderbird
            "Op dinsdag 4 maart 2025 om 10:00:00 CET schreef {n} <{a}>:",      // Yahoo
            "Op dinsdag 4 maart 2025 10:00:00 CET schreef {n}:",               // KMail
            "{n} schreef op 2025-03-04 10:00:",                                // Roundcube
            "Citeren {n} <{a}>:",                                              // Horde
            "Op 4 maart 2025 10:00:00 CET schreef {n} <{a}>:",                 // K-9
            "Op di 4 mrt. 2025 10:00 schreef {n} <{a}>:",                      // Gmail on Android
        ],
        labels: ["Van", "Verzonden", "Aan", "CC", "Onderwerp"],
        apple: ("Begin doorgestuurd bericht:", ["Van", "Datum", "Aan", "Onderwerp"]),
        original_lines: &["Oorspronkelijk bericht", "Oorspronkelijk Bericht"],
        forward_lines: &["Doorgestuurd bericht", "Forwarded message"],
        date: "dinsdag 4 maart 2025 10:00",
        phones: &["Verstuurd vanaf mijn iPhone", "Outlook voor iOS downloaden<https://aka.ms/x>"],
        prefixes: ("Antw", "Doorst"),
    },
    Language {
        code: "de",
        author: "Jörg Müller",
        reply: "Danke, das Paket ist da.\nEine Lampe ist kaputt: Schicken Sie bitte eine neue?",
        original: "Ihr Paket ist unterwegs.\n\nBitte prüfen Sie es bei der Ankunft.",
        subject: "Paket 1234",
        attributions: &[
            "Am Di., 4. März 2025 um 10:00 Uhr schrieb {n} <{a}>:", // Gmail
            "{n} <{a}> schrieb am Di., 4. März 2025 um 10:00 Uhr:", // Gmail, Inbox
            "Am 04.03.2025 um 10:00 schrieb {n} <{a}>:",            // Apple Mail
            "Am 04.03.25 um 10:00 schrieb {n}:",                    // Thunderbird
            "Am Dienstag, 4. März 2025 um 10:00:00 MEZ hat {n} <{a}> Folgendes geschrieben:", // Yahoo
            "{n} <{a}> hat am 04.03.2025 10:00 CET geschrieben:",   // Open-Xchange
            "Am 2025-03-04 10:00, schrieb {n}:",                    // Roundcube
            "Zitat von {n} <{a}>:",                                 // Horde
            "Am Dienstag, dem 04.03.2025 um 10:00 +0100 schrieb {n}:", // Evolution
            "Am Dienstag, 4. März 2025, 10:00:00 CET schrieb {n}:", // KMail
            "4. März 2025, 10:00 von {a}:",                         // Tuta
            "Am 4. März 2025 10:00:00 MEZ schrieb {n} <{a}>:",      // K-9
        ],
        labels: ["Von", "Gesendet", "An", "Cc", "Betreff"],
        apple: ("Anfang der weitergeleiteten Nachricht:", ["Von", "Datum", "An", "Betreff"]),
        original_lines: &["Ursprüngliche Nachricht", "Originalnachricht", "Original-Nachricht"],
        forward_lines: &["Weitergeleitete Nachricht", "Forwarded message"],
        date: "Dienstag, 4. März 2025 10:00",
        phones: &[
            "Von meinem iPhone gesendet",
            "Gesendet von Outlook für Android<https://aka.ms/x>",
            "Gesendet mit der GMX Mail App",
        ],
        prefixes: ("AW", "WG"),
    },
    Language {
        code: "sv",
        author: "Åsa Öberg",
        reply: "Tack, paketet har kommit.\nEn lampa är trasig: kan ni skicka en ny?",
        original: "Ditt paket är på väg.\n\nKontrollera det när det kommer.",
        subject: "Paket 1234",
        attributions: &[
            "Den tis 4 mars 2025 kl 10:00 skrev {n} <{a}>:",        // Gmail
            "4 mars 2025 kl. 10:00 skrev {n} <{a}>:",               // Apple Mail
            "Den 2025-03-04 kl. 10:00, skrev {n}:",                 // Thunderbird
            "Den tisdag 4 mars 2025 10:00:00 CET skrev {n} <{a}>:", // Yahoo
            "{n} skrev den 2025-03-04 10:00:",                      // Roundcube
            "På tis, 2025-03-04 kl. 10:00 +0100 skrev {n}:",        // Evolution
        ],
        labels: ["Från", "Skickat", "Till", "Kopia", "Ämne"],
        apple: ("Vidarebefordrat brev:", ["Från", "Datum", "Till", "Ämne"]),
        original_lines: &["Ursprungligt meddelande", "Originalmeddelande"],
        forward_lines: &["Vidarebefordrat meddelande", "Forwarded message"],
        date: "den 4 mars 2025 10:00",
        phones: &["Skickat från min iPhone", "Hämta Outlook för iOS<https://aka.ms/x>"],
        prefixes: ("SV", "VB"),
    },
    Language {
        code: "da",
        author: "Jørgen Sørensen",
        reply: "Tak, pakken er kommet.\nEn lampe er i stykker: kan I sende en ny?",
        original: "Din pakke er på vej.\n\nTjek den, når den kommer.",
        subject: "Pakke 1234",
        attributions: &[
            "Den tirs. 4. mar. 2025 kl. 10.00 skrev {n} <{a}>:", // Gmail
            "Den 4. mar. 2025 kl. 10.00 skrev {n} <{a}>:",       // Apple Mail
            "Den 04.03.2025 kl. 10.00 skrev {n}:",               // Thunderbird
            "Den tirsdag den 4. marts 2025 10.00.00 CET skrev {n} <{a}>:", // Yahoo
            "{n} skrev den 2025-03-04 10:00:",                   // Roundcube
        ],
        labels: ["Fra", "Sendt", "Til", "Cc", "Emne"],
        apple: ("Start på videresendt besked:", ["Fra", "Dato", "Til", "Emne"]),
        original_lines: &["Oprindelig meddelelse"],
        forward_lines: &["Videresendt meddelelse", "Forwarded message"],
        date: "4. marts 2025 10:00",
        phones: &["Sendt fra min iPhone", "Hent Outlook til iOS<https://aka.ms/x>"],
        prefixes: ("SV", "VS"),
    },
    Language {
        code: "no",
        author: "Ola Nordmann",
        reply: "Takk, pakken har kommet.\nEn lampe er ødelagt: kan dere sende en ny?",
        original: "Pakken din er på vei.\n\nSjekk den når den kommer.",
        subject: "Pakke 1234",
        attributions: &[
            "tir. 4. mar. 2025 kl. 10:00 skrev {n} <{a}>:",       // Gmail
            "4. mar. 2025 kl. 10:00 skrev {n} <{a}>:",            // Apple Mail
            "Den 04.03.2025 10:00, skrev {n}:",                   // Thunderbird
            "{n} skrev 04.03.2025 10:00:",                        // Thunderbird
            "tirsdag 4. mars 2025 10:00:00 CET skrev {n} <{a}>:", // Yahoo
        ],
        labels: ["Fra", "Sendt", "Til", "Kopi", "Emne"],
        apple: ("Videresendt melding:", ["Fra", "Dato", "Til", "Emne"]),
        original_lines: &["Opprinnelig melding"],
        forward_lines: &["Videresendt melding", "Forwarded message"],
        date: "tirsdag 4. mars 2025 10:00",
        phones: &["Sendt fra min iPhone", "Få Outlook for iOS<https://aka.ms/x>"],
        prefixes: ("SV", "VS"),
    },
];
