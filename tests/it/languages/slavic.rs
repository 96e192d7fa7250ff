//! Polish, Czech, Slovak, Slovenian, Croatian, Serbian, Russian, Ukrainian, Bulgarian; Latvian and Lithuanian beside them.

use super::Language;

pub const LANGUAGES: &[Language] = &[
    Language {
        code: "pl",
        author: "Łukasz Wójcik",
        reply: "Dziękuję, paczka dotarła.\nJedna lampa jest zepsuta: czy mogą Państwo przysłać drugą?",
        original: "Paczka jest w drodze.\n\nProszę ją sprawdzić po otrzymaniu.",
        subject: "Paczka 1234",
        attributions: &[
            "wt., 4 mar 2025 o 10:00 {n} <{a}> napisał(a):", // Gmail
            "Wiadomość napisana przez {n} <{a}> w dniu 4 mar 2025, o godz. 10:00:", // Apple Mail
            "W dniu 4.03.2025 o\u{a0}10:00, {n} pisze:",     // Thunderbird
            "W dniu wtorek, 4 marca 2025 10:00:00 CET {n} <{a}> napisał(a):", // Yahoo
            "Dnia 2025-03-04 10:00, {n} napisał(a):",        // Roundcube
            "Dnia 4 marca 2025 10:00 {n} <{a}> napisał(a):", // Onet, WP
            "Użytkownik {n} <{a}> napisał:",                 // older webmail
        ],
        labels: ["Od", "Wysłano", "Do", "DW", "Temat"],
        apple: ("Początek przekazywanej wiadomości:", ["Od", "Data", "Do", "Temat"]),
        original_lines: &["Wiadomość oryginalna", "Oryginalna wiadomość"],
        forward_lines: &["Przekazana wiadomość", "Treść przekazanej wiadomości", "Forwarded message"],
        date: "wtorek, 4 marca 2025 10:00",
        phones: &["Wysłane z iPhone'a", "Pobierz aplikację Outlook dla systemu iOS<https://aka.ms/x>"],
        prefixes: ("Odp", "PD"),
    },
    Language {
        code: "cs",
        author: "Jiří Dvořák",
        reply: "Děkuji, balík dorazil.\nJedna lampa je rozbitá: můžete poslat novou?",
        original: "Váš balík je na cestě.\n\nPo doručení ho prosím zkontrolujte.",
        subject: "Balík 1234",
        attributions: &[
            "út 4. 3. 2025 v 10:00 odesílatel {n} <{a}> napsal:", // Gmail
            "4. 3. 2025 v 10:00, {n} <{a}>:",                     // Apple Mail
            "Dne 04. 03. 25 v 10:00 {n} napsal(a):",              // Thunderbird
            "Dne úterý 4. března 2025 10:00:00 CET, {n} <{a}> napsal(a):", // Yahoo
            "Dne 2025-03-04 10:00, {n} napsal:",                  // Roundcube
        ],
        labels: ["Od", "Odesláno", "Komu", "Kopie", "Předmět"],
        apple: ("Začátek přeposílané zprávy:", ["Od", "Datum", "Komu", "Předmět"]),
        original_lines: &["Původní zpráva", "Původní e-mail"],
        forward_lines: &["Přeposlaná zpráva", "Forwarded message"],
        date: "úterý 4. března 2025 10:00",
        phones: &["Odesláno z iPhonu", "Získat Outlook pro iOS<https://aka.ms/x>"],
        prefixes: ("Odp", "Přep"),
    },
    Language {
        code: "sk",
        author: "Ľubomír Kováč",
        reply: "Ďakujem, balík prišiel.\nJedna lampa je rozbitá: môžete poslať novú?",
        original: "Váš balík je na ceste.\n\nPo doručení ho skontrolujte.",
        subject: "Balík 1234",
        attributions: &[
            "ut 4. 3. 2025 o 10:00 {n} <{a}> napísal(a):", // Gmail
            "Dňa 4. 3. 2025 o 10:00 {n} napísal(a):",      // Thunderbird
            "4. 3. 2025 o 10:00, {n} <{a}>:",              // Apple Mail
        ],
        labels: ["Od", "Odoslané", "Komu", "Kópia", "Predmet"],
        apple: ("Začiatok preposlanej správy:", ["Od", "Dátum", "Komu", "Predmet"]),
        original_lines: &["Pôvodná správa"],
        forward_lines: &["Preposlaná správa", "Forwarded message"],
        date: "utorok 4. marca 2025 10:00",
        phones: &["Odoslané z iPhonu"],
        prefixes: ("Odp", "FW"),
    },
    Language {
        code: "sl",
        author: "Janez Žagar",
        reply: "Hvala, paket je prispel.\nEna svetilka je pokvarjena: lahko pošljete novo?",
        original: "Vaš paket je na poti.\n\nPreverite ga ob prejemu.",
        subject: "Paket 1234",
        attributions: &[
            "V V tor., 4. mar. 2025 ob 10:00 je oseba {n} <{a}> napisala:", // Gmail
            "Dne 4. 03. 25 ob 10:00 je {n} napisal(a):",                    // Thunderbird
        ],
        labels: ["Od", "Poslano", "Za", "Kp", "Zadeva"],
        apple: ("Begin forwarded message:", ["Od", "Datum", "Za", "Zadeva"]),
        original_lines: &["Izvirno sporočilo"],
        forward_lines: &["Posredovano sporočilo", "Forwarded message"],
        date: "torek, 04. marec 2025 10:00",
        phones: &["Poslano iz mojega iPhona"],
        prefixes: ("Odg", "Posr"),
    },
    Language {
        code: "hr",
        author: "Željko Horvat",
        reply: "Hvala, paket je stigao.\nJedna lampa je razbijena: možete li poslati novu?",
        original: "Vaš paket je na putu.\n\nProvjerite ga kad stigne.",
        subject: "Paket 1234",
        attributions: &[
            "uto, 4. ožu 2025. u 10:00 {n} <{a}> napisao je:", // Gmail
            "Dana 4.3.2025. u 10:00, {n} je napisao/la:",      // Thunderbird
            "{n} <{a}> je napisao dana 4. ožu 2025. u 10:00:", // Apple Mail
        ],
        labels: ["Šalje", "Poslano", "Prima", "Kopija", "Predmet"],
        apple: ("Započni proslijeđenu poruku:", ["Šalje", "Datum", "Prima", "Predmet"]),
        original_lines: &["Izvorna poruka"],
        forward_lines: &["Proslijeđena poruka", "Forwarded message"],
        date: "utorak, 4. ožujka 2025. 10:00",
        phones: &["Poslano s mog iPhonea"],
        prefixes: ("Odg", "Proslj"),
    },
    Language {
        code: "sr",
        author: "Ђорђе Петровић",
        reply: "Хвала, пакет је стигао.\nЈедна лампа је разбијена: можете ли послати нову?",
        original: "Ваш пакет је на путу.\n\nПроверите га кад стигне.",
        subject: "Пакет 1234",
        attributions: &[
            "уто, 4. мар 2025. у 10:00 {n} <{a}> је написао/ла:", // Gmail
            "Дана 4.3.2025. у 10:00, {n} је написао:",            // Thunderbird
        ],
        labels: ["Од", "Послато", "За", "Копија", "Предмет"],
        apple: ("Begin forwarded message:", ["Од", "Датум", "За", "Наслов"]),
        original_lines: &["Original Message"],
        forward_lines: &["Прослеђена порука", "Forwarded message"],
        date: "уторак, 4. март 2025. 10:00",
        phones: &["Послато са iPhone-а"],
        prefixes: ("Одг", "Просл"),
    },
    Language {
        code: "ru",
        author: "Иван Щукин",
        reply: "Спасибо, посылка пришла.\nОдна лампа разбита: можете прислать другую?",
        original: "Ваша посылка в пути.\n\nПроверьте её при получении.",
        subject: "Посылка 1234",
        attributions: &[
            "вт, 4 мар. 2025 г. в 10:00, {n} <{a}>:",                             // Gmail
            "4 марта 2025 г. 10:00 пользователь {n} <{a}> написал:",              // Gmail of before
            "4 марта 2025 г., в 10:00, {n} <{a}> написал(а):",                    // Apple Mail
            "04.03.2025 10:00, {n} пишет:",                                       // Thunderbird
            "Вторник, 4 марта 2025, 10:00 +03:00 от {n} <{a}>:",                  // mail.ru
            "04.03.2025, 10:00, \"{n}\" <{a}>:",                                  // Yandex
            "во вторник, 4 марта 2025 г., 10:00:00 GMT+3, {n} <{a}> написал(а):", // Yahoo
            "Вы писали 4 марта 2025 г., 10:00:00:",                               // The Bat!
            "{n} писал 2025-03-04 10:00:",                                        // Roundcube
        ],
        labels: ["От", "Отправлено", "Кому", "Копия", "Тема"],
        apple: ("Начало переадресованного сообщения:", ["От", "Дата", "Кому", "Тема"]),
        original_lines: &["Исходное сообщение", "Original Message"],
        forward_lines: &["Пересылаемое сообщение", "Перенаправленное сообщение", "Forwarded message"],
        date: "вторник, 4 марта 2025 г. 10:00",
        phones: &["Отправлено с iPhone", "Отправлено из мобильной Почты Mail.ru"],
        prefixes: ("Отв", "Пересл"),
    },
    Language {
        code: "uk",
        author: "Олена Ґудзь",
        reply: "Дякую, посилка надійшла.\nОдна лампа розбита: можете надіслати іншу?",
        original: "Ваша посилка в дорозі.\n\nПеревірте її при отриманні.",
        subject: "Посилка 1234",
        attributions: &[
            "вт, 4 бер. 2025\u{202f}р. о 10:00 {n} <{a}> пише:", // Gmail
            "4 бер. 2025 р. о 10:00 {n} <{a}> написав(-ла):",    // Apple Mail
            "04.03.25 10:00, {n} пише:",                         // Thunderbird
            "4 березня 2025, 10:00:00, від \"{n}\" <{a}>:",      // ukr.net
        ],
        labels: ["Від", "Надіслано", "Кому", "Копія", "Тема"],
        apple: ("Початок листа, що пересилається:", ["Від", "Дата", "Кому", "Тема"]),
        original_lines: &["Вихідне повідомлення"],
        forward_lines: &["Переслане повідомлення", "Forwarded message"],
        date: "вівторок, 4 березня 2025 р. 10:00",
        phones: &["Надіслано з iPhone"],
        prefixes: ("Відп", "Пересил"),
    },
    Language {
        code: "bg",
        author: "Георги Йорданов",
        reply: "Благодаря, пратката пристигна.\nЕдна лампа е счупена: може ли да пратите друга?",
        original: "Пратката Ви пътува.\n\nПроверете я при получаване.",
        subject: "Пратка 1234",
        attributions: &[
            "На вт, 4.03.2025\u{a0}г. в 10:00 {n} <{a}> написа:", // Gmail
            "На 4.03.25 г. в 10:00, {n} написа:",                 // Thunderbird
        ],
        labels: ["От", "Изпратено", "До", "Копие", "Относно"],
        apple: ("Begin forwarded message:", ["От", "Дата", "До", "Относно"]),
        original_lines: &["Оригинално съобщение"],
        forward_lines: &["Препратено съобщение", "Forwarded message"],
        date: "вторник, 4 март 2025 г. 10:00",
        phones: &["Изпратено от моя iPhone"],
        prefixes: ("Отг", "Препр"),
    },
    Language {
        code: "lv",
        author: "Jānis Bērziņš",
        reply: "Paldies, paka ir pienākusi.\nViena lampa ir saplīsusi: vai varat atsūtīt citu?",
        original: "Jūsu paka ir ceļā.\n\nPārbaudiet to saņemot.",
        subject: "Paka 1234",
        attributions: &[
            "otrd., 2025. g. 4. marts plkst. 10:00 — lietotājs {n} (<{a}>) rakstīja:", // Gmail
        ],
        labels: ["No", "Nosūtīts", "Kam", "Kopija", "Tēma"],
        apple: ("Begin forwarded message:", ["No", "Datums", "Kam", "Temats"]),
        original_lines: &["Sākotnējais ziņojums"],
        forward_lines: &["Pārsūtītais ziņojums", "Forwarded message"],
        date: "otrdiena, 2025. gada 4. marts 10:00",
        phones: &["Nosūtīts no mana iPhone"],
        prefixes: ("Atb", "Pārs"),
    },
    Language {
        code: "lt",
        author: "Žygimantas Šimkus",
        reply: "Ačiū, siunta atkeliavo.\nViena lempa sudužo: gal galite atsiųsti kitą?",
        original: "Jūsų siunta pakeliui.\n\nPatikrinkite ją gavę.",
        subject: "Siunta 1234",
        attributions: &[
            "2025-03-04, an, 10:00 {n} <{a}> rašė:", // Gmail
            "2025-03-04 10:00, {n} rašė:",           // Thunderbird
        ],
        labels: ["Nuo", "Išsiųsta", "Kam", "Kopija", "Tema"],
        apple: ("Begin forwarded message:", ["Nuo", "Data", "Kam", "Tema"]),
        original_lines: &["Pradinis pranešimas"],
        forward_lines: &["Persiųstas laiškas", "Forwarded message"],
        date: "antradienis, 2025 m. kovo 4 d. 10:00",
        phones: &["Išsiųsta iš mano iPhone"],
        prefixes: ("Ats", "FW"),
    },
];
