//! French, Spanish, Italian, Portuguese, Romanian, Catalan.

use super::Language;

pub const LANGUAGES: &[Language] = &[
    Language {
        code: "fr",
        author: "Hélène Dupont",
        reply: "Merci, le colis est arrivé.\nUne lampe est cassée : pouvez-vous en renvoyer une ?",
        original: "Votre colis est en route.\n\nMerci de le vérifier à l'arrivée.",
        subject: "Colis 1234",
        attributions: &[
            "Le mar. 4 mars 2025 à 10:00, {n} <{a}> a écrit\u{a0}:", // Gmail
            "Le 4 mars 2025 à 10:00, {n} <{a}> a écrit :",           // Apple Mail
            "Le 04/03/2025 à 10:00, {n} a écrit :",                  // Thunderbird
            "Le mardi 4 mars 2025 à 10:00:00 UTC+1, {n} <{a}> a écrit :", // Yahoo
            "Le mardi 4 mars 2025 à 10:00, {n} <{a}> a écrit :",     // Proton
            "Le 2025-03-04 10:00, {n} a écrit :",                    // Roundcube
            "{n} <{a}> a écrit :",                                   // Horde
            "Le mar. 4 mars 2025, 10 h 00, {n} <{a}> a écrit :",     // Gmail, Canada
            "Le 4 mars 2025 10:00:00 GMT+01:00, {n} <{a}> a écrit\u{202f}:", // K-9
        ],
        labels: ["De", "Envoyé", "À", "Cc", "Objet"],
        apple: ("Début du message réexpédié :", ["De", "Date", "À", "Objet"]),
        original_lines: &["Message d'origine", "Message original", "Mail original"],
        forward_lines: &["Message transféré", "Mail transféré", "Forwarded message"],
        date: "mardi 4 mars 2025 10:00",
        phones: &["Envoyé de mon iPhone", "Télécharger Outlook pour iOS<https://aka.ms/x>"],
        prefixes: ("RE", "TR"),
    },
    Language {
        code: "es",
        author: "Íñigo Núñez",
        reply: "Gracias, el paquete ha llegado.\nUna lámpara está rota: ¿pueden enviar otra?",
        original: "Su paquete está en camino.\n\nRevíselo cuando llegue.",
        subject: "Paquete 1234",
        attributions: &[
            "El mar, 4 mar 2025 a las 10:00, {n} (<{a}>) escribió:", // Gmail
            "El 4 mar 2025, a las 10:00, {n} <{a}> escribió:",       // Apple Mail
            "El 4/3/25 a las 10:00, {n} escribió:",                  // Thunderbird
            "El martes, 4 de marzo de 2025, 10:00:00 CET, {n} <{a}> escribió:", // Yahoo
            "El 2025-03-04 10:00, {n} escribió:",                    // Roundcube
            "El mar., 4 mar. 2025 10:00 a.\u{a0}m., {n} <{a}> escribió:", // Gmail, Mexico
            "Citando a {n} <{a}>:",                                  // Horde
        ],
        labels: ["De", "Enviado", "Para", "CC", "Asunto"],
        apple: ("Inicio del mensaje reenviado:", ["De", "Fecha", "Para", "Asunto"]),
        original_lines: &["Mensaje original"],
        forward_lines: &["Mensaje reenviado", "Forwarded message"],
        date: "martes, 4 de marzo de 2025 10:00",
        phones: &["Enviado desde mi iPhone", "Obtener Outlook para iOS<https://aka.ms/x>"],
        prefixes: ("RE", "RV"),
    },
    Language {
        code: "it",
        author: "Niccolò Bianchi",
        reply: "Grazie, il pacco è arrivato.\nUna lampada è rotta: potete mandarne un'altra?",
        original: "Il Suo pacco è in viaggio.\n\nLo controlli all'arrivo.",
        subject: "Pacco 1234",
        attributions: &[
            "Il giorno mar 4 mar 2025 alle ore 10:00 {n} <{a}> ha scritto:", // Gmail
            "Il giorno 4 mar 2025, alle ore 10:00, {n} <{a}> ha scritto:",   // Apple Mail
            "Il 04/03/25 10:00, {n} ha scritto:",                            // Thunderbird
            "Il martedì 4 marzo 2025 alle ore 10:00:00 CET, {n} <{a}> ha scritto:", // Yahoo
            "Il 2025-03-04 10:00 {n} ha scritto:",                           // Roundcube
            "Il 4 marzo 2025 alle 10.00 {n} <{a}> ha scritto:",              // Open-Xchange
        ],
        labels: ["Da", "Inviato", "A", "Cc", "Oggetto"],
        apple: ("Inizio messaggio inoltrato:", ["Da", "Data", "A", "Oggetto"]),
        original_lines: &["Messaggio originale", "Messaggio Originale"],
        forward_lines: &["Messaggio inoltrato", "Forwarded message"],
        date: "martedì 4 marzo 2025 10:00",
        phones: &["Inviato da iPhone", "Ottieni Outlook per iOS<https://aka.ms/x>"],
        prefixes: ("R", "I"),
    },
    Language {
        code: "pt",
        author: "João Conceição",
        reply: "Obrigado, o pacote chegou.\nUma lâmpada está quebrada: podem mandar outra?",
        original: "Seu pacote está a caminho.\n\nConfira quando chegar.",
        subject: "Pacote 1234",
        attributions: &[
            "Em ter., 4 de mar. de 2025 às 10:00, {n} <{a}> escreveu:", // Gmail
            "{n} <{a}> escreveu (terça, 4/03/2025 à(s) 10:00):",        // Gmail, Portugal
            "Em 4 de mar. de 2025, à(s) 10:00, {n} <{a}> escreveu:",    // Apple Mail
            "No dia 4 de mar. de 2025, às 10:00, {n} <{a}> escreveu:",  // Apple Mail, Portugal
            "Em 04/03/2025 10:00, {n} escreveu:",                       // Thunderbird
            "Às 10:00 de 04/03/2025, {n} escreveu:",                    // Thunderbird, Portugal
            "Em terça-feira, 4 de março de 2025 10:00:00 BRT, {n} <{a}> escreveu:", // Yahoo
        ],
        labels: ["De", "Enviado", "Para", "Cc", "Assunto"],
        apple: ("Início da mensagem encaminhada:", ["De", "Data", "Para", "Assunto"]),
        original_lines: &["Mensagem original", "Mensagem Original"],
        forward_lines: &["Mensagem encaminhada", "Mensagem reencaminhada", "Forwarded message"],
        date: "terça-feira, 4 de março de 2025 10:00",
        phones: &["Enviado do meu iPhone", "Obter o Outlook para iOS<https://aka.ms/x>"],
        prefixes: ("RES", "ENC"),
    },
    Language {
        code: "ro",
        author: "Ștefan Țăranu",
        reply: "Mulțumesc, coletul a ajuns.\nO lampă este spartă: puteți trimite alta?",
        original: "Coletul dumneavoastră este pe drum.\n\nVerificați-l la sosire.",
        subject: "Colet 1234",
        attributions: &[
            "Pe mar., 4 mar. 2025 la 10:00, {n} <{a}> a scris:", // Gmail
            "În mar., 4 mar. 2025 la 10:00, {n} <{a}> a scris:", // Gmail
            "Pe 4 mar. 2025, la 10:00, {n} <{a}> a scris:",      // Apple Mail
            "Pe 04.03.2025 10:00, {n} a scris:",                 // Thunderbird
        ],
        labels: ["De la", "Trimis", "Către", "Cc", "Subiect"],
        apple: ("Începutul mesajului redirecționat:", ["De la", "Dată", "Către", "Subiect"]),
        original_lines: &["Mesaj original"],
        forward_lines: &["Mesaj redirecționat", "Forwarded message"],
        date: "marți, 4 martie 2025 10:00",
        phones: &["Trimis de pe iPhone-ul meu"],
        prefixes: ("RE", "FW"),
    },
    Language {
        code: "ca",
        author: "Mercè Àngels",
        reply: "Gràcies, el paquet ha arribat.\nUn llum està trencat: en podeu enviar un altre?",
        original: "El vostre paquet és de camí.\n\nReviseu-lo quan arribi.",
        subject: "Paquet 1234",
        attributions: &[
            "Missatge de {n} <{a}> del dia dt., 4 de març 2025 a les 10:00:", // Gmail
            "El 4 març 2025, a les 10:00, {n} <{a}> va escriure:",            // Apple Mail
            "El 4/3/25 a les 10:00, {n} ha escrit:",                          // Thunderbird
        ],
        labels: ["De", "Enviat", "Per a", "A/c", "Assumpte"],
        apple: ("Inici del missatge reenviat:", ["De", "Data", "Per a", "Assumpte"]),
        original_lines: &["Missatge original"],
        forward_lines: &["Missatge reenviat", "Forwarded message"],
        date: "dimarts, 4 de març de 2025 10:00",
        phones: &["Enviat des del meu iPhone"],
        prefixes: ("RE", "RV"),
    },
];
