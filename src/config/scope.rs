//! What actions and conditions may refer to, and the checks that they share.

use super::names::{Names, known_instead};
use super::object::{Objects, resolve_property};
use super::problem::Report;
use super::table::Placed;
use super::workflow::Used;
use crate::domain::{CommonProperty, OWNER, ObjectSetup, Pipeline, PropertyKind, Stage};
use crate::workflow;

/// What there is in the file.
pub(super) struct Known<'n> {
    pub(super) templates: &'n Names,
    pub(super) users: &'n Names,
    pub(super) objects: &'n Objects,
    pub(super) pipelines: &'n [Pipeline],
    /// In which dates are meant where nothing else is said.
    pub(super) time_zone: &'n str,
    pub(super) used: &'n Used,
}

/// The records that an action or a condition is about.
#[derive(Clone, Copy)]
pub(super) struct Scope<'n> {
    pub(super) known: &'n Known<'n>,
    /// `None`: what was named is no object. That was said, and nothing more can be.
    pub(super) object: Option<&'n ObjectSetup>,
    /// Where there can only be one.
    pub(super) pipeline: Option<&'n Pipeline>,
}

impl<'n> Scope<'n> {
    /// The pipelines that its records may be in.
    pub(super) fn pipelines(&self) -> impl Iterator<Item = &'n Pipeline> {
        let (object, only) =
            (self.object.map(|object| object.name.as_str()), self.pipeline.map(|one| one.name.as_str()));
        let all = self.known.pipelines.iter().filter(move |one| Some(one.object.as_str()) == object);
        all.filter(move |one| only.is_none_or(|only| only == one.name))
    }

    /// The pipeline of its object that `text` names.
    pub(super) fn resolve_pipeline(&self, text: &Placed<&str>, report: &mut Report) -> Option<&'n Pipeline> {
        let object = self.object?;
        let name = *text.get_ref();
        let of_object: Vec<&Pipeline> = self.pipelines().collect();
        let found = of_object.iter().find(|pipeline| pipeline.name == name).copied();
        if found.is_none() {
            let message = match self.known.pipelines.iter().find(|pipeline| pipeline.name == name) {
                Some(other) => format!("pipeline `{name}` is for object `{}`, not for `{}`", other.object, object.name),
                None => format!("there is no pipeline `{name}`"),
            };
            let names: Vec<&str> = of_object.iter().map(|pipeline| pipeline.name.as_str()).collect();
            report.error(text.span(), message, known_instead(name, &names));
        }
        found
    }

    /// The name of a stage that a record may enter.
    pub(super) fn resolve_stage(&self, text: &Placed<&str>, report: &mut Report) -> String {
        let found: Vec<&Stage> = self.stages().filter(|stage| stage.name == *text.get_ref()).collect();
        if found.is_empty() {
            self.report_no_stage(text, report);
        } else if found.iter().all(|stage| stage.archived) {
            report_archived(text, report);
        }
        (*text.get_ref()).to_owned()
    }

    fn stages(&self) -> impl Iterator<Item = &'n Stage> {
        self.pipelines().flat_map(|pipeline| &pipeline.stages)
    }

    fn report_no_stage(&self, text: &Placed<&str>, report: &mut Report) {
        // Of a pipeline without stages, or an object without pipelines, that was said.
        if self.object.is_none() || self.stages().next().is_none() {
            return;
        }
        let name = *text.get_ref();
        let other = self.known.pipelines.iter().find(|pipeline| pipeline.stage(name).is_some());
        let message = match (other, self.pipeline) {
            (Some(other), Some(own)) => {
                format!("`{name}` is a stage of pipeline `{}`, not of `{}`", other.name, own.name)
            }
            (Some(other), None) => {
                format!("`{name}` is a stage of pipeline `{}`, which is not this object's", other.name)
            }
            (None, _) => format!("there is no stage `{name}`"),
        };
        let mut known: Vec<&str> = self.stages().map(|stage| stage.name.as_str()).collect();
        known.dedup();
        report.error(text.span(), message, known_instead(name, &known));
    }

    /// What values the property has; reports it where the object has none of that name.
    pub(super) fn resolve_property(&self, name: &Placed<&str>, report: &mut Report) -> Option<PropertyKind> {
        resolve_property(self.object, name, report)
    }

    /// The same of a property that can be set.
    pub(super) fn resolve_settable(&self, name: &Placed<&str>, report: &mut Report) -> Option<PropertyKind> {
        let kind = self.resolve_property(name, report)?;
        let common = name.get_ref().parse::<CommonProperty>().ok();
        let hint = match common.filter(|common| !common.is_settable()) {
            None => return Some(kind),
            Some(CommonProperty::Stage) => "a stage is set by `set_stage`, and entered by the trigger `stage`",
            Some(_) => "it is given when the record is made, and stays",
        };
        report.error(name.span(), format!("`{}` is no property that is set", name.get_ref()), hint);
        None
    }

    /// A value of the property in its canonical form. As it stands where it is none, which is reported.
    pub(super) fn value(
        &self,
        property: &str,
        kind: &PropertyKind,
        text: &Placed<String>,
        report: &mut Report,
    ) -> String {
        let value = kind.canonical(text.get_ref()).unwrap_or_else(|expected| {
            let message = format!("`{}` is no value of `{property}`", text.get_ref());
            report.error(text.span(), message, expected);
            text.get_ref().clone()
        });
        let placed = Placed::new(text.span(), value.as_str());
        match property.parse() {
            Ok(CommonProperty::Stage) if !self.stages().any(|stage| stage.name == value) => {
                self.report_no_stage(&placed, report);
            }
            Ok(CommonProperty::Pipeline) => {
                self.resolve_pipeline(&placed, report);
            }
            _ if *kind == PropertyKind::User => {
                self.known.users.resolve(&placed, report);
            }
            _ => {}
        }
        value
    }

    /// The name of a user, or what stands for the owner.
    pub(super) fn user_or_owner(&self, text: &Placed<&str>, report: &mut Report) -> String {
        match *text.get_ref() {
            OWNER => OWNER.to_owned(),
            _ => self.known.users.resolve(text, report),
        }
    }

    /// A text in which the names of properties may stand: each must be one.
    pub(super) fn filled(&self, text: &Placed<&str>, report: &mut Report) -> String {
        for name in workflow::placeholders(text.get_ref()) {
            if self.object.is_some_and(|object| object.property(name).is_none()) {
                self.resolve_property(&Placed::new(text.span(), name), report);
            }
        }
        (*text.get_ref()).to_owned()
    }
}

/// A stage that no record enters is used by a rule or an action.
pub(super) fn report_archived(stage: &Placed<&str>, report: &mut Report) {
    let message = format!("stage `{}` is archived: no record enters it", stage.get_ref());
    report.error(stage.span(), message, "name another stage, or take `archived` away");
}
