//! Messages made up from their descriptors: valid ones, nearly valid ones and nonsense, the same for the same seed.
//!
//! What is valid is guessed from the names of fields, which the conventions of the contract make dependable. A new kind of field gets a
//! line in [`Garbage::sane_text`] or [`Garbage::sane_number`].

use std::collections::HashMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

/// Ids that messages shall name now and then, by the name of the field that holds them.
pub type Ids = HashMap<&'static str, Vec<String>>;

/// Makes up messages.
#[derive(Debug)]
pub struct Garbage {
    state: u64,
    ids: Ids,
    wildness: f64,
}

/// A file that can be imported.
const LIST: &str = "id,kind,name\n1,person,Ana Lima\n2,organisation,Lima Trading\n";

impl Garbage {
    /// With ids that exist, for messages that get further than to NOT_FOUND.
    pub fn new(seed: u64, ids: Ids) -> Self {
        Self { state: seed, ids, wildness: 0.0 }
    }

    /// The next number (splitmix64).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    fn chance(&mut self, probability: f64) -> bool {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64 <= probability && probability > 0.0
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// Up to 400 random bytes.
    pub fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(400)).map(|_| self.number() as u8).collect()
    }

    /// A message in which about this share of the values is nonsense: 0 is as valid as guessing makes it, 1 is nonsense throughout.
    pub fn message(&mut self, descriptor: &MessageDescriptor, wildness: f64) -> DynamicMessage {
        self.wildness = wildness;
        self.fill(descriptor, 0)
    }

    fn fill(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let mut chosen = HashMap::new();
        for oneof in descriptor.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let members = oneof.fields().count();
            chosen.insert(oneof.full_name().to_owned(), self.below(members));
        }
        for field in descriptor.fields() {
            if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
                let place = oneof.fields().position(|member| member == field);
                if place != chosen.get(oneof.full_name()).copied() || self.chance(self.wildness / 4.0) {
                    continue;
                }
            } else if self.is_left_out(&field, depth) {
                continue;
            }
            let value = self.value(&field, depth);
            message.set_field(&field, value);
        }
        message
    }

    /// Now and then anything; where messages contain themselves, soon everything. A valid message neither says what only answers say nor
    /// asks for nothing to happen, and leaves the finer points of a policy to its defaults.
    fn is_left_out(&mut self, field: &FieldDescriptor, depth: usize) -> bool {
        let of_answers = matches!(field.name(), "create_time" | "update_time" | "delete_time" | "purge_time");
        let of_tests = matches!(field.name(), "validate_only" | "page_token" | "resume_token" | "etag" | "request_id");
        // Items have to sum to an amount, only a cost has a kind of cost, fields of a merge come from its own customers, before its run had
        // succeeded a score cannot be read, rates have an age only where currencies are converted, and what became of a contract has to fit
        // its terms.
        let of_experts = field.name().ends_with("_policy") && field.name() != "value_policy"
            || matches!(field.name(), "items" | "cost_kind" | "field_sources" | "read_time" | "max_fx_rate_age_days")
            || matches!(field.name(), "renewals" | "cancel_date" | "cancel_reason")
            // Statements of ownership refer to each other.
            || matches!(field.name(), "persons" | "entities" | "relationships")
            // Only some facts of a document have a scheme, and its masks name fields that nothing else has.
            || matches!((field.parent_message().name(), field.name()), ("Document", "facts") | ("UpdateDocumentRequest", "update_mask"));
        depth > 6
            || self.chance(self.wildness / 2.0)
            || (self.wildness == 0.0 && (of_answers || of_tests || of_experts))
    }

    fn value(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        if field.is_map() {
            return self.map(field, depth);
        }
        if !field.is_list() {
            return self.single(field, depth);
        }
        let many = if self.chance(self.wildness / 50.0) { 1200 } else { 1 + self.below(3) };
        Value::List((0..many).map(|_| self.single(field, depth)).collect())
    }

    fn map(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let Kind::Message(entry) = field.kind() else { return Value::Map(HashMap::new()) };
        let values = entry.map_entry_value_field();
        let pairs = (0..self.below(3)).map(|_| {
            let key =
                if self.chance(self.wildness) { self.wild_text() } else { self.one_of(&["region", "size"]).to_owned() };
            (MapKey::String(key), self.single(&values, depth))
        });
        Value::Map(pairs.collect())
    }

    fn single(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let wild = self.chance(self.wildness);
        let name = field.name();
        match field.kind() {
            // What ends has to end after now.
            Kind::Message(inner) if !wild && name == "expire_time" => {
                let mut instant = DynamicMessage::new(inner);
                instant.set_field_by_name("seconds", Value::I64(1_900_000_000 + self.below(1_000_000) as i64));
                Value::Message(instant)
            }
            Kind::Message(inner) => Value::Message(self.fill(&inner, depth + 1)),
            Kind::String if wild => Value::String(self.wild_text()),
            Kind::String => Value::String(self.sane_text(name)),
            // Of the choice of a customer it says that it is the one chosen.
            Kind::Bool if !wild && name == "new_customer" => Value::Bool(true),
            Kind::Bool => Value::Bool(self.chance(0.5)),
            Kind::Enum(of) if !wild => {
                let numbers: Vec<i32> = of.values().map(|value| value.number()).filter(|number| *number != 0).collect();
                Value::EnumNumber(self.one_of(&numbers))
            }
            Kind::Enum(_) => Value::EnumNumber(self.one_of(&[-1, 0, 1, 2, 99, i32::MAX])),
            Kind::Double => Value::F64(self.double(wild)),
            Kind::Float => Value::F32(self.double(wild) as f32),
            Kind::Bytes if !wild && name == "sha256" => Value::Bytes((0..32).map(|_| self.number() as u8).collect()),
            Kind::Bytes if !wild && name == "chunk" => Value::Bytes(LIST.into()),
            Kind::Bytes => Value::Bytes(self.bytes().into()),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                Value::I64(if wild { self.wild_number() } else { self.sane_number(name) })
            }
            Kind::Uint64 | Kind::Fixed64 => Value::U64(if wild { self.number() } else { 1 }),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(if wild { self.number() as u32 } else { 1 }),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                Value::I32(if wild { self.wild_number() as i32 } else { self.sane_number(name) as i32 })
            }
        }
    }

    fn double(&mut self, wild: bool) -> f64 {
        if wild {
            self.one_of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, -1.0, 1e300, f64::MIN_POSITIVE, 2.0])
        } else {
            self.one_of(&[0.1, 0.5, 1.0])
        }
    }

    fn wild_number(&mut self) -> i64 {
        let any = self.number() as i64;
        self.one_of(&[i64::MIN, i64::MAX, i64::from(i32::MIN), i64::from(i32::MAX), -1, 0, 1, 13, 1_000_000_007, any])
    }

    /// What a field of this name may hold.
    fn sane_number(&mut self, name: &str) -> i64 {
        match name {
            "year" => 2000 + self.below(25) as i64,
            "month" => 1 + self.below(12) as i64,
            "day" => 1 + self.below(28) as i64,
            "units" => 1 + self.below(5000) as i64,
            "nanos" => 10_000_000 * self.below(100) as i64,
            "seconds" => 900_000_000 + self.below(800_000_000) as i64,
            "page_size" | "after_position" => self.below(10) as i64,
            "horizon_months" => 12,
            "horizon_days" => 30 * (1 + self.below(12) as i64),
            "bins" => 5,
            "minimum_wallets" => 2 + self.below(5) as i64,
            "medium_from" => 30,
            "high_from" => 60,
            "prohibited_from" => 90,
            _ => 1 + self.below(5) as i64,
        }
    }

    /// What a field of this name may hold.
    fn sane_text(&mut self, name: &str) -> String {
        if let Some(ids) = self.ids.get(name).filter(|ids| !ids.is_empty()).cloned() {
            return self.one_of(&ids);
        }
        let id = |number: u64| uuid::Uuid::from_u128(u128::from(number) << 60 | 0x7 << 76 | 0x2 << 62 | 7).to_string();
        match name {
            name if name.ends_with("external_id") => format!("x-{}", self.below(30)),
            "nationalities" => "CN".to_owned(),
            name if name.ends_with("_id") || name.ends_with("_ids") => id(self.number()),
            "currency_code" | "quote_currency_code" => "EUR".to_owned(),
            "country_code" | "issue_country_code" => self.one_of(&["DE", "CN", "BR"]).to_owned(),
            "email" => "ana@example.com".to_owned(),
            "content_type" => "application/pdf".to_owned(),
            "phone" => "+4915112345678".to_owned(),
            "website" => "https://example.com/about".to_owned(),
            // No attribute goes with every grouping but that by attribute.
            "page_token" | "resume_token" | "etag" | "attribute" | "peer_attribute" => String::new(),
            "attributes" => self.one_of(&["kind", "country_code", "attributes.region"]).to_owned(),
            "filter" => self
                .one_of(&["", "external_id:*", "NOT kind = 1", "tier = \"KEY\" AND rank < 5", "kind = PURCHASE"])
                .to_owned(),
            "order_by" => self.one_of(&["", "external_id desc", "create_time", "rank, clv desc"]).to_owned(),
            "event_types" => self.one_of(&["clientele.customers.v1.CustomerCreated", "nothing.Known"]).to_owned(),
            "paths" => self
                .one_of(&[
                    "email",
                    "display_name",
                    "external_id",
                    "*",
                    "person",
                    "attributes",
                    "nps",
                    "channel",
                    "description",
                ])
                .to_owned(),
            "time_zone" => "Asia/Shanghai".to_owned(),
            "tier" => "KEY".to_owned(),
            "segment_name" | "name_prefix" => format!("NORTH_{}", self.below(30)),
            "rule_name" => format!("rule_{}", self.below(30)),
            "field" => self.one_of(&["equity", "revenue"]).to_owned(),
            "birth" => self.one_of(&["", "1962-05", "1962-05-12"]).to_owned(),
            "quantity" => "2.5".to_owned(),
            "rate" => "1.25".to_owned(),
            "reporting_currency_code" => self.one_of(&["", "EUR"]).to_owned(),
            "base_currency_code" => "GBP".to_owned(),
            _ => self.one_of(&["Ana", "Zhang Wei", "Müller & Söhne", "Name"]).to_owned(),
        }
    }

    /// Text that breaks programs: for Postgres, for parsers, for people.
    fn wild_text(&mut self) -> String {
        let long = 1 << self.below(14);
        let choices = [
            String::new(),
            " ".to_owned(),
            "\0".to_owned(),
            "a\0b".to_owned(),
            "line\nbreak\r\ttab\u{7f}\u{85}".to_owned(),
            "'; DROP TABLE customers.customer; --".to_owned(),
            "((((((((((a = 1))))))))))".to_owned(),
            "NOT NOT NOT -- \"".to_owned(),
            "create_time > \"yesterday\"".to_owned(),
            "a.b.c.d = 1e999".to_owned(),
            "kind = (".to_owned(),
            "external_id = \"\0\"".to_owned(),
            "rank = 99999999999999999999999999".to_owned(),
            "p_alive = NaN OR clv = -Infinity".to_owned(),
            "\u{202e}\u{feff}\u{10ffff}\u{1f3f3}\u{200d}".to_owned(),
            "ß".repeat(long),
            "(".repeat(long),
            "AAAAAAAA".repeat(long / 8 + 1),
            "00000000-0000-0000-0000-000000000000".to_owned(),
            "0198c1f2-0000-7000-8000-00000000000Z".to_owned(),
            "eur".to_owned(),
            "XXX".to_owned(),
            "JPY".to_owned(),
            "*".to_owned(),
            "customer_id".to_owned(),
            "-1".to_owned(),
        ];
        self.one_of(&choices)
    }
}
