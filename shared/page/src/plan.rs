//! A list from its request to its page: what a service does with the rest of this crate, in two calls.

use jiff_sqlx::{Date, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use crate::{Arguments, Field, Filter, Fragment, Key, Kind, Order, PageError, Schema, Value, after, page_size, token};

/// The fields of a list request that every list has.
#[derive(Debug, Clone)]
pub struct ListRequest<'r> {
    /// How many items are wanted; 0 for the default.
    pub page_size: i32,
    /// Where the page starts; empty for the first.
    pub page_token: &'r str,
    /// AIP-160; empty for everything.
    pub filter: &'r str,
    /// AIP-132; empty for the default.
    pub order_by: &'r str,
    /// What else selects rows: method, tenant, parent.
    pub arguments: Arguments,
}

impl ListRequest<'_> {
    /// A request for the first page of everything.
    pub const fn new(arguments: Arguments) -> Self {
        Self { page_size: 0, page_token: "", filter: "", order_by: "", arguments }
    }
}

/// How many items a page of one list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSizes {
    /// Where the request leaves it open.
    pub default: usize,
    /// At most.
    pub max: usize,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self { default: 50, max: 1000 }
    }
}

/// What to ask the database.
#[derive(Debug, Clone)]
pub struct ListPlan {
    /// The most items on the page; one more is fetched, to know whether a page follows.
    pub limit: usize,
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// The keys of the last row of the page before.
    pub after: Option<Vec<Key>>,
    arguments: Arguments,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order that was asked for.
    pub items: Vec<T>,
    /// What the next request says in `page_token`; empty at the end.
    pub next_page_token: String,
}

impl Schema {
    /// Reads a list request, or says everything that is wrong with it.
    pub fn plan(&'static self, request: &ListRequest<'_>, sizes: PageSizes) -> Result<ListPlan, Vec<PageError>> {
        let limit = page_size(request.page_size, sizes.default, sizes.max);
        let filter = Filter::parse(request.filter, self);
        let order = Order::parse(request.order_by, self);
        match (limit, filter, order) {
            (Ok(limit), Ok(filter), Ok(order)) => {
                let arguments = request.arguments.clone().with("filter", request.filter);
                let arguments = arguments.with("order_by", &order.canonical());
                let after = match request.page_token {
                    "" => None,
                    token => Some(token::decode(&arguments, &order, token).map_err(|error| vec![error])?),
                };
                Ok(ListPlan { limit, filter, order, after, arguments })
            }
            (limit, filter, order) => Err([limit.err(), filter.err(), order.err()].into_iter().flatten().collect()),
        }
    }
}

impl ListPlan {
    /// The rows of this page and of those after it: a boolean expression, to be joined to the query's own by `AND`.
    pub fn condition(&self) -> Fragment {
        let mut sql = self.filter.fragment();
        if let Some(keys) = &self.after {
            sql.text(" AND ").append(after(&self.order, keys));
        }
        sql
    }

    /// Adds `, <column> AS page_key_<n>` for each field of the order, at the end of the query's select list.
    pub fn push_keys(&self, query: &mut QueryBuilder<Postgres>) {
        for (index, term) in self.order.terms().iter().enumerate() {
            let (column, cast) = (term.field.sql(), term.field.kind.cast());
            query.push(format_args!(", {column}{cast} AS page_key_{index}"));
        }
    }

    /// Adds ` AND <condition> ORDER BY ... LIMIT ...`, after the query's own `WHERE`.
    pub fn push_rest(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" AND ");
        self.condition().push(query);
        query.push(format_args!(" ORDER BY {} LIMIT ", self.order.to_sql()));
        query.push_bind(self.fetch_limit());
    }

    /// One row more than the page has.
    pub fn fetch_limit(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The page, from the rows of a query made with [`Self::push_keys`].
    pub fn finish(&self, rows: Vec<PgRow>) -> Result<Page<PgRow>, sqlx::Error> {
        self.finish_by(rows, |row| {
            let terms = self.order.terms().iter().enumerate();
            terms.map(|(index, term)| read_key(row, &format!("page_key_{index}"), term.field)).collect()
        })
    }

    /// The page, from items whose keys the caller reads: one for each term of [`Self::order`].
    pub fn finish_by<T, E>(&self, mut items: Vec<T>, keys: impl Fn(&T) -> Result<Vec<Key>, E>) -> Result<Page<T>, E>
    where
        E: From<sqlx::Error>,
    {
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let next_page_token = match items.last().filter(|_| more) {
            None => String::new(),
            Some(last) => {
                let token = token::encode(&self.arguments, &keys(last)?);
                token.map_err(|error| sqlx::Error::Encode(error.into()))?
            }
        };
        Ok(Page { items, next_page_token })
    }
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(map).collect::<Result<_, E>>()?;
        Ok(Page { items, next_page_token: self.next_page_token })
    }
}

/// A NULL in a field that the schema says is never NULL is an error: pages would lose rows.
fn read_key(row: &PgRow, name: &str, field: &Field) -> Result<Key, sqlx::Error> {
    fn read<'r, T>(row: &'r PgRow, name: &str, field: &Field) -> Result<Option<T>, sqlx::Error>
    where
        T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        if field.nullable { row.try_get(name) } else { row.try_get(name).map(Some) }
    }
    Ok(match field.kind {
        Kind::Text | Kind::Enum(_) => read(row, name, field)?.map(Value::Text),
        Kind::Integer => read(row, name, field)?.map(Value::Int),
        Kind::Float => read(row, name, field)?.map(Value::Float),
        Kind::Decimal => read(row, name, field)?.map(Value::Decimal),
        Kind::Bool => read(row, name, field)?.map(Value::Bool),
        Kind::Timestamp => read(row, name, field)?.map(|at: Timestamp| Value::Timestamp(at.to_jiff())),
        Kind::Date => read(row, name, field)?.map(|date: Date| Value::Date(date.to_jiff())),
        Kind::Uuid => read(row, name, field)?.map(Value::Uuid),
        // Unreachable: `Field::sortable` refuses them when the schema is compiled.
        Kind::TextMap | Kind::TextList => None,
    })
}
