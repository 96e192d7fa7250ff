//! Records of every object: making them, their properties, and what is written down about them.

use std::collections::BTreeMap;

use super::deciding::Deciding;
use super::flow::NoteText;
use super::refusal::Refusal;
use super::stage::Because;
use super::ticket::NewTicket;
use crate::domain::*;

/// A record to be made.
#[derive(Debug, Clone)]
pub(super) struct NewRecord {
    pub object: String,
    /// `None`: the object's first.
    pub pipeline: Option<String>,
    /// `None`: the pipeline's first.
    pub stage: Option<String>,
    pub title: String,
    pub source: Source,
    pub properties: BTreeMap<String, String>,
    pub contacts: Vec<ContactId>,
    pub companies: Vec<CompanyId>,
    pub linked_to: Option<RecordId>,
}

impl NewRecord {
    /// One that a workflow makes.
    pub(super) fn linked(
        object: &str,
        pipeline: Option<&str>,
        title: &str,
        properties: &BTreeMap<String, String>,
    ) -> Self {
        NewRecord {
            object: object.to_owned(),
            pipeline: pipeline.map(str::to_owned),
            stage: None,
            title: title.to_owned(),
            source: Source::Api,
            properties: properties.clone(),
            contacts: Vec::new(),
            companies: Vec::new(),
            linked_to: None,
        }
    }
}

/// A user makes a record; `draft` has its title as subject and its contacts as recipients.
pub fn create(d: &mut Deciding<'_>, order: &CreateRequest, draft: &Draft) -> Result<(), Refusal> {
    let contacts = draft.to.iter().map(|who| d.contact(who)).collect();
    let companies = order.companies.iter().map(|name| d.company(name)).collect();
    let new = NewRecord {
        object: order.object.clone(),
        pipeline: order.pipeline.clone(),
        stage: order.stage.clone(),
        title: draft.subject.clone().unwrap_or_default(),
        source: order.source,
        properties: order.properties.clone(),
        contacts,
        companies,
        linked_to: None,
    };
    let record = d.create_record(new, Because::default())?;
    let object = d.ws.setup.object(&order.object).filter(|object| object.name != TICKET);
    d.decision.explanation.made = object.map(|object| object.singular.clone());
    d.decision.ticket = Some(record);
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// A user sets properties of a record; without a value one is taken away.
pub fn set_properties(
    d: &mut Deciding<'_>,
    record: RecordId,
    values: &BTreeMap<String, Option<String>>,
) -> Result<(), Refusal> {
    d.ws.records.get(&record).ok_or(Refusal::NoRecord)?;
    // All of them are checked before one is set.
    let checked = values.iter().map(|(name, value)| Ok((name, d.checked_value(record, name, value.as_deref())?)));
    let checked = checked.collect::<Result<Vec<_>, Refusal>>()?;
    d.decision.ticket = Some(record);
    d.decision.status_before = d.ws.stage_of(record).map(str::to_owned);
    for (name, value) in checked {
        d.set_property(record, name, value, Because::default());
    }
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// A user connects a record with contacts (recipients of the draft) and companies, or takes them off.
pub fn associate(d: &mut Deciding<'_>, order: &AssociateRequest, draft: &Draft) -> Result<(), Refusal> {
    let record = order.record;
    d.ws.records.get(&record).ok_or(Refusal::NoRecord)?;
    d.decision.ticket = Some(record);
    for who in &draft.to {
        let row = TicketContactRow { ticket: record, contact: d.contact(who) };
        d.change(if order.remove { Change::NoTicketContact(row) } else { Change::TicketContact(row) });
    }
    for name in &order.companies {
        let row = RecordCompanyRow { record, company: d.company(name) };
        d.change(if order.remove { Change::NoRecordCompany(row) } else { Change::RecordCompany(row) });
    }
    Ok(())
}

/// Refuses a record that does not exist.
pub fn check_record(d: &Deciding<'_>, record: RecordId) -> Result<(), Refusal> {
    d.ws.records.get(&record).map(|_| ()).ok_or(Refusal::NoRecord)
}

/// A user writes something down about a record.
pub fn note(d: &mut Deciding<'_>, record: RecordId, draft: ContentId) {
    d.decision.ticket = Some(record);
    d.note(record, NoteText { text: None, draft: Some(draft), automation: None });
}

/// A user has done a task.
pub fn finish_task(d: &mut Deciding<'_>, task: TaskId) -> Result<(), Refusal> {
    let row = d.ws.tasks.get(&task).cloned().ok_or(Refusal::NoTask)?;
    if row.done_at.is_some() {
        return Err(Refusal::TaskIsDone);
    }
    d.decision.ticket = Some(row.record);
    d.change(Change::Task(TaskRow { done_at: Some(d.context.at), ..row }));
    Ok(())
}

impl Deciding<'_> {
    /// Makes a record; it enters its stage.
    pub(super) fn create_record(&mut self, new: NewRecord, because: Because) -> Result<RecordId, Refusal> {
        let setup = self.ws.setup.clone();
        let object = setup.object(&new.object).ok_or_else(|| Refusal::NoObject(new.object.clone()))?;
        let pipeline = match &new.pipeline {
            Some(name) => setup.pipeline(name).ok_or_else(|| Refusal::NoPipeline(name.clone()))?,
            None => setup.pipeline_for(&object.name).ok_or_else(|| Refusal::NoPipelineFor(object.name.clone()))?,
        };
        if pipeline.object != object.name {
            return Err(Refusal::PipelineOfOther { pipeline: pipeline.name.clone(), object: pipeline.object.clone() });
        }
        let stage = match &new.stage {
            Some(stage) => pipeline.stage(stage).filter(|stage| !stage.archived),
            None => pipeline.first(),
        };
        let stage = stage.ok_or_else(|| Refusal::no_stage(pipeline, new.stage.as_deref().unwrap_or_default()))?;
        let mut properties = BTreeMap::new();
        for (name, value) in &new.properties {
            properties.insert(name.clone(), checked(&setup, object, name, value)?);
        }
        if object.name == TICKET {
            let ticket = NewTicket {
                pipeline: pipeline.name.clone(),
                stage: Some(stage.name.clone()),
                title: new.title,
                source: new.source,
                mailbox: None,
                contacts: new.contacts,
                companies: new.companies,
                properties,
                thread: None,
                linked_to: new.linked_to,
            };
            return self.open_ticket(ticket, because).ok_or_else(|| Refusal::NoPipelineFor(object.name.clone()));
        }
        let id: RecordId = self.id();
        self.change(Change::Record(RecordRow {
            id,
            object: object.name.clone(),
            pipeline: pipeline.name.clone(),
            stage: stage.name.clone(),
            title: if new.title.is_empty() { format!("(no {})", CommonProperty::Title) } else { new.title },
            source: new.source,
            created_at: self.context.at,
            event: self.context.seq,
        }));
        for contact in new.contacts {
            self.change(Change::TicketContact(TicketContactRow { ticket: id, contact }));
        }
        self.link(id, new.linked_to, because.message);
        self.furnish(id, new.companies, properties);
        self.enter_first_stage(id, &stage.name, because);
        Ok(id)
    }

    /// What a new record has before it enters its stage: what stands there may ask for it.
    pub(super) fn furnish(
        &mut self,
        record: RecordId,
        companies: Vec<CompanyId>,
        properties: BTreeMap<String, String>,
    ) {
        for company in companies {
            self.change(Change::RecordCompany(RecordCompanyRow { record, company }));
        }
        for (name, value) in properties {
            self.put_value(record, &name, value);
        }
    }

    /// A new record enters its stage, and is there.
    pub(super) fn enter_first_stage(&mut self, record: RecordId, stage: &str, because: Because) {
        self.enter_stage(record, None, stage, StageCause::Created, because);
        self.trigger(record, |trigger| *trigger == Trigger::RecordCreated, because);
    }

    /// The company of that name, made when there is none.
    fn company(&mut self, name: &str) -> CompanyId {
        if let Some(known) = self.ws.companies.iter().find(|company| company.name == name) {
            return known.id;
        }
        let row = CompanyRow { id: self.id(), name: name.to_owned() };
        let id = row.id;
        self.change(Change::Company(row));
        id
    }

    /// The value in its canonical form, if the record may have it.
    pub(super) fn checked_value(
        &self,
        record: RecordId,
        property: &str,
        value: Option<&str>,
    ) -> Result<Option<String>, Refusal> {
        let row = self.ws.records.get(&record).ok_or(Refusal::NoRecord)?;
        let object = self.ws.setup.object(&row.object).ok_or_else(|| Refusal::NoObject(row.object.clone()))?;
        match value {
            Some(value) => checked(&self.ws.setup, object, property, value).map(Some),
            None if property == CommonProperty::Title.as_str() => {
                Err(Refusal::NoValue { property: property.to_owned(), expected: "a text was expected".to_owned() })
            }
            None => settable(object, property).map(|_| None),
        }
    }

    /// Sets a property to a value that was checked. `false`: it has that value already.
    pub(super) fn set_property(
        &mut self,
        record: RecordId,
        property: &str,
        value: Option<String>,
        because: Because,
    ) -> bool {
        let before = self.view_of(record).and_then(|view| view.value(property).map(str::to_owned));
        if before == value {
            return false;
        }
        self.decision.explanation.set.push(PropertySet {
            record,
            property: property.to_owned(),
            before,
            after: value.clone(),
        });
        match &value {
            Some(value) => self.put_value(record, property, value.clone()),
            None => self.change(Change::NoProperty { record, name: property.to_owned() }),
        }
        self.end_where_goal_is_met(record);
        let fits = |trigger: &Trigger| matches!(trigger, Trigger::PropertyChanged { property: of, to } if of == property && (to.is_none() || *to == value));
        self.trigger(record, fits, because);
        true
    }

    fn put_value(&mut self, record: RecordId, property: &str, value: String) {
        let title = property == CommonProperty::Title.as_str();
        match self.ws.records.get(&record).filter(|_| title).cloned() {
            Some(row) => self.change(Change::Record(RecordRow { title: value, ..row })),
            None => self.change(Change::Property(PropertyRow { record, name: property.to_owned(), value })),
        }
    }

    pub(super) fn note(&mut self, record: RecordId, says: NoteText) {
        let NoteText { text, draft, automation } = says;
        let row = NoteRow {
            id: self.id(),
            record,
            at: self.context.at,
            text,
            draft,
            author: self.context.actor.filter(|_| automation.is_none()),
            automation,
            event: self.context.seq,
        };
        self.change(Change::Note(row));
    }
}

/// What values a property has, if it may be set like others.
fn settable(object: &ObjectSetup, property: &str) -> Result<PropertyKind, Refusal> {
    if property.parse::<CommonProperty>().is_ok_and(|common| !common.is_settable()) {
        return Err(Refusal::NotSettable(property.to_owned()));
    }
    object.property(property).ok_or_else(|| Refusal::NoProperty {
        object: object.name.clone(),
        property: property.to_owned(),
        known: object.property_names().collect::<Vec<_>>().join(", "),
    })
}

fn checked(setup: &Setup, object: &ObjectSetup, property: &str, value: &str) -> Result<String, Refusal> {
    let kind = settable(object, property)?;
    let wrong = |expected| Refusal::NoValue { property: property.to_owned(), expected };
    let value = kind.canonical(value).map_err(wrong)?;
    match kind {
        PropertyKind::User if setup.user(&value).is_none() => {
            Err(Refusal::NoValue { property: property.to_owned(), expected: format!("there is no user `{value}`") })
        }
        _ => Ok(value),
    }
}
