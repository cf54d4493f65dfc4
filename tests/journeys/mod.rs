//! Use cases from end to end without a window, with what goes wrong on the way.

mod open;
mod secrets;
