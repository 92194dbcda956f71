//! What a scheme numbers.

/// What a scheme numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Kind {
    /// Companies and other entities, in a register.
    Company,
    /// Taxpayers.
    Tax,
    /// Taxpayers for value added tax or sales tax.
    Vat,
    /// Natural persons.
    Person,
    /// Banks and their branches.
    Bank,
    /// Accounts at banks.
    Account,
    /// Securities.
    Security,
}

impl Kind {
    /// The code on the wire: `company`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Tax => "tax",
            Self::Vat => "vat",
            Self::Person => "person",
            Self::Bank => "bank",
            Self::Account => "account",
            Self::Security => "security",
        }
    }
}
