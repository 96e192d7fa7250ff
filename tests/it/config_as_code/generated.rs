//! Setups of all shapes that a file can say, for properties of export and difference.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use ticketd::config;
use ticketd::domain::*;

/// A setup that [`config::parse`] may give.
pub fn setup() -> impl Strategy<Value = Setup> {
    let users = prop::collection::vec((text(), 1..3_usize, roles()), 0..3);
    let templates = prop::collection::vec(any_template(), 1..5);
    let pipelines = prop::collection::vec(any_pipeline(), 1..3);
    let mailboxes = prop::collection::vec(any_mailbox(), 0..4);
    let ignore = prop::collection::vec(any_rule(), 0..3);
    ("[A-Z][A-Z0-9]{0,9}", users, templates, pipelines, mailboxes, ignore).prop_map(
        |(ticket_prefix, users, templates, pipelines, mailboxes, ignore)| {
            let users: Vec<UserSetup> = users.into_iter().enumerate().map(|(n, user)| make_user(n, user)).collect();
            let templates = make_templates(templates);
            let of_actions = templates
                .iter()
                .filter(|one| ![SEND_NOT_DELIVERED, DIGEST_TEMPLATE].contains(&one.name.as_str()))
                .cloned()
                .collect::<Vec<_>>();
            let pipelines: Vec<Pipeline> = pipelines
                .into_iter()
                .enumerate()
                .map(|(n, some)| make_pipeline(n, some, &users, &of_actions))
                .collect();
            let mailboxes =
                mailboxes.into_iter().enumerate().map(|(n, some)| make_mailbox(n, some, &users, &pipelines)).collect();
            let ignore = ignore.into_iter().enumerate();
            let ignore = ignore.map(|(n, rule)| IgnoreRule { name: format!("rule-{n}"), ..rule }).collect();
            // Without it, what is not transactional may not go to contacts.
            let public_url = templates.iter().any(|template| !template.transactional);
            let public_url = public_url.then(|| "https://desk.example.org/td".to_owned());
            Setup {
                ticket_prefix,
                public_url,
                mailboxes,
                users,
                ignore,
                pipelines,
                templates,
                objects: Vec::new(),
                workflows: Vec::new(),
            }
        },
    )
}

/// Any text that is not blank, in one line.
fn text() -> impl Strategy<Value = String> {
    "[\\PC\"\\\\]{0,12}[x'\"\\\\#]"
}

/// Any text that is not blank.
fn lines() -> impl Strategy<Value = String> {
    "[\\PC\"\\\\\n\r\t ]{0,30}[x\"\\\\][\n \"]{0,4}"
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    subsequence(Role::ALL.to_vec(), 1..=Role::ALL.len()).prop_shuffle()
}

fn address(whose: &str, n: usize, more: usize) -> EmailAddress {
    EmailAddress::parse(&format!("{whose}-{n}.{more}@bücher.example.org")).unwrap()
}

fn make_user(n: usize, (display_name, addresses, roles): (String, usize, Vec<Role>)) -> UserSetup {
    let addresses = (0..addresses).map(|more| address("user", n, more)).collect();
    UserSetup { name: format!("user_{n}"), display_name, addresses, roles, disabled: false }
}

fn any_template() -> impl Strategy<Value = (bool, Vec<TemplateText>)> {
    let some = (text(), lines(), prop::option::of(lines()));
    let texts = prop::collection::vec(some, Language::ALL.len());
    let languages = subsequence(Language::ALL.to_vec(), 1..=Language::ALL.len()).prop_shuffle();
    (any::<bool>(), languages, texts).prop_map(|(transactional, languages, texts)| {
        let texts = languages.into_iter().zip(texts);
        let texts = texts.map(|(language, (subject, text, html))| TemplateText { language, subject, text, html });
        (transactional, texts.collect())
    })
}

/// The built-in ones come first, with these texts or their own; then others.
fn make_templates(some: Vec<(bool, Vec<TemplateText>)>) -> Vec<Template> {
    let mut templates = config::builtin().setup.templates;
    for (n, (transactional, texts)) in some.into_iter().enumerate() {
        match templates.get_mut(n * 2) {
            Some(template) => *template = Template { name: template.name.clone(), transactional, texts },
            None => templates.push(Template { name: format!("template_{n}"), transactional, texts }),
        }
    }
    templates
}

/// Whether it notifies, which template, which user.
type SomeAction = (bool, Index, Index);

#[derive(Debug, Clone)]
struct SomePipeline {
    label: String,
    stages: Vec<(String, StageState)>,
    rules: [(bool, Index); 2],
    reopen_within: Option<Millis>,
    automations: Vec<(Index, [bool; 3], Vec<SomeAction>)>,
}

fn any_pipeline() -> impl Strategy<Value = SomePipeline> {
    let state = prop::sample::select(StageState::ALL);
    let stages = prop::collection::vec((text(), state), 1..5);
    let actions = prop::collection::vec(any::<SomeAction>(), 1..4);
    let automations = prop::collection::vec((any::<Index>(), any::<[bool; 3]>(), actions), 0..3);
    let reopen_within = prop::option::of((1..1_000_000_i64).prop_map(|minutes| minutes * MINUTE));
    (text(), stages, any::<[(bool, Index); 2]>(), reopen_within, automations).prop_map(
        |(label, stages, rules, reopen_within, automations)| SomePipeline {
            label,
            stages,
            rules,
            reopen_within,
            automations,
        },
    )
}

fn make_pipeline(n: usize, some: SomePipeline, users: &[UserSetup], templates: &[Template]) -> Pipeline {
    let mut stages: Vec<Stage> = Vec::new();
    for (n, (label, state)) in some.stages.into_iter().enumerate() {
        stages.push(Stage { name: format!("stage_{n}"), label, state, probability: None, archived: false });
    }
    // New tickets enter an open stage, where there is one.
    if stages.iter().any(|stage| stage.state == StageState::Open) {
        stages[0].state = StageState::Open;
    }
    let [on_send, on_reply] =
        some.rules.map(|(on, at)| TemplatedAutomation { on, target: at.get(&stages).name.clone() });
    let action = |(tells, template, user): SomeAction| {
        let template = template.get(templates).name.clone();
        match users.is_empty() || !tells {
            true => Action::SendEmail { template },
            false => Action::Notify { template, users: vec![user.get(users).name.clone(); 1] },
        }
    };
    let automations = some.automations.into_iter().enumerate().map(|(n, (at, [on, reenrol, chat], actions))| {
        let (name, stage) = (format!("automation_{n}"), at.get(&stages).name.clone());
        StageAutomation {
            name,
            stage,
            on,
            reenrol,
            chat,
            actions: actions.into_iter().map(action).map(Step::from).collect(),
        }
    });
    let automations = automations.collect();
    let (name, reopen_within) = (format!("pipeline_{n}"), some.reopen_within);
    Pipeline { name, label: some.label, object: TICKET.into(), stages, on_send, on_reply, reopen_within, automations }
}

type SomeMailbox = (Option<Index>, String, Language, Vec<String>, Index, bool, Vec<String>);

fn any_mailbox() -> impl Strategy<Value = SomeMailbox> {
    let language = prop::sample::select(Language::ALL);
    let folders = prop::collection::vec(text(), 1..4);
    let trusted = prop::collection::vec("[a-z0-9.]{1,9}", 0..3);
    (prop::option::of(any::<Index>()), text(), language, folders, any::<Index>(), any::<bool>(), trusted)
}

fn make_mailbox(n: usize, some: SomeMailbox, users: &[UserSetup], pipelines: &[Pipeline]) -> MailboxSetup {
    let (user, display_name, language, sent_folders, pipeline, counts, trusted_authserv_ids) = some;
    // A user has one mailbox at most here: addresses belong to one.
    let user = user.and_then(|_| users.get(n));
    let (kind, addresses, pipeline) = match user {
        Some(user) => (MailboxKind::Personal, user.addresses.clone(), &pipelines[0]),
        None => (MailboxKind::Team, vec![address("team", n, 0), address("team", n, 1)], pipeline.get(pipelines)),
    };
    MailboxSetup {
        name: format!("mailbox_{n}"),
        kind,
        addresses,
        display_name,
        language,
        sent_folders,
        pipeline: pipeline.name.clone(),
        sent_counts_as_ticket_send: counts && kind == MailboxKind::Team,
        trusted_authserv_ids,
        user: user.map(|user| user.name.clone()),
    }
}

fn any_rule() -> impl Strategy<Value = IgnoreRule> {
    let sender = prop::option::of("[a-z]{1,5}@[a-z]{1,5}\\.example").prop_map(|sender| EmailAddress::parse(&sender?));
    let header = prop::option::of(("x-[a-z]{1,5}", prop_oneof![Just(String::new()), text()]));
    (sender, "[a-zü]{1,5}\\.example", header).prop_map(|(sender, domain, header)| {
        let domain = Some(domain).filter(|_| sender.is_none() || header.is_none());
        IgnoreRule { name: String::new(), sender, domain, header }
    })
}
