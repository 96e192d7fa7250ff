//! Finnish, Estonian, Hungarian, Turkish, Greek, Hebrew, Arabic, Persian.

use super::Language;

pub const LANGUAGES: &[Language] = &[
    Language {
        code: "fi",
        author: "Matti Mäkinen",
        reply: "Kiitos, paketti on saapunut.\nYksi lamppu on rikki: voitteko lähettää uuden?",
        original: "Pakettinne on matkalla.\n\nTarkistakaa se saapuessa.",
        subject: "Paketti 1234",
        attributions: &[
            "ti 4. maalisk. 2025 klo 10.00 {n} ({a}) kirjoitti:", // Gmail
            "{n} <{a}> kirjoitti 4.3.2025 kello 10.00:",          // Apple Mail
            "{n} kirjoitti 4.3.2025 klo 10.00:",                  // Thunderbird
            "tiistai 4. maaliskuuta 2025 klo 10.00.00 UTC+2 {n} <{a}> kirjoitti:", // Yahoo
        ],
        labels: ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Kopio", "Aihe"],
        apple: ("Välitetty viesti alkaa:", ["Lähettäjä", "Päivämäärä", "Vastaanottaja", "Aihe"]),
        original_lines: &["Alkuperäinen viesti"],
        forward_lines: &["Välitetty viesti", "Edelleenlähetetty viesti", "Forwarded message"],
        date: "tiistai 4. maaliskuuta 2025 10.00",
        phones: &["Lähetetty iPhonesta", "Hanki Outlook iOS:lle<https://aka.ms/x>"],
        prefixes: ("VS", "VL"),
    },
    Language {
        code: "et",
        author: "Jüri Õunapuu",
        reply: "Aitäh, pakk jõudis kohale.\nÜks lamp on katki: kas saate uue saata?",
        original: "Teie pakk on teel.\n\nKontrollige seda saabumisel.",
        subject: "Pakk 1234",
        attributions: &[
            "Kuupäev: T, 4. märts 2025 kell 10:00, kasutaja {n} <{a}> kirjutas:", // Gmail
            "{n} kirjutas 04.03.2025 kell 10:00:",                                // Thunderbird
        ],
        labels: ["Saatja", "Saadetud", "Adressaat", "Koopia", "Teema"],
        apple: ("Begin forwarded message:", ["Saatja", "Kuupäev", "Saaja", "Teema"]),
        original_lines: &["Algne kiri"],
        forward_lines: &["Edastatud kiri", "Forwarded message"],
        date: "teisipäev, 4. märts 2025 10:00",
        phones: &["Saadetud minu iPhone'ist"],
        prefixes: ("VS", "FW"),
    },
    Language {
        code: "hu",
        author: "Győző Kőszegi",
        reply: "Köszönöm, a csomag megérkezett.\nEgy lámpa eltört: tudnak másikat küldeni?",
        original: "A csomagja úton van.\n\nKérjük, érkezéskor ellenőrizze.",
        subject: "Csomag 1234",
        attributions: &[
            "{n} <{a}> ezt írta (időpont: 2025. márc. 4., K, 10:00):", // Gmail
            "2025. márc. 4. dátummal, 10:00 időpontban {n} <{a}> írta:", // Apple Mail
            "2025. 03. 04. 10:00 keltezéssel, {n} írta:",              // Thunderbird
        ],
        labels: ["Feladó", "Elküldve", "Címzett", "Másolatot kap", "Tárgy"],
        apple: ("Továbbított levél kezdete:", ["Feladó", "Dátum", "Címzett", "Tárgy"]),
        original_lines: &["Eredeti üzenet"],
        forward_lines: &["Továbbított üzenet", "Forwarded message"],
        date: "2025. március 4., kedd 10:00",
        phones: &["Az iPhone-omról küldve"],
        prefixes: ("VÁ", "Továbbítás"),
    },
    Language {
        code: "tr",
        author: "Gülşen Işık",
        reply: "Teşekkürler, paket ulaştı.\nBir lamba kırık: yenisini gönderebilir misiniz?",
        original: "Paketiniz yolda.\n\nLütfen geldiğinde kontrol edin.",
        subject: "Paket 1234",
        attributions: &[
            "{n} <{a}>, 4 Mar 2025 Sal, 10:00 tarihinde şunu yazdı:", // Gmail
            "4 Mar 2025 tarihinde 10:00 saatinde, {n} <{a}> şunları yazdı:", // Apple Mail
            "4.03.2025 10:00 tarihinde {n} yazdı:",                   // Thunderbird
            "4 Mart 2025 Salı 10:00:00 GMT+3 tarihinde, {n} <{a}> şunu yazdı:", // Yahoo
        ],
        labels: ["Kimden", "Gönderildi", "Kime", "Bilgi", "Konu"],
        apple: ("İletilen e-posta başlangıcı:", ["Kimden", "Tarih", "Kime", "Konu"]),
        original_lines: &["Orijinal Mesaj", "Özgün İleti"],
        forward_lines: &["Yönlendirilen ileti", "İletilen Mesaj", "Forwarded message"],
        date: "4 Mart 2025 Salı 10:00",
        phones: &["iPhone’umdan gönderildi", "iOS için Outlook'u edinin<https://aka.ms/x>"],
        prefixes: ("YNT", "İLT"),
    },
    Language {
        code: "el",
        author: "Γιώργος Παπαδόπουλος",
        reply: "Ευχαριστώ, το δέμα έφτασε.\nΜία λάμπα είναι σπασμένη: μπορείτε να στείλετε άλλη;",
        original: "Το δέμα σας είναι καθ' οδόν.\n\nΕλέγξτε το κατά την παραλαβή.",
        subject: "Δέμα 1234",
        attributions: &[
            "Στις Τρί 4 Μαρ 2025 στις 10:00\u{202f}π.μ., ο/η {n} <{a}> έγραψε:", // Gmail
            "Στις 4 Μαρ 2025, στις 10:00, ο χρήστης {n} <{a}> έγραψε:",          // Apple Mail
            "Στις 4/3/25 10:00, ο/η {n} έγραψε:",                                // Thunderbird
        ],
        labels: ["Από", "Στάλθηκε", "Προς", "Κοιν", "Θέμα"],
        apple: ("Έναρξη προωθημένου μηνύματος:", ["Από", "Ημερομηνία", "Προς", "Θέμα"]),
        original_lines: &["Αρχικό μήνυμα"],
        forward_lines: &["Προωθημένο μήνυμα", "Forwarded message"],
        date: "Τρίτη, 4 Μαρτίου 2025 10:00",
        phones: &["Στάλθηκε από το iPhone μου"],
        prefixes: ("ΑΠ", "ΠΡΘ"),
    },
    Language {
        code: "he",
        author: "דני כהן",
        reply: "תודה, החבילה הגיעה.\nמנורה אחת שבורה: אפשר לשלוח אחרת?",
        original: "החבילה שלך בדרך.\n\nנא לבדוק בעת הקבלה.",
        subject: "חבילה 1234",
        attributions: &[
            "\u{202b}בתאריך יום ג׳, 4 במרץ 2025 ב-10:00 מאת \u{202a}{n}\u{202c}\u{200f} <\u{202a}{a}\u{202c}\u{200f}>:\u{202c}", // Gmail
            "ב-4 במרץ 2025, בשעה 10:00, {n} <{a}> כתב/ה:", // Apple Mail
        ],
        labels: ["מאת", "נשלח", "אל", "עותק", "נושא"],
        apple: ("תחילת ההודעה שהועברה:", ["מאת", "תאריך", "אל", "נושא"]),
        original_lines: &["הודעה מקורית"],
        forward_lines: &["הודעה שהועברה", "Forwarded message"],
        date: "יום שלישי 4 מרץ 2025 10:00",
        phones: &["נשלח מה-iPhone שלי"],
        prefixes: ("השב", "הועבר"),
    },
    Language {
        code: "ar",
        author: "أحمد حسن",
        reply: "شكرا، وصل الطرد.\nمصباح واحد مكسور: هل يمكنكم إرسال آخر؟",
        original: "طردكم في الطريق.\n\nيرجى فحصه عند الوصول.",
        subject: "طرد 1234",
        attributions: &[
            "في الثلاثاء، ٤ مارس ٢٠٢٥ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة \u{202a}{n}\u{202c}\u{200f} <\u{202a}{a}\u{202c}\u{200f}>:", // Gmail
            "في 4 مارس 2025، الساعة 10:00، كتب {n} <{a}>:", // Apple Mail
        ],
        labels: ["من", "تم الإرسال", "إلى", "نسخة", "الموضوع"],
        apple: ("بداية الرسالة المُعاد توجيهها:", ["من", "التاريخ", "إلى", "الموضوع"]),
        original_lines: &["الرسالة الأصلية"],
        forward_lines: &["رسالة معاد توجيهها", "Forwarded message"],
        date: "الثلاثاء، 4 مارس 2025 10:00",
        phones: &["أُرسلت من الـ iPhone"],
        prefixes: ("رد", "إعادة توجيه"),
    },
    Language {
        code: "fa",
        author: "علی رضایی",
        reply: "ممنون، بسته رسید.\nیک چراغ شکسته است: می‌توانید دیگری بفرستید؟",
        original: "بسته شما در راه است.\n\nلطفا هنگام دریافت بررسی کنید.",
        subject: "بسته 1234",
        attributions: &[
            "در تاریخ سه‌شنبه ۴ مارس ۲۰۲۵ ساعت ۱۰:۰۰ {n} <{a}> نوشت:", // Gmail
        ],
        labels: ["از", "ارسال شده", "به", "رونوشت", "موضوع"],
        apple: ("Begin forwarded message:", ["از", "تاریخ", "به", "موضوع"]),
        original_lines: &["پیام اصلی"],
        forward_lines: &["پیام هدایت شده", "Forwarded message"],
        date: "سه‌شنبه ۴ مارس ۲۰۲۵ 10:00",
        phones: &["ارسال شده از iPhone من"],
        prefixes: ("پاسخ", "ارسال"),
    },
];
