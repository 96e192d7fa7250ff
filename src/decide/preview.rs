//! What a template would say about a ticket: planned as a send is, for somebody to look at.

use super::deciding::Deciding;
use super::flow::About;
use super::stage::Because;
use crate::domain::*;

/// Plans it: to the ticket's first contact where an automation sends the template to contacts, else to the user whom it
/// tells, else to the first user. `None`: there is nobody to send it to, or no mailbox. The workspace is of no use
/// afterwards.
pub fn preview(d: &mut Deciding<'_>, ticket: RecordId, template: &str) -> Option<SendPlan> {
    let setup = d.ws.setup.clone();
    let (user, tells) = reader(&setup, template);
    let user = user.and_then(|name| d.ws.user_named(&name)).map(|row| row.id);
    if template == DIGEST_TEMPLATE {
        let user = user?;
        d.keep_for_digest(user, ticket, &tells, d.context.at);
        let notice = d.ws.held_notices.iter().last()?.id;
        d.queue_digest(user, vec![DigestEntry { notice, count: 1 }]).ok()?;
        return d.decision.sends.pop();
    }
    let contact = d.addresses_of_contacts(ticket).first().copied();
    let users_own = user.and_then(|id| setup.user(&d.ws.users.get(&id)?.name)).and_then(|user| {
        Some(Participant { name: user.display_name.clone(), address: user.addresses.first()?.clone() })
    });
    let (purpose, to) = match users_own {
        Some(who) if !setup.mails_contacts(template) => (SendPurpose::Notification, d.address(&who)),
        _ => (SendPurpose::Automation, contact?),
    };
    let user = user.filter(|_| purpose == SendPurpose::Notification);
    let about = About { record: ticket, automation: "preview", template };
    d.queue_template(about, purpose, to, user, Because::default());
    let mut plan = d.decision.sends.pop()?;
    if let SendText::Template { failure, .. } = &mut plan.text {
        // As if a mail to the contact had come back.
        let example =
            |address| Undelivered { address, reason: "550 5.1.1 User unknown".to_owned(), subject: String::new() };
        *failure = contact.filter(|_| template == SEND_NOT_DELIVERED).map(example);
    }
    Some(plan)
}

/// The user whom an automation tells it, else the first one; and a template that users are told by.
fn reader(setup: &Setup, template: &str) -> (Option<String>, String) {
    let steps = setup.flows().flat_map(|(_, steps)| Step::all(steps));
    let notices = steps.filter_map(|step| match &step.action {
        Action::Notify { template, users } => Some((template, users)),
        _ => None,
    });
    let notices: Vec<_> = notices.collect();
    let told = notices
        .iter()
        .find(|(used, _)| *used == template)
        .and_then(|(_, users)| users.iter().find(|user| *user != OWNER).cloned());
    let user = told.or_else(|| setup.users.first().map(|user| user.name.clone()));
    let tells = notices.first().map_or("reply_not_delivered", |(used, _)| used.as_str());
    (user, tells.to_owned())
}
