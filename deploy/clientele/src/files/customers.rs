//! Customers out of a file.

use std::io::Read;

use super::error::{FileError, Problem, RowError};
use super::header::{ColumnChoice, Header};
use super::records::{Record, Records};

/// Which column holds what. The flags of a command are named after these: `--external-id-column` and so on.
#[derive(Debug, Clone)]
pub struct CustomerColumns {
    /// The customer's id in the caller's system.
    pub external_id: String,
    /// What to call them.
    pub display_name: String,
    /// organisation or person; an empty cell or no column means `default_kind`.
    pub kind: ColumnChoice,
    /// For files or cells without a kind.
    pub default_kind: CustomerKind,
    /// E-mail address.
    pub email: ColumnChoice,
    /// Telephone number.
    pub phone: ColumnChoice,
    /// ISO 3166 alpha-2.
    pub country: ColumnChoice,
    /// Between the columns.
    pub delimiter: u8,
}

impl Default for CustomerColumns {
    fn default() -> Self {
        let if_present = |name: &str| ColumnChoice::IfPresent(name.into());
        Self {
            external_id: "external_id".into(),
            display_name: "display_name".into(),
            kind: if_present("kind"),
            default_kind: CustomerKind::Organisation,
            email: if_present("email"),
            phone: if_present("phone"),
            country: if_present("country"),
            delimiter: b',',
        }
    }
}

/// What a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CustomerKind {
    /// A company, association, authority.
    Organisation,
    /// A human being.
    Person,
}

impl CustomerKind {
    /// As files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Person => "person",
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        match text.to_ascii_lowercase().as_str() {
            "organisation" | "organization" => Ok(Self::Organisation),
            "person" => Ok(Self::Person),
            _ => Err(Problem::UnknownCustomerKind),
        }
    }
}

/// One good row. What is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// The data row, from 1.
    pub row: u64,
    /// The customer's id in the caller's system.
    pub external_id: String,
    /// Organisation or person.
    pub kind: CustomerKind,
    /// What to call them.
    pub display_name: String,
    /// E-mail address or empty.
    pub email: String,
    /// Telephone number as written, or empty.
    pub phone: String,
    /// ISO 3166 alpha-2 in upper case, or empty.
    pub country: String,
}

/// Reads customers one by one: good rows, and errors for the others. Ends early after an error that
/// [stops reading](RowError::stops_reading).
#[derive(Debug)]
pub struct Customers<R> {
    records: Records<R>,
    layout: Layout,
}

#[derive(Debug)]
struct Layout {
    header: Header,
    external_id: usize,
    display_name: usize,
    kind: Option<usize>,
    default_kind: CustomerKind,
    email: Option<usize>,
    phone: Option<usize>,
    country: Option<usize>,
}

impl<R: Read> Customers<R> {
    /// Reads the header and finds the columns.
    pub fn new(input: R, columns: &CustomerColumns) -> Result<Self, FileError> {
        let mut records = Records::new(input, columns.delimiter)?;
        let header = Header::read(&mut records)?;
        let layout = Layout {
            external_id: header.required("external-id", &columns.external_id)?,
            display_name: header.required("display-name", &columns.display_name)?,
            kind: header.optional("kind", &columns.kind)?,
            default_kind: columns.default_kind,
            email: header.optional("email", &columns.email)?,
            phone: header.optional("phone", &columns.phone)?,
            country: header.optional("country", &columns.country)?,
            header,
        };
        Ok(Self { records, layout })
    }
}

impl<R: Read> Iterator for Customers<R> {
    type Item = Result<CustomerRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.records.advance()? {
            Err(broken) => Err(self.layout.header.broken(broken)),
            Ok(()) => self.layout.row(self.records.record()),
        })
    }
}

impl Layout {
    fn row(&self, record: Record<'_>) -> Result<CustomerRow, RowError> {
        let error = |at: usize, problem| self.header.error(record.place, at, record.field(at), problem);
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let required = |at: usize| match record.field(at) {
            "" => Err(error(at, Problem::Empty)),
            text => Ok(text.to_owned()),
        };
        let optional =
            |at: Option<usize>, parse: fn(&str) -> Result<String, Problem>| match at.map(|at| (at, record.field(at))) {
                None | Some((_, "")) => Ok(String::new()),
                Some((at, text)) => parse(text).map_err(|problem| error(at, problem)),
            };
        let kind = match self.kind.map(|at| (at, record.field(at))) {
            None | Some((_, "")) => self.default_kind,
            Some((at, text)) => CustomerKind::parse(text).map_err(|problem| error(at, problem))?,
        };
        Ok(CustomerRow {
            row: record.place.row,
            external_id: required(self.external_id)?,
            kind,
            display_name: required(self.display_name)?,
            email: optional(self.email, email)?,
            phone: optional(self.phone, |text| Ok(text.to_owned()))?,
            country: optional(self.country, country)?,
        })
    }
}

/// Only what makes it useless to send: the service checks the rest.
fn email(text: &str) -> Result<String, Problem> {
    match text.split_once('@') {
        Some((name, domain))
            if !name.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !text.contains(char::is_whitespace) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(Problem::BadEmail),
    }
}

fn country(text: &str) -> Result<String, Problem> {
    let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    two_letters.then(|| text.to_ascii_uppercase()).ok_or(Problem::BadCountry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<CustomerRow, RowError>> {
        Customers::new(text.as_bytes(), &CustomerColumns::default()).unwrap().collect()
    }

    fn only_problem(row: &str) -> String {
        let text = format!("external_id,display_name,kind,email,country\n{row}\nz,Z,person,,\n");
        let mut rows = read(&text);
        assert!(rows.pop().unwrap().is_ok(), "the good row after it is kept");
        let error = rows.remove(0).unwrap_err();
        format!("{}: {}", error.column, error.problem.label())
    }

    #[test]
    fn a_customer_is_read_with_everything_the_file_has() {
        let text = "external_id,display_name,kind,email,phone,country\n\
                    c1,\"Zhang, Wei\",Person,wei@example.cn,+86 10 1234,cn\n";
        let row = read(text).remove(0).unwrap();
        assert_eq!(
            row,
            CustomerRow {
                row: 1,
                external_id: "c1".into(),
                kind: CustomerKind::Person,
                display_name: "Zhang, Wei".into(),
                email: "wei@example.cn".into(),
                phone: "+86 10 1234".into(),
                country: "CN".into(),
            }
        );
    }

    #[test]
    fn only_the_id_and_the_name_must_be_there() {
        let row = read("external_id,display_name\nc1,Acme\n").remove(0).unwrap();
        assert_eq!((row.kind, row.email.as_str()), (CustomerKind::Organisation, ""));
    }

    #[test]
    fn each_bad_value_is_refused_in_its_column() {
        assert_eq!(only_problem(",A,person,,"), "column 1 \"external_id\": empty value");
        assert_eq!(only_problem("a,,person,,"), "column 2 \"display_name\": empty value");
        assert_eq!(only_problem("a,A,robot,,"), "column 3 \"kind\": unknown kind");
        assert_eq!(only_problem("a,A,person,a@,"), "column 4 \"email\": bad e-mail address");
        assert_eq!(only_problem("a,A,person,,Germany"), "column 5 \"country\": bad country code");
    }
}
