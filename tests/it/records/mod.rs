//! Records of every object, the setup as people change it piece by piece, who may do what, and the audit log.

mod audit;
pub mod desk;
mod edits;
mod history;
mod json;
mod meanwhile;
mod objects;
mod orders;
mod permissions;
mod pipelines;
