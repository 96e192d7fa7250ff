//! Workflows: editing, drawing, comparing their definitions; what they do to records.

mod drawing;
mod editing;
