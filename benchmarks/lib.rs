//! See core.rs.
