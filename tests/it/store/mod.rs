//! The store through its public face: what is saved comes back, batches commit together and fail apart, a database that
//! is not ours is left alone.

mod contents;
mod differences;
mod loading;
mod opening;
mod rate;
mod rows;
mod sample;
mod views;
mod writer;
