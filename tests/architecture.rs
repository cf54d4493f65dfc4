//! The house's own rules, checked by a machine.
