//! The configuration file: what is accepted, what it means, and that every problem is reported.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ticketd::config::{
    self, After, Config, Credential, Dkim, Login, MOST_BYTES, Mechanism, OauthFlow, OnUnknown, PasswordFrom, Problem,
    ReturnPath, STARTER, Security, Severity, Start,
};
use ticketd::domain::{Action, DAY, Language, MailboxKind, Role, StageState, Timestamp};

/// The .toml files of a fixture folder, by name. None at all means that the test would test nothing.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "toml")).collect();
    files.sort();
    assert!(!files.is_empty(), "no .toml file in {}", folder.display());
    files
}

fn fixture(path: &str) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
    config::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn transcript(problems: &[Problem]) -> String {
    let mut out = String::new();
    for Problem { severity, line, column, width, message, hint } in problems {
        writeln!(out, "{line}:{column}+{width} {severity}: {message}").unwrap();
        if let Some(hint) = hint {
            writeln!(out, "    {hint}").unwrap();
        }
    }
    out
}

/// Compares with the `.expected` beside `path`; writes it where UPDATE_EXPECTED is set.
fn assert_expected(path: &Path, found: &str) {
    let expected_path = path.with_extension("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() && !found.is_empty() {
        std::fs::write(&expected_path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
    assert_eq!(found, expected, "{} (UPDATE_EXPECTED=1 takes what was found)", path.display());
}

#[test]
fn a_valid_file_is_accepted_with_exactly_the_expected_warnings() {
    for path in files("config/valid") {
        match config::parse(&std::fs::read_to_string(&path).unwrap()) {
            Ok(config) => assert_expected(&path, &transcript(&config.warnings)),
            Err(problems) => panic!("{}:\n{}", path.display(), transcript(&problems)),
        }
    }
}

#[test]
fn an_invalid_file_gives_exactly_the_expected_problems() {
    for path in files("config/invalid") {
        let problems = config::parse(&std::fs::read_to_string(&path).unwrap()).expect_err(&path.to_string_lossy());
        assert!(problems.iter().any(|problem| problem.severity == Severity::Error), "{}", path.display());
        assert_expected(&path, &transcript(&problems));
    }
}

#[test]
fn ten_mistakes_in_one_file_are_reported_in_one_run() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config/invalid/ten-mistakes.toml");
    let problems = config::parse(&std::fs::read_to_string(path).unwrap()).unwrap_err();
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let lines: Vec<_> = errors.map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 8, 9, 11, 12, 14, 15, 19, 22]);
}

#[test]
fn a_text_cut_off_anywhere_gives_problems_inside_the_text_and_never_a_panic() {
    for path in files("config/valid").into_iter().chain(files("config/invalid")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            for problem in config::parse(&text[..end]).err().into_iter().flatten() {
                assert!(problem.line <= text[..end].matches('\n').count() + 1, "{} at {end}", path.display());
            }
        }
    }
}

#[test]
fn line_ends_of_windows_mean_the_same() {
    for path in files("config/valid").into_iter().chain(files("apply")) {
        let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let windows = config::parse(&text.replace('\n', "\r\n")).unwrap();
        assert_eq!(windows, config::parse(&text).unwrap(), "{}", path.display());
    }
}

#[test]
fn every_key_ends_up_where_it_belongs() {
    let Config { database, time_zone, setup, accounts, .. } = fixture("config/valid/everything.toml");
    assert_eq!(database.as_deref(), Some("data/desk.db"));
    assert_eq!(time_zone.as_deref(), Some("America/Argentina/Buenos_Aires"));
    assert_eq!(setup.ticket_prefix, "HELP2");

    let team = setup.mailbox("helpdesk").unwrap();
    assert_eq!(
        (team.kind, team.language, team.display_name.as_str()),
        (MailboxKind::Team, Language::Dutch, "Helpdesk")
    );
    assert_eq!(team.addresses.iter().map(|a| a.as_str()).collect::<Vec<_>>(), ["help@example.org", "hulp@example.org"]);
    assert_eq!(team.sent_folders, ["Sent", "Verzonden items"]);
    assert_eq!((team.pipeline.as_str(), team.sent_counts_as_ticket_send), ("second-line", true));
    assert_eq!(team.trusted_authserv_ids, ["mx.example.org"]);
    let [account, own] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!(
        (account.mailbox.as_str(), account.server.host.as_str(), account.server.port),
        ("helpdesk", "imap.example.org", 1143)
    );
    assert_eq!((account.server.security, account.server.ca_file.as_deref()), (Security::StartTls, Some("ca.pem")));
    assert_eq!(account.credential, Credential::Password(PasswordFrom::Credential("helpdesk".to_owned())));
    assert_eq!(account.folders, ["INBOX", "Klachten"]);
    assert_eq!(account.sent_folders.as_deref(), Some(&["Sent".to_owned(), "Verzonden items".to_owned()][..]));
    assert_eq!(account.start, Start::Since(Timestamp(1_767_225_600_000)));
    assert_eq!((&account.after, account.most_bytes), (&After::Move("Archief".to_owned()), 20 * 1024 * 1024));
    assert_eq!((own.mailbox.as_str(), own.kind, own.server.port), ("carol", MailboxKind::Personal, 993));
    assert_eq!((own.server.security, own.sent_folders.as_ref(), own.start), (Security::Implicit, None, Start::Now));
    assert_eq!((&own.after, own.most_bytes), (&After::Nothing, MOST_BYTES));
    assert_eq!(setup.mailbox("carol").unwrap().user.as_deref(), Some("carol"));
    assert_eq!(setup.user("carol").unwrap().roles, [Role::Agent, Role::SuperAdmin]);

    let newsletters = &setup.ignore[0];
    assert_eq!(newsletters.domain.as_deref(), Some("letters.example.com"));
    assert_eq!(newsletters.header, Some(("list-unsubscribe".into(), "campaign".into())));
    assert_eq!(setup.ignore[1].sender.as_ref().unwrap().as_str(), "alarm@example.com");

    let pipeline = setup.pipeline("second-line").unwrap();
    assert_eq!((pipeline.label.as_str(), pipeline.reopen_within), ("Second line", Some(15 * DAY)));
    let stages: Vec<_> = pipeline.stages.iter().map(|s| (s.name.as_str(), s.label.as_str(), s.state)).collect();
    assert_eq!(stages, [("intake", "Just in", StageState::Open), ("done", "Done", StageState::Closed)]);
    assert!(!pipeline.on_send.on && pipeline.on_reply.on);
    assert_eq!(pipeline.on_reply.target, "intake");
    let tell = &pipeline.automations[0];
    assert_eq!((tell.stage.as_str(), tell.on, tell.reenrol, tell.chat), ("intake", false, false, true));
    let notify = Action::Notify { template: "new_work".into(), users: vec!["carol".into()] };
    assert_eq!(tell.actions, [Action::SendEmail { template: "ticket_received".into() }.into(), notify.into()]);

    let new_work = setup.template("new_work").unwrap();
    assert!(!new_work.transactional);
    assert_eq!(new_work.texts[0].html.as_deref(), Some("<p>Look at {{ ticket.subject }}.</p>"));
}

#[test]
fn clients_of_oauth_have_the_addresses_and_scopes_of_their_provider_or_their_own() {
    let config = fixture("config/valid/oauth.toml");
    let [google, microsoft, own] = config.oauth.as_slice() else { panic!("{:?}", config.oauth) };
    assert_eq!(google.token.to_string(), "https://oauth2.googleapis.com/token");
    assert_eq!((&google.device, google.flow, google.secret_in_form), (&None, OauthFlow::Refresh, true));
    // Without these there is no refresh token.
    assert!(google.authorize.as_ref().unwrap().path.ends_with("?access_type=offline&prompt=consent"));
    assert_eq!(google.scopes, ["https://mail.google.com/"]);
    let tenant = "https://login.microsoftonline.com/example.org/oauth2/v2.0/";
    let urls = [Some(&microsoft.token), microsoft.device.as_ref(), microsoft.authorize.as_ref()];
    let urls = urls.map(|url| url.unwrap().to_string());
    assert_eq!(urls, ["token", "devicecode", "authorize"].map(|path| format!("{tenant}{path}")));
    assert_eq!((microsoft.flow, microsoft.secret_in_form), (OauthFlow::ClientCredentials, true));
    assert_eq!(microsoft.scopes, ["https://outlook.office365.com/.default"]);
    assert_eq!(microsoft.secret_expires, Some(Timestamp(1_801_353_600_000)));
    let device = own.device.as_ref().unwrap();
    assert_eq!((own.token.server.port, own.token.server.ca_file.as_deref()), (8443, Some("ca.pem")));
    assert_eq!((device.server.security, device.to_string().as_str()), (Security::None, "http://localhost:8080/device"));
    assert_eq!((own.secret.as_ref(), own.secret_in_form), (None, false));
    assert_eq!(own.scopes, ["mail", "offline_access"]);
    assert_eq!(config.accounts[0].credential, Credential::OAuth("own".to_owned()));
    let login = config.relays[0].login.as_ref().unwrap();
    assert_eq!(
        (&login.credential, login.mechanism),
        (&Credential::OAuth("microsoft".to_owned()), Some(Mechanism::Xoauth2))
    );
}

#[test]
fn relays_are_in_the_order_of_the_file_with_every_key_or_its_default() {
    let relays = fixture("config/valid/everything.toml").relays;
    let [main, spare] = relays.as_slice() else { panic!("{relays:?}") };
    assert_eq!((main.name.as_str(), main.server.to_string().as_str()), ("main", "smtp.example.org:2587"));
    assert_eq!((main.server.security, main.server.ca_file.as_deref()), (Security::StartTls, Some("ca.pem")));
    assert_eq!(main.hello.as_deref(), Some("desk.example.org"));
    let credential = Credential::Password(PasswordFrom::Credential("relay".to_owned()));
    let login = Login { user: "helpdesk".to_owned(), credential, mechanism: Some(Mechanism::Login) };
    assert_eq!(main.login, Some(login));
    assert_eq!((main.connections, main.per_minute, main.per_domain), (4, Some(120), Some(1)));
    assert_eq!((main.on_unknown, main.return_path), (OnUnknown::Hold, ReturnPath::Mailbox));
    let (domain, selector, key_file) = ("example.org".to_owned(), "desk1".to_owned(), "dkim.pem".to_owned());
    assert_eq!((&main.dkim, &spare.dkim), (&Some(Dkim { domain, selector, key_file }), &None));
    assert_eq!((spare.name.as_str(), spare.server.security, &spare.login), ("spare", Security::None, &None));
    assert_eq!((spare.connections, spare.per_minute, spare.per_domain), (2, None, None));
    assert_eq!((spare.on_unknown, spare.return_path, &spare.hello), (OnUnknown::Resend, ReturnPath::Verp, &None));
    // Nothing is sent unencrypted because a key was left out; the ports are those of submission (RFC 8314 3.3, RFC 6409 3.1).
    let short = config::parse(
        "[[relay]]\nname = \"a\"\nhost = \"b\"\n[[relay]]\nname = \"c\"\nhost = \"d\"\ntls = \"implicit\"\n",
    );
    let short = short.unwrap().relays.into_iter().map(|relay| (relay.server.security, relay.server.port));
    assert_eq!(short.collect::<Vec<_>>(), [(Security::StartTls, 587), (Security::Implicit, 465)]);
}

#[test]
fn the_daemon_listens_on_this_computer_or_nowhere() {
    assert_eq!(fixture("config/valid/everything.toml").daemon.listen, Some("[::1]:9464".parse().unwrap()));
    assert_eq!(fixture("config/valid/minimal.toml").daemon.listen, None);
}

#[test]
fn what_the_file_leaves_out_has_a_default() {
    let Config { setup, database, time_zone, .. } = fixture("config/valid/minimal.toml");
    let builtin = config::builtin().setup;
    assert_eq!((database, time_zone), (None, None));
    assert_eq!(
        (&setup.ticket_prefix, &setup.pipelines, &setup.templates),
        (&builtin.ticket_prefix, &builtin.pipelines, &builtin.templates)
    );
    assert_eq!(setup.mailboxes, builtin.mailboxes);
}

#[test]
fn a_template_of_the_file_replaces_the_built_in_one_of_its_name_and_leaves_the_others() {
    let setup = fixture("config/valid/everything.toml").setup;
    let builtin = config::builtin().setup;
    let names: Vec<_> = setup.templates.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ticket_received",
            "ticket_closed",
            "send_not_delivered",
            "reply_not_delivered",
            "notification_digest",
            "new_work"
        ]
    );
    assert_eq!(setup.template("ticket_received"), builtin.template("ticket_received"));
    assert_eq!(setup.template("ticket_closed").unwrap().text(Language::English).unwrap().subject, "Gesloten");
}

#[test]
fn a_templated_automation_leads_to_the_usual_stage_where_the_pipeline_has_it() {
    let setup = fixture("config/valid/everything.toml").setup;
    let pipeline = setup.pipeline("first-line").unwrap();
    assert_eq!((pipeline.on_send.on, pipeline.on_send.target.as_str()), (true, "waiting_on_contact"));
    assert_eq!((pipeline.on_reply.on, pipeline.on_reply.target.as_str()), (true, "waiting_on_us"));
}

#[test]
fn a_personal_mailbox_has_its_users_addresses_and_name() {
    let setup = fixture("desk/ticketd.toml").setup;
    let alice = setup.mailbox("alice").unwrap();
    assert_eq!((alice.kind, alice.display_name.as_str()), (MailboxKind::Personal, "Alice Moreau"));
    assert_eq!(alice.addresses, setup.user("alice").unwrap().addresses);
    assert!(setup.mailbox("desk").unwrap().sent_counts_as_ticket_send);
}

#[test]
fn a_new_installation_has_the_support_pipeline_with_both_rules_and_both_presets_on() {
    let setup = config::builtin().setup;
    let pipeline = setup.pipeline("support").unwrap();
    let labels: Vec<_> = pipeline.stages.iter().map(|stage| stage.label.as_str()).collect();
    assert_eq!(labels, ["New", "Waiting on contact", "Waiting on us", "Closed"]);
    assert!(pipeline.is_closed("closed") && pipeline.first_open().unwrap().name == "new");
    assert!(pipeline.on_send.on && pipeline.on_reply.on && pipeline.reopen_within.is_none());
    let presets: Vec<_> =
        pipeline.automations.iter().map(|a| (a.name.as_str(), a.stage.as_str(), a.on, a.reenrol)).collect();
    assert_eq!(presets, [("ticket_received", "new", true, false), ("ticket_closed", "closed", true, true)]);
    for template in &setup.templates {
        assert!(template.transactional, "{}", template.name);
        for language in Language::ALL {
            assert_eq!(template.text(*language).unwrap().language, *language, "{}", template.name);
        }
    }
}

#[test]
fn the_starter_file_is_right_as_it_is() {
    let config = config::parse(STARTER).map_err(|problems| transcript(&problems)).unwrap();
    assert_eq!(transcript(&config.warnings), "");
    assert_eq!(config.setup.pipelines, config::builtin().setup.pipelines);
}

/// Prose begins with `# `, an example with `#` and no space.
#[test]
fn every_example_of_the_starter_file_can_be_switched_on_by_taking_its_hash_away() {
    let is_example = |line: &str| line.starts_with('#') && !line.starts_with("# ");
    let switched_on = STARTER.lines().map(|line| if is_example(line) { &line[1..] } else { line });
    let text = switched_on.collect::<Vec<_>>().join("\n");
    let setup = config::parse(&text).map_err(|problems| transcript(&problems)).unwrap().setup;
    assert_eq!(setup.pipelines, config::builtin().setup.pipelines, "the pipeline shown is the built-in one");
    assert_eq!((setup.mailboxes.len(), setup.ignore.len()), (2, 2));
    assert_eq!(setup.template("ticket_closed").unwrap().texts.len(), 1);
}
