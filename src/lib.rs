pub mod domain;
pub mod parse;
