//! Who made a sale in the caller's own organisation.

/// Company, department and employee; empty where nothing is said, and never all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalesOrganisation {
    /// The company of a group.
    pub company: String,
    /// The department, branch or region.
    pub department: String,
    /// The employee.
    pub employee: String,
}

impl SalesOrganisation {
    /// The same, unless it says nothing at all. Boxed: most transactions have none.
    pub fn said(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}
