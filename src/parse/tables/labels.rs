//! Labels of header blocks: what Outlook, Apple Mail, Thunderbird, Gmail and webmailers write before the original's author,
//! recipients, date and subject. A language is a row.
//!
//! Desktop Outlook and Thunderbird write in the language of their interface; Gmail translates the author's label only, so a
//! block may mix languages: labels are looked up in all rows at once. No word may stand for two things; a test says so.

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::parse) enum Label {
    From,
    To,
    Cc,
    Date,
    Subject,
    /// Known, not shown: Bcc, Reply-To, importance, attachments.
    Other,
}

/// The labels of one language, lower-cased.
pub(in crate::parse) struct Labels {
    pub from: &'static [&'static str],
    pub to: &'static [&'static str],
    pub cc: &'static [&'static str],
    pub date: &'static [&'static str],
    pub subject: &'static [&'static str],
}

const fn row(
    from: &'static [&'static str],
    to: &'static [&'static str],
    cc: &'static [&'static str],
    date: &'static [&'static str],
    subject: &'static [&'static str],
) -> Labels {
    Labels { from, to, cc, date, subject }
}

/// In each row: author, To, Cc, date, subject. The first word is Outlook's, unless it has none of its own.
pub(in crate::parse) const LABELS: &[Labels] = &[
    // English. `Sent at`: Zimbra and some phones.
    row(&["from", "sender"], &["to"], &["cc", "copy"], &["sent", "date", "sent at", "date sent"], &["subject"]),
    // Dutch: Outlook Verzonden, Apple Mail and Thunderbird Datum.
    row(
        &["van", "afzender"],
        &["aan", "ontvanger"],
        &["kopie", "kopie aan"],
        &["verzonden", "datum", "verzonden op", "verstuurd"],
        &["onderwerp"],
    ),
    // German: Outlook Gesendet, Apple Mail and Thunderbird Datum, web.de Gesendet; Notes Kopie, Thema.
    row(
        &["von", "absender"],
        &["an", "empfänger"],
        &["kopie (cc)", "kopie an"],
        &["gesendet", "gesendet am", "gesendet um"],
        &["betreff", "thema"],
    ),
    // French: Outlook Envoyé, Apple Mail Objet, Thunderbird Sujet, Orange Envoyé le.
    row(
        &["de", "expéditeur"],
        &["à", "pour", "destinataire", "destinataires"],
        &["copie", "copie à", "copies"],
        &["envoyé", "envoyé le", "date d'envoi", "envoyée"],
        &["objet", "sujet"],
    ),
    // Spanish: Outlook Enviado el, Outlook.com Enviado, Thunderbird Fecha.
    row(
        &["remitente"],
        &["para", "destinatario"],
        &["con copia", "con copia a"],
        &["enviado el", "enviado", "fecha", "enviado a"],
        &["asunto"],
    ),
    // Italian: Outlook Inviato, Thunderbird Data; Libero Risposta is a Reply-To.
    row(
        &["da", "mittente"],
        &["a", "destinatari"],
        &["copia", "per conoscenza"],
        &["inviato", "data", "inviata", "data di invio"],
        &["oggetto"],
    ),
    // Portuguese: Outlook Enviada em (Brazil) and Enviado (Portugal), Thunderbird Data.
    row(
        &["remetente"],
        &["destinatário"],
        &["com cópia", "cópia"],
        &["enviada em", "enviado em", "enviada", "enviadas", "data de envio"],
        &["assunto"],
    ),
    // Polish: Outlook Wysłano, Thunderbird Data; Onet and Interia Nadawca, Adresat.
    row(
        &["od", "nadawca"],
        &["do", "adresat", "odbiorca"],
        &["dw", "do wiadomości", "dw."],
        &["wysłano", "wysłane", "data wysłania"],
        &["temat"],
    ),
    // Swedish: Outlook Skickat, Thunderbird Datum.
    row(
        &["från", "avsändare"],
        &["till", "mottagare"],
        &["kopia"],
        &["skickat", "skickad", "skickades"],
        &["ämne", "rubrik"],
    ),
    // Danish and Norwegian: Outlook Sendt, Thunderbird Dato.
    row(&["fra", "afsender", "avsender"], &["til", "modtager", "mottaker"], &["kopi"], &["sendt", "dato"], &["emne"]),
    // Finnish: Outlook Lähetetty, Apple Mail Päivämäärä, Thunderbird Päiväys.
    row(
        &["lähettäjä", "keneltä"],
        &["vastaanottaja", "kenelle", "vastaanottajat"],
        &["kopio"],
        &["lähetetty", "päivämäärä", "päiväys", "lähetysaika", "pvm"],
        &["aihe"],
    ),
    // Czech: Outlook Odesláno, Seznam Datum.
    row(&["odesílatel", "odesilatel"], &["komu", "příjemce"], &["v kopii"], &["odesláno"], &["předmět"]),
    // Slovak: Outlook Odoslané, Thunderbird Dátum.
    row(&["odosielateľ"], &["pre", "adresát"], &["kópia"], &["odoslané", "dátum"], &["predmet"]),
    // Russian: Outlook and mail.ru; Yandex От кого.
    row(
        &["от", "от кого", "отправитель"],
        &["кому", "получатель"],
        &["копия"],
        &["отправлено", "дата", "дата отправки"],
        &["тема"],
    ),
    // Ukrainian: Outlook, ukr.net.
    row(
        &["від", "від кого", "відправник"],
        &["отримувач"],
        &["копія"],
        &["надіслано", "відправлено", "дата надсилання"],
        &["тема листа"],
    ),
    // Bulgarian: Outlook, abv.bg.
    row(&["подател"], &["до", "към"], &["копие", "як"], &["изпратено", "изпратен"], &["относно"]),
    // Serbian in Cyrillic, Macedonian.
    row(
        &["од", "шаље"],
        &["за", "коме", "прима"],
        &["копија"],
        &["датум", "послато", "испратено"],
        &["наслов", "предмет"],
    ),
    // Croatian, Serbian in Latin letters, Slovenian (Za, Zadeva).
    row(
        &["šalje", "pošiljatelj", "pošiljalac"],
        &["prima", "za", "primatelj", "kome"],
        &["kopija", "kp"],
        &["poslano", "poslato"],
        &["naslov", "zadeva"],
    ),
    // Turkish: Outlook Kimden and Gönderildi, Gönderme Tarihi in older ones; Apple Mail Gönderen.
    row(
        &["kimden", "gönderen"],
        &["kime", "alıcı"],
        &["bilgi"],
        &["gönderildi", "tarih", "gönderme tarihi", "gönderilme tarihi"],
        &["konu"],
    ),
    // Japanese: Outlook 差出人 and 送信日時, Thunderbird 日付, Becky! 日時 and 宛先.
    row(
        &["差出人", "送信者", "送信元", "発信者"],
        &["宛先", "宛て先", "受信者", "to宛先"],
        &["カーボンコピー", "写し"],
        &["送信日時", "日時", "日付", "送信日", "受信日時"],
        &["件名", "題名", "表題"],
    ),
    // Chinese, simplified: Outlook 发送时间, 163 发送日期, Apple Mail 日期, Foxmail 主 题 with a wide space inside.
    row(
        &["发件人", "寄件人", "发信人"],
        &["收件人", "收信人"],
        &["抄送", "抄送人"],
        &["发送时间", "发送日期", "日期", "时间", "发件时间"],
        &["主题", "标题"],
    ),
    // Chinese, traditional: Outlook 寄件日期, Gmail and Yahoo 寄件者, Hong Kong 傳送時間.
    row(
        &["寄件者", "發件人"],
        &["收件者"],
        &["副本", "副本抄送"],
        &["寄件日期", "傳送時間", "传送时间", "時間", "已傳送", "發送時間"],
        &["主旨", "主題"],
    ),
    // Korean: Outlook 보낸 사람, Daum 보낸사람, Apple Mail 보낸 사람, Naver writes English.
    row(
        &["보낸 사람", "보낸사람", "발신자", "발신", "보낸이"],
        &["받는 사람", "받는사람", "받은 사람", "받은사람", "수신자", "받는이", "수신"],
        &["참조"],
        &["보낸 날짜", "날짜", "보낸날짜", "일시", "보낸 시간", "보냄", "발송일"],
        &["제목"],
    ),
    // Greek: Outlook Στάλθηκε, Thunderbird Ημερομηνία.
    row(&["από", "αποστολέας"], &["προς", "παραλήπτης"], &["κοιν", "κοιν."], &["στάλθηκε", "ημερομηνία"], &["θέμα"]),
    // Hungarian: Outlook Feladó and Elküldve, Thunderbird Dátum; Apple Mail Küldés dátuma.
    row(
        &["feladó", "küldő"],
        &["címzett", "címzettek"],
        &["másolatot kap", "másolat"],
        &["elküldve", "küldve", "küldés dátuma", "küldés ideje"],
        &["tárgy"],
    ),
    // Romanian: Outlook Trimis, Yahoo Expeditor.
    row(
        &["de la", "expeditor", "expeditorul", "din partea"],
        &["către", "catre", "la", "pentru", "destinatar", "destinatarul"],
        &["copie carbon"],
        &["trimis", "dată", "data trimiterii"],
        &["subiect", "subiectul"],
    ),
    // Estonian, Latvian, Lithuanian: Outlook.
    row(&["saatja", "kellelt"], &["adressaat", "saaja", "kellele"], &["koopia"], &["saadetud", "kuupäev"], &["teema"]),
    row(&["no", "sūtītājs"], &["kam", "adresāts"], &["kopija kam"], &["nosūtīts", "datums"], &["tēma", "temats"]),
    row(&["nuo", "siuntėjas"], &["iki", "gavėjas"], &["kopija gavėjui"], &["išsiųsta", "išsiųstas"], &["tema"]),
    // Catalan: Outlook Enviat, Thunderbird Data.
    row(
        &["remitent"],
        &["per a", "per"],
        &["còpia", "a/c"],
        &["enviat", "enviat el", "data d'enviament"],
        &["assumpte"],
    ),
    // Hebrew, Arabic, Persian: Outlook, Gmail.
    row(&["מאת", "מ"], &["אל", "נמען"], &["עותק", "העתק"], &["נשלח", "תאריך", "נשלח ב"], &["נושא"]),
    row(
        &["من", "المرسل"],
        &["إلى", "الى", "المستلم"],
        &["نسخة", "نسخة إلى"],
        &["تم الإرسال", "إرسال", "أُرسلت", "التاريخ", "تاريخ", "تاريخ الإرسال", "مرسل"],
        &["الموضوع", "موضوع"],
    ),
    row(&["از", "فرستنده"], &["به", "گیرنده"], &["رونوشت"], &["تاریخ", "ارسال شده", "ارسال"], &["عنوان"]),
    // Vietnamese, Thai, Indonesian and Malay, Hindi: Outlook, Gmail.
    row(
        &["từ", "người gửi"],
        &["tới", "đến", "người nhận"],
        &["đồng gửi"],
        &["đã gửi", "ngày", "ngày gửi", "gửi lúc"],
        &["chủ đề", "tiêu đề"],
    ),
    row(&["จาก", "ผู้ส่ง"], &["ถึง", "ผู้รับ"], &["สำเนา", "สำเนาถึง"], &["ส่ง", "วันที่", "ส่งเมื่อ"], &["เรื่อง", "หัวเรื่อง", "หัวข้อ"]),
    row(
        &["dari", "daripada", "pengirim"],
        &["kepada", "ke", "penerima"],
        &["tembusan", "salinan"],
        &["dikirim", "tanggal", "terkirim", "tarikh", "dihantar"],
        &["subjek", "perihal", "judul"],
    ),
    row(&["प्रेषक", "से"], &["प्रति", "प्राप्तकर्ता"], &["प्रतिलिपि"], &["भेजा गया", "दिनांक", "तारीख", "भेजा"], &["विषय"]),
];

/// Labels that stand between the others and are not shown. A label that no table has is passed over too where known
/// ones go on below it.
pub(in crate::parse) const OTHER_LABELS: &[&str] = &[
    "bcc",
    "reply-to",
    "reply to",
    "importance",
    "attachments",
    "sensitivity",
    "organization",
    "organisation",
    "message-id",
    "resent-from",
    "resent-date",
    "x-mailer",
    "priority",
    "antwoord aan",
    "bijlagen",
    "urgentie",
    "prioriteit",
    "antwort an",
    "anlagen",
    "priorität",
    "wichtigkeit",
    "répondre à",
    "pièces jointes",
    "responder a",
    "importancia",
    "risposta",
    "rispondi a",
    "odpowiedz do",
    "svar till",
    "svar til",
    "vastausosoite",
    "обратный адрес",
    "返信先",
    "添付ファイル",
    "重要度",
    "附件",
    "重要性",
    "첨부",
];

/// Between the address that sent and the person it was sent for, in an author's field of Outlook.
pub(in crate::parse) const ON_BEHALF: &[&str] = &[
    " on behalf of ",                 // en
    " namens ",                       // nl
    " im auftrag von ",               // de
    " de la part de ",                // fr
    " en nombre de ",                 // es
    " per conto di ",                 // it
    " em nome de ",                   // pt
    " w imieniu ",                    // pl
    " för ",                          // sv
    " på vegne af ",                  // da
    " på vegne av ",                  // no
    " puolesta ",                     // fi
    " jménem ",                       // cs
    " от имени ",                     // ru
    " adına ",                        // tr
    " が次の人の代理で送信しました ", // ja
    " 代表 ",                         // zh
    " 代理 ",
    "님 대신 ", // ko
];
