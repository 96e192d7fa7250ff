//! Notices in many languages, all about gone@example.org.

/// Language, subject, text: failed for good.
pub const HARD: &[(&str, &str, &str)] = &[
    (
        "nl",
        "Onbestelbaar: Uw pakket",
        "Uw bericht kon niet worden bezorgd aan:\n\ngone@example.org\n\nHet e-mailadres bestaat niet.",
    ),
    ("nl", "Niet bezorgd: Uw pakket", "Bezorging aan de volgende geadresseerden is mislukt:\n\n  gone@example.org"),
    (
        "de",
        "Unzustellbar: Ihr Paket",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\ngone@example.org\nDer Empfänger wurde nicht gefunden.",
    ),
    (
        "de",
        "Nachricht nicht zustellbar",
        "Ihre Nachricht an gone@example.org konnte nicht zugestellt werden.\nGrund: Benutzer unbekannt.",
    ),
    ("fr", "Non remis : Votre colis", "Votre message n'a pas pu être remis à gone@example.org : utilisateur inconnu."),
    (
        "fr",
        "Échec de la remise",
        "Votre message\n  Objet : Votre colis\nn’a pas pu être délivré aux destinataires suivants :\n\n  <gone@example.org>",
    ),
    (
        "es",
        "No se puede entregar: Su paquete",
        "No se pudo entregar el mensaje a los siguientes destinatarios:\n\ngone@example.org\nLa dirección no existe.",
    ),
    ("es", "Error en la entrega", "Su mensaje para gone@example.org no ha podido ser entregado: usuario desconocido."),
    (
        "it",
        "Non recapitabile: Il pacco",
        "Impossibile recapitare il messaggio ai seguenti destinatari:\n\n gone@example.org\nIndirizzo inesistente.",
    ),
    ("it", "Mancata consegna", "Il messaggio non è stato recapitato a gone@example.org\nUtente sconosciuto."),
    (
        "pt",
        "Não é possível entregar: A encomenda",
        "Não foi possível entregar a mensagem a:\n\ngone@example.org\n\nO endereço não existe.",
    ),
    ("pt", "Falha na entrega", "Sua mensagem para gone@example.org não pôde ser entregue.\nUsuário desconhecido."),
    (
        "pl",
        "Niedostarczone: Paczka",
        "Nie udało się dostarczyć wiadomości do:\n\ngone@example.org\n\nAdres nie istnieje.",
    ),
    (
        "ru",
        "Недоставленное сообщение",
        "Это письмо создано автоматически.\n\nНе удалось доставить сообщение:\n\ngone@example.org\nтакого пользователя не существует",
    ),
    ("ru", "Ошибка доставки", "Ваше письмо на адрес gone@example.org не было доставлено.\nПользователь не найден."),
    (
        "sv",
        "Olevererbart: Ditt paket",
        "Meddelandet kunde inte levereras till:\n\ngone@example.org\n\nAdressen hittades inte.",
    ),
    (
        "da",
        "Kan ikke leveres: Din pakke",
        "Din meddelelse kunne ikke leveres til:\n\ngone@example.org\n\nAdressen findes ikke.",
    ),
    ("no", "Kan ikke leveres: Pakken", "Meldingen din til gone@example.org ble ikke levert.\nAdressen finnes ikke."),
    (
        "fi",
        "Ei voi toimittaa: Pakettisi",
        "Viestiä ei voitu toimittaa seuraaville vastaanottajille:\n\ngone@example.org\n\nOsoitetta ei löytynyt.",
    ),
    ("cs", "Nedoručitelné: Balík", "Zprávu nelze doručit těmto příjemcům:\n\ngone@example.org\n\nAdresa neexistuje."),
    (
        "tr",
        "Teslim edilemedi: Paketiniz",
        "İletiniz şu alıcılara teslim edilemedi:\n\ngone@example.org\n\nAdres bulunamadı.",
    ),
    (
        "ja",
        "配信不能: お荷物",
        "次の宛先にメッセージを配信できませんでした：\n\ngone@example.org\n\nユーザーが見つかりません。",
    ),
    ("zh", "退信通知", "抱歉，您的邮件无法送达以下收件人：\n\ngone@example.org\n\n用户不存在。"),
    ("zh", "無法傳遞: 包裹", "無法將您的郵件傳遞給下列收件者：\n\ngone@example.org\n\n無法送達，找不到此收件者。"),
    (
        "ko",
        "배달되지 않음: 소포",
        "다음 받는 사람에게 메시지를 배달하지 못했습니다.\n\ngone@example.org\n\n존재하지 않는 주소입니다.",
    ),
    (
        "hu",
        "Nem kézbesíthető levél",
        "Levele nem kézbesíthető a következő címre:\n\ngone@example.org\n\nNincs ilyen felhasználó.",
    ),
    ("uk", "Не вдалося доставити", "Ваш лист не вдалося доставити:\n\ngone@example.org\n\nнемає такого користувача"),
    ("ro", "Nelivrabil: Pachetul", "Mesajul nu a putut fi livrat către:\n\ngone@example.org"),
];

/// For now: full mailboxes, and servers that go on trying.
pub const SOFT: &[(&str, &str, &str)] = &[
    (
        "en",
        "Delivery delayed: Your parcel",
        "Delivery to these recipients has been delayed:\n\ngone@example.org\n\nThe server will keep trying for 2 days.",
    ),
    ("en", "Undeliverable", "Your message could not be delivered to gone@example.org: mailbox is full."),
    (
        "nl",
        "Bezorging vertraagd: Uw pakket",
        "De bezorging van uw bericht aan gone@example.org is vertraagd. Het is nog niet bezorgd.",
    ),
    (
        "de",
        "Zustellung verzögert: Ihr Paket",
        "Ihre Nachricht an gone@example.org konnte noch nicht zugestellt werden. Es folgen weitere Zustellversuche.",
    ),
    (
        "de",
        "Unzustellbar: Ihr Paket",
        "Ihre Nachricht wurde nicht zugestellt an:\n\ngone@example.org\n\nDas Postfach ist voll.",
    ),
    (
        "fr",
        "Remise différée",
        "Votre message à gone@example.org n'a pas encore été remis. De nouvelles tentatives seront faites.",
    ),
    ("es", "Entrega retrasada", "El mensaje para gone@example.org aún no se ha entregado. Se seguirá intentando."),
    ("it", "Consegna ritardata", "Il messaggio a gone@example.org non è ancora stato consegnato."),
    ("pt", "Entrega atrasada", "A mensagem para gone@example.org ainda não foi entregue."),
    (
        "pl",
        "Nie można dostarczyć: Paczka",
        "Nie udało się dostarczyć wiadomości do:\n\ngone@example.org\n\nSkrzynka jest pełna.",
    ),
    ("ru", "Письмо не доставлено", "Ваше письмо не было доставлено:\n\ngone@example.org\n\nПочтовый ящик переполнен."),
    ("sv", "Försenad leverans", "Meddelandet till gone@example.org har försenats."),
    ("ja", "配信不能", "メッセージを配信できませんでした：\n\ngone@example.org\n\nメールボックスがいっぱいです。"),
    ("zh", "系统退信", "您的邮件无法送达：\n\ngone@example.org\n\n对方邮箱已满。"),
    ("ko", "전송 실패", "메일이 전송되지 못했습니다.\n\ngone@example.org\n\n사서함이 가득 찼습니다."),
    ("hu", "Nem kézbesíthető levél", "Levele nem kézbesíthető:\n\n<gone@example.org>: a postafiók megtelt"),
    (
        "fr",
        "Message non remis",
        "Votre message n'a pas pu être remis à l'adresse suivante :\n\ngone@example.org\n\nMotif : boîte pleine",
    ),
];
