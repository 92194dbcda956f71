//! What a resource lets its callers filter and sort by.
//!
//! To add a field: one line in the resource's schema, naming the field as the proto does and the SQL it stands for. Column
//! text is trusted and goes into the query as it is; callers' values never do.

/// The type of a field: which literals it takes and how they are bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `text`. `=` is case-sensitive, `:` means "contains" whatever the case, `*` is a wildcard in both.
    Text,
    /// `bigint` and smaller.
    Integer,
    /// `double precision`.
    Float,
    /// `numeric`, compared exactly.
    Decimal,
    /// `boolean`.
    Bool,
    /// `timestamptz`; literals are RFC 3339.
    Timestamp,
    /// `date`; literals are `YYYY-MM-DD`.
    Date,
    /// A closed set stored as text: (name in the API, stored value). A native Postgres enum needs `::text` in the column.
    Enum(&'static [(&'static str, &'static str)]),
    /// `uuid`.
    Uuid,
    /// `jsonb` object whose values are strings; its keys follow a dot: `attributes.region`.
    TextMap,
    /// `text[]`, asked with `:` only.
    TextList,
}

impl Kind {
    /// What a literal must look like, for error messages.
    pub(crate) fn expects(self) -> String {
        match self {
            Self::Text | Self::TextMap | Self::TextList => "text, such as \"DE\"".into(),
            Self::Integer => "a whole number, such as 42".into(),
            Self::Float => "a number, such as 2.5 or 1e6".into(),
            Self::Decimal => "a decimal number without exponent, such as 19.90".into(),
            Self::Bool => "true or false, without quotes".into(),
            Self::Timestamp => "an RFC 3339 instant, such as \"2026-01-31T09:30:00Z\"".into(),
            Self::Date => "a date, such as \"2026-01-31\"".into(),
            Self::Enum(names) => {
                let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
                format!("one of {}", names.join(", "))
            }
            Self::Uuid => "a UUID, such as \"01980a5c-7d3e-7000-8000-000000000001\"".into(),
        }
    }

    /// The cast that makes a column's value readable as this kind, whatever the column's width.
    pub(crate) const fn cast(self) -> &'static str {
        match self {
            Self::Text | Self::Enum(_) | Self::Decimal => "::text",
            Self::Integer => "::int8",
            Self::Float => "::float8",
            Self::Bool => "::bool",
            Self::Timestamp => "::timestamptz",
            Self::Date => "::date",
            Self::Uuid => "::uuid",
            Self::TextMap | Self::TextList => "",
        }
    }
}

/// One field that callers may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As in the proto; nested fields with dots: `organisation.country_code`.
    pub name: &'static str,
    /// The SQL expression, with its table's alias where a query joins.
    pub column: &'static str,
    /// Which literals it takes.
    pub kind: Kind,
    /// Whether the column can be NULL. Leave it out only where the column is NOT NULL: paging relies on it.
    pub nullable: bool,
    /// Whether `filter` may name it.
    pub filterable: bool,
    /// What is said to who filters by it all the same, after its name; `None` where it is not to be known of.
    pub refusal: Option<&'static str>,
    /// Whether `order_by` may name it.
    pub sortable: bool,
}

impl Field {
    /// A field that one may filter by, whose column is NOT NULL.
    pub const fn new(name: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { name, column, kind, nullable: false, filterable: true, refusal: None, sortable: false }
    }

    /// Lets `order_by` name it. Give the column an index that ends with the unique column.
    ///
    /// # Panics
    /// For a map or list; at compile time, as schemas are statics.
    #[must_use]
    pub const fn sortable(mut self) -> Self {
        assert!(!matches!(self.kind, Kind::TextMap | Kind::TextList), "maps and lists have no order");
        self.sortable = true;
        self
    }

    /// Says that the column can be NULL; such rows come last in either direction.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The column as an operand: in parentheses unless it is a plain name.
    pub(crate) fn sql(&self) -> String {
        let is_name =
            self.column.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'"'));
        if is_name { self.column.to_owned() } else { format!("({})", self.column) }
    }

    /// Keeps it out of `filter`.
    #[must_use]
    pub const fn not_filterable(mut self) -> Self {
        self.filterable = false;
        self
    }

    /// Keeps it out of `filter`, and says why to who names it: what it is and what to write instead, after its name.
    #[must_use]
    pub const fn refused(mut self, why: &'static str) -> Self {
        self.refusal = Some(why);
        self.not_filterable()
    }
}

/// The fields of one resource, as a `static` of the service that owns it.
///
/// ```
/// use clientele_page::{Field, Kind, Schema};
///
/// static CUSTOMERS: Schema = Schema::new(
///     Field::new("customer_id", "c.customer_id", Kind::Uuid),
///     &[
///         Field::new("display_name", "c.display_name", Kind::Text).sortable(),
///         Field::new("create_time", "c.create_time", Kind::Timestamp).sortable(),
///         Field::new("organisation.country_code", "c.country_code", Kind::Text).nullable(),
///     ],
/// )
/// .ordered_by("create_time desc");
/// # assert!(CUSTOMERS.field("display_name").is_some());
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// The field that tells rows of one list apart; every order ends with it. NOT NULL.
    pub unique: Field,
    /// Everything else.
    pub fields: &'static [Field],
    /// The `order_by` of a request that has none.
    pub default_order: &'static str,
}

impl Schema {
    /// A schema whose lists are in the order of the unique field unless asked otherwise.
    ///
    /// # Panics
    /// Where the unique field is nullable; at compile time, as schemas are statics.
    pub const fn new(unique: Field, fields: &'static [Field]) -> Self {
        assert!(!unique.nullable, "the unique field cannot be NULL");
        Self { unique: unique.sortable(), fields, default_order: "" }
    }

    /// Sets the `order_by` of requests that have none.
    #[must_use]
    pub const fn ordered_by(mut self, order_by: &'static str) -> Self {
        self.default_order = order_by;
        self
    }

    /// The field of that name.
    pub fn field(&'static self, name: &str) -> Option<&'static Field> {
        self.all().find(|field| field.name == name)
    }

    /// Every field, the unique one first.
    pub fn all(&'static self) -> impl Iterator<Item = &'static Field> {
        std::iter::once(&self.unique).chain(self.fields)
    }

    /// The names one may filter by, for error messages.
    pub(crate) fn filterable_names(&'static self) -> String {
        names(self.all().filter(|field| field.filterable))
    }

    /// The names one may sort by, for error messages.
    pub(crate) fn sortable_names(&'static self) -> String {
        names(self.all().filter(|field| field.sortable))
    }
}

fn names(fields: impl Iterator<Item = &'static Field>) -> String {
    fields.map(|field| field.name).collect::<Vec<_>>().join(", ")
}
