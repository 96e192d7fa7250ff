//! What a record goes through.

use ticketd::domain::*;

use super::house::*;

#[tokio::test]
async fn a_record_goes_from_action_to_action_at_once() {
    let actions = vec![set("amount", "100"), note("{{ title }} is worth {{ amount }}"), set_stage("offered")];
    let house = House::with(vec![workflow("greet", "deal", definition(entered("sales", "asked"), actions))]).await;
    let deal = house.create("deal", "Forty kettles", &[]).await;
    assert_eq!(house.log(), ["greet 1 set_property done", "greet 2 add_note done", "greet 3 set_stage done"]);
    assert_eq!(house.stage(deal), "offered");
    house.folds();
}

#[tokio::test]
async fn a_branch_takes_the_first_way_whose_condition_holds_and_else_the_default_one() {
    let way = |label: &str, value: &str, says: &str| Way {
        label: label.into(),
        when: is("amount", value),
        steps: vec![note(says).into()],
    };
    let branch = Action::Branch {
        ways: vec![way("hundred", "100", "a hundred"), way("also hundred", "100", "never")],
        otherwise: vec![note("something else").into()],
    };
    let house = House::with(vec![workflow("sort", "deal", definition(Trigger::RecordCreated, vec![branch]))]).await;
    house.create("deal", "One", &[("amount", "100")]).await;
    house.create("deal", "Other", &[]).await;
    let expected = ["1 branch done (hundred)", "2 add_note done", "1 branch done (otherwise)", "4 add_note done"];
    assert_eq!(house.log_of("sort"), expected);
    house.folds();
}

#[tokio::test]
async fn a_branch_decides_by_the_record_as_it_is_at_that_moment() {
    let branch = Action::Branch {
        ways: vec![Way { label: "big".into(), when: is("amount", "100"), steps: vec![note("big").into()] }],
        otherwise: Vec::new(),
    };
    let actions = vec![delay("2 days"), branch];
    let mut house = House::with(vec![workflow("later", "deal", definition(Trigger::RecordCreated, actions))]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.pass(DAY).await;
    house.set(deal, "amount", "100").await;
    house.pass(DAY).await;
    let expected = ["1 delay waiting (2026-03-04T08:00:00Z)", "1 delay done", "2 branch done (big)", "3 add_note done"];
    assert_eq!(house.log_of("later"), expected);
    house.folds();
}

#[tokio::test]
async fn a_rotation_gives_records_to_the_next_user_who_is_at_work() {
    let rotate = Action::RotateOwner { users: vec!["alice".into(), "bob".into()] };
    let house = House::with(vec![workflow("turns", "deal", definition(Trigger::RecordCreated, vec![rotate]))]).await;
    for title in ["a", "b", "c"] {
        house.create("deal", title, &[]).await;
    }
    house.change(|setup| setup.users[1].disabled = true).await;
    house.create("deal", "d", &[]).await;
    let owners = house.log_of("turns").iter().map(|line| line.replace("1 rotate_owner done ", "")).collect::<Vec<_>>();
    assert_eq!(owners, ["(alice)", "(bob)", "(alice)", "(alice)"]);
    house.folds();
}

#[tokio::test]
async fn a_record_that_is_made_is_linked_and_has_the_same_contacts_and_companies() {
    let make = Action::CreateRecord {
        object: "ticket".into(),
        pipeline: None,
        title: "Deliver {{ title }}".into(),
        properties: [("priority".to_owned(), "high".to_owned())].into(),
    };
    let house = House::with(vec![workflow("deliver", "deal", definition(entered("sales", "won"), vec![make]))]).await;
    let deal = house.create("deal", "Forty kettles", &[]).await;
    let made = house.go(deal, "won").await;
    let ticket = made.decision.changes.iter().find_map(|change| match change {
        Change::OpenTicket { record, .. } => Some(record.clone()),
        _ => None,
    });
    let ticket = ticket.unwrap();
    assert_eq!((ticket.title.as_str(), ticket.source), ("Deliver Forty kettles", Source::Api));
    let is_linked =
        |change: &&Change| matches!(change, Change::TicketLink(row) if row.ticket == ticket.id && row.other == deal);
    assert!(made.decision.changes.iter().any(|change| is_linked(&change)), "{made:#?}");
    assert!(made.queued.iter().any(|send| send.template.as_deref() == Some("ticket_received")), "the contact is told");
    house.folds();
}

#[tokio::test]
async fn a_chain_of_workflows_that_comes_back_to_itself_stops_with_an_error() {
    let there = workflow("there", "deal", definition(entered("sales", "offered"), vec![set_stage("asked")]));
    let back = workflow("back", "deal", definition(entered("sales", "asked"), vec![set_stage("offered")]));
    let house = House::with(vec![there, back]).await;
    let outcome = {
        let deal = house.create("deal", "One", &[]).await;
        assert_eq!(house.stage(deal), "asked");
        house.log()
    };
    let expected = ["back 1 set_stage failed (loop)", "there 1 set_stage done", "back 1 set_stage done"];
    assert_eq!(outcome, expected);
    house.folds();
}

#[tokio::test]
async fn more_than_ten_moves_for_one_cause_are_a_loop() {
    let moves = (0..12).map(|n| set_stage(if n % 2 == 0 { "offered" } else { "asked" })).collect();
    let house = House::with(vec![workflow("dance", "deal", definition(Trigger::RecordCreated, moves))]).await;
    house.create("deal", "One", &[]).await;
    let log = house.log_of("dance");
    assert_eq!(log.iter().filter(|line| line.ends_with("set_stage done")).count(), 10, "{log:#?}");
    assert!(log[10].contains("10 times for one cause"), "{log:#?}");
    house.folds();
}

#[tokio::test]
async fn a_chain_is_counted_through_its_delays() {
    let there =
        workflow("there", "deal", definition(entered("sales", "offered"), vec![delay("1 hour"), set_stage("asked")]));
    let back =
        workflow("back", "deal", definition(entered("sales", "asked"), vec![delay("1 hour"), set_stage("offered")]));
    let mut house = House::with(vec![there, back]).await;
    house.create("deal", "One", &[]).await;
    let fired = house.pass(3 * DAY).await;
    assert_eq!(fired.len(), 2, "each of them once, then it is a loop: {:#?}", house.log());
    house.folds();
}

#[tokio::test]
async fn mail_about_a_deal_goes_to_its_contacts() {
    let mail = Action::SendEmail { template: "offer".into() };
    let mut setup = setup();
    setup.templates.push(Template {
        name: "offer".into(),
        transactional: true,
        texts: vec![TemplateText {
            language: Language::English,
            subject: "About {{ ticket.subject }}".into(),
            text: "Hello".into(),
            html: None,
        }],
    });
    setup.workflows = vec![workflow("tell", "deal", definition(Trigger::RecordCreated, vec![mail]))];
    let mut house = House::of(setup).await;
    let sent = house.create("deal", "Forty kettles", &[]).await;
    assert_eq!(house.log_of("tell"), ["1 send_email done"]);
    let mail = house.mails_about(sent);
    assert_eq!(mail.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["About Forty kettles"]);
    let id = mail[0].message_id.clone().unwrap();
    let answer = house.mail(&format!("Subject: Re: About Forty kettles\r\nIn-Reply-To: <{id}>")).await;
    assert_eq!(answer.decision.kind, Some(Kind::NewConversation), "a deal is no ticket: the answer opens one");
    house.folds();
}

#[tokio::test]
async fn a_mail_that_cannot_be_filled_is_a_failed_action_and_the_next_one_is_carried_out() {
    let mut setup = setup();
    let text =
        TemplateText { language: Language::English, subject: "x".into(), text: "{{ 1 / 0 }}".into(), html: None };
    setup.templates.push(Template { name: "broken".into(), transactional: true, texts: vec![text] });
    let mail = Action::SendEmail { template: "broken".into() };
    setup.workflows = vec![workflow("tell", "deal", definition(Trigger::RecordCreated, vec![mail, note("x")]))];
    let house = House::of(setup).await;
    house.create("deal", "Forty kettles", &[]).await;
    let log = house.log_of("tell");
    assert!(log[0].starts_with("1 send_email failed ("), "{log:#?}");
    assert_eq!(log[1], "2 add_note done");
    house.folds();
}

#[tokio::test]
async fn a_mail_that_is_not_transactional_is_skipped_for_who_is_no_marketing_contact() {
    let mail = Action::SendEmail { template: "news".into() };
    let mut setup = setup();
    setup.templates.push(Template { name: "news".into(), transactional: false, texts: Vec::new() });
    setup.workflows = vec![workflow("tell", "ticket", definition(Trigger::RecordCreated, vec![mail]))];
    let house = House::of(setup).await;
    house.create("ticket", "Kettle", &[]).await;
    assert_eq!(house.log_of("tell"), ["1 send_email skipped (not_marketing)"]);
    house.folds();
}
