//! How bounces in free form look from outside: who sends them, where the returned mail begins. All
//! lower-cased, with straight apostrophes and single spaces.

/// Local parts that only programs write from: no person answers as one.
pub(in crate::parse) const DAEMONS: &[&str] = &[
    // sendmail, Postfix, qmail, Exim, Yahoo, Google and nearly everyone since
    "mailer-daemon",
    "mailerdaemon",
    "mailer_daemon",
    // MMDF (UK sites), PP
    "mmdf",
    "mail-daemon",
    "mail_daemon",
    "maildaemon",
    // MDaemon
    "mdaemon",
    // Postfix's own address for bounces of bounces
    "double-bounce",
    // Exchange 2007 and later: microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@…
    "microsoftexchange",
    // cloud gateways
    "mail.delivery.system",
    "mail-delivery-system",
    "mail-delivery-subsystem",
    // NTT, Docomo, au
    "mail-system",
    "mailsystem",
];

/// Local parts that programs write from, and sometimes the people behind them.
pub(in crate::parse) const POSTMASTERS: &[&str] = &[
    "postmaster",
    "mailadmin",
    // Verizon's gateway to phones
    "post_master",
    "mail-admin",
    // Exchange 5.5 and 2000 behind gateways
    "system administrator",
    "systemadministrator",
    "bounce",
    "bounces",
    "ndr",
    // Barracuda, Ironport and others
    "no-reply-bounce",
];

/// Display names of such senders.
pub(in crate::parse) const SYSTEM_NAMES: &[&str] = &[
    // Exim, Postfix, Gmail, sendmail
    "mail delivery system",
    "mail delivery subsystem",
    "mail delivery service",
    "mail deliver system",
    // Exchange 5.5 to 2003, and 2007 and later
    "system administrator",
    "microsoft outlook",
    "systemadministrator",
    "administrateur système",
    "administrador del sistema",
    "amministratore di sistema",
    "системный администратор",
    // InterMail, iPlanet, PMDF, CommuniGate, GroupWise, X.400 gateways
    "mail administrator",
    "internet mail delivery",
    "pmdf e-mail interconnect",
    "mail system internal data",
    "mail transport agent",
    "message transfer agent",
    // the word alone, with a host behind it
    "mailer-daemon",
    "mailer daemon",
    "postmaster",
    "email delivery failure",
    "mail delivery failure",
];

/// Lines under which a bounce carries the returned mail: they begin a line, whatever strokes stand before.
pub(in crate::parse) const COPY_LINES: &[&str] = &[
    // qmail, Yahoo
    "below this line is a copy of the message",
    "original message follows",
    "enclosed is a copy of the message",
    // Exim, GMX, MMDF
    "this is a copy of the message",
    "this is a copy of your message",
    "this is the head of the message",
    "here is a copy of the first part of the message",
    "start of returned message",
    "the header of the original message",
    "the first 50 lines",
    "the body of the message is",
    // sendmail
    "message header follows",
    "message headers follow",
    "returned message follows",
    "unsent message follows",
    "text of your message follows",
    "original message",
    // Exchange 2007 and later, Gmail, Google Groups
    "original message headers",
    "original message header",
    "original headers",
    "diagnostic information for administrators end",
    // GroupWise, IMail, SMTP32, phquery, MAILsweeper, MailEnable, Mercury, Notes
    "included message follows",
    "unsent message below",
    "the original message follows",
    "the original message was",
    "the original message is attached",
    "your original message",
    "message text follows",
    "message follows",
    "returned mail follows",
    "returned mail",
    "returned message",
    "old message",
    "original mail",
    "the header and top",
    "headers of the original message",
    "header of the original message",
    "the headers of your message",
    "a copy of your message",
    "copy of the original message",
    "undelivered message",
    "a summary of the undelivered message",
    "end of message",
    "message contents follow",
    "the following is a copy",
    "your message reads",
    "your message follows",
    "begin returned message",
    // the same in other languages: GMX, T-Online, mail.ru, QQ, Orange
    "der header der originalnachricht",
    "kopie der nachricht",
    "ursprüngliche nachricht",
    "originalnachricht",
    "ursprüngliche kopfzeilen",
    "en-têtes de message d'origine",
    "en-tête du message",
    "message d'origine",
    "copie du message",
    "oorspronkelijke berichtkoppen",
    "oorspronkelijk bericht",
    "encabezados de mensajes originales",
    "encabezados del mensaje original",
    "mensaje original",
    "cabeçalhos de mensagem originais",
    "mensagem original",
    "intestazioni originali del messaggio",
    "messaggio originale",
    "oryginalne nagłówki",
    "oryginalna wiadomość",
    "исходные заголовки сообщения",
    "исходное сообщение",
    "копия сообщения",
    "заголовки исходного",
    "ursprungliga meddelandehuvuden",
    "ursprungligt meddelande",
    "oprindelige meddelelsesheadere",
    "oprindelig meddelelse",
    "alkuperäisen viestin otsikot",
    "alkuperäinen viesti",
    "původní záhlaví",
    "původní zpráva",
    "özgün ileti üstbilgileri",
    "özgün ileti",
    "元のメッセージ ヘッダー",
    "元のメッセージ",
    "原始邮件标头",
    "原始邮件",
    "原始郵件標題",
    "원본 메시지 헤더",
    "원본 메시지",
];
