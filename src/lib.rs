pub mod compose;
pub mod domain;
