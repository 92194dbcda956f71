//! What single words mean: legal forms, titles, particles, numbers, words of trade, other forms of a first name.

mod concepts;
mod first_names;
mod legal_forms;
mod numbers;
mod small;

pub(crate) use concepts::{CHINESE as CHINESE_CONCEPTS, concept, is_place};
pub(crate) use first_names::groups as first_name_groups;
pub(crate) use legal_forms::{LegalForm, chinese as chinese_legal_form, longest as longest_legal_form};
pub(crate) use numbers::number;
pub(crate) use small::{is_common, is_particle, is_stop, is_title, may_be_family_name};
