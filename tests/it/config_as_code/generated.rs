//! Setups of all shapes that a file can say, for properties of export and difference.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use ticketd::config;
use ticketd::domain::*;

use super::flows;

/// A setup that [`config::parse`] may give.
pub fn setup() -> impl Strategy<Value = Setup> {
    with_flows(without_flows())
}

/// Stage automations and workflows, which name what else there is.
fn with_flows(setup: impl Strategy<Value = Setup>) -> impl Strategy<Value = Setup> {
    setup.prop_flat_map(|setup| {
        let automations = flows::automations(&setup);
        let workflows = flows::workflows(&setup);
        (Just(setup), automations, workflows).prop_map(|(mut setup, automations, workflows)| {
            for (pipeline, automations) in setup.pipelines.iter_mut().zip(automations) {
                pipeline.automations = automations;
            }
            setup.workflows = workflows;
            // Without it, what is not transactional may not go to contacts.
            let public_url = setup.templates.iter().any(|template| !template.transactional);
            setup.public_url = public_url.then(|| "https://desk.example.org/td".to_owned());
            setup
        })
    })
}

fn without_flows() -> impl Strategy<Value = Setup> {
    let users = prop::collection::vec((text(), 1..3_usize, roles(), any::<bool>()), 0..3);
    let templates = prop::collection::vec(any_template(), 1..5);
    let pipelines = prop::collection::vec(any_pipeline(), 1..3);
    let mailboxes = prop::collection::vec(any_mailbox(), 0..4);
    let ignore = prop::collection::vec(any_rule(), 0..3);
    ("[A-Z][A-Z0-9]{0,9}", users, templates, flows::objects(), pipelines, mailboxes, ignore).prop_map(
        |(ticket_prefix, users, templates, objects, pipelines, mailboxes, ignore)| {
            let users: Vec<UserSetup> = users.into_iter().enumerate().map(|(n, user)| make_user(n, user)).collect();
            let mut setup = Setup { ticket_prefix, objects, ..Setup::default() };
            let names: Vec<String> = setup.objects().map(|object| object.name.clone()).collect();
            let pipelines = pipelines.into_iter().enumerate();
            setup.pipelines = pipelines.map(|(n, some)| make_pipeline(n, some, &names)).collect();
            let mailboxes = mailboxes.into_iter().enumerate();
            setup.mailboxes = mailboxes.map(|(n, some)| make_mailbox(n, some, &users, &setup.pipelines)).collect();
            let ignore = ignore.into_iter().enumerate();
            setup.ignore = ignore.map(|(n, rule)| IgnoreRule { name: format!("rule-{n}"), ..rule }).collect();
            setup.templates = make_templates(templates);
            setup.users = users;
            setup
        },
    )
}

/// Any text that is not blank, in one line.
pub fn text() -> impl Strategy<Value = String> {
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

fn make_user(n: usize, some: (String, usize, Vec<Role>, bool)) -> UserSetup {
    let (display_name, addresses, roles, disabled) = some;
    let addresses = (0..addresses).map(|more| address("user", n, more)).collect();
    UserSetup { name: format!("user_{n}"), display_name, addresses, roles, disabled }
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

#[derive(Debug, Clone)]
struct SomePipeline {
    label: String,
    /// The first is for tickets whatever this says.
    object: Index,
    stages: Vec<(String, StageState, Option<i64>, bool)>,
    rules: [(bool, Index); 2],
    reopen_within: Option<Millis>,
}

fn any_pipeline() -> impl Strategy<Value = SomePipeline> {
    let state = prop::sample::select(StageState::ALL);
    let stages = prop::collection::vec((text(), state, prop::option::of(0..=100_i64), any::<bool>()), 1..5);
    let reopen_within = prop::option::of((1..1_000_000_i64).prop_map(|minutes| minutes * MINUTE));
    (text(), any::<Index>(), stages, any::<[(bool, Index); 2]>(), reopen_within).prop_map(
        |(label, object, stages, rules, reopen_within)| SomePipeline { label, object, stages, rules, reopen_within },
    )
}

fn make_pipeline(n: usize, some: SomePipeline, objects: &[String]) -> Pipeline {
    let object = if n == 0 { TICKET.to_owned() } else { some.object.get(objects).clone() };
    let mut stages: Vec<Stage> = Vec::new();
    for (n, (label, state, probability, archived)) in some.stages.into_iter().enumerate() {
        let is_deal = object == DEAL;
        let state = if is_deal || state == StageState::Open { state } else { StageState::Closed };
        let probability = probability.filter(|_| is_deal);
        // New records enter an open stage.
        let (state, archived) = if n == 0 { (StageState::Open, false) } else { (state, archived) };
        stages.push(Stage { name: format!("stage_{n}"), label, state, probability, archived });
    }
    let is_ticket = object == TICKET;
    let [on_send, on_reply] = some.rules.map(|(on, at)| {
        let target = at.get(&stages);
        match is_ticket {
            true => TemplatedAutomation { on: on && !target.archived, target: target.name.clone() },
            false => TemplatedAutomation { on: false, target: String::new() },
        }
    });
    let (name, reopen_within) = (format!("pipeline_{n}"), some.reopen_within.filter(|_| is_ticket));
    Pipeline { name, label: some.label, object, stages, on_send, on_reply, reopen_within, automations: Vec::new() }
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
    let pipelines: Vec<&Pipeline> = pipelines.iter().filter(|pipeline| pipeline.object == TICKET).collect();
    let (kind, addresses, pipeline) = match user {
        Some(user) => (MailboxKind::Personal, user.addresses.clone(), pipelines[0]),
        None => (MailboxKind::Team, vec![address("team", n, 0), address("team", n, 1)], *pipeline.get(&pipelines)),
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
