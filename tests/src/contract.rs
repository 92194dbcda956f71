//! The contract as guards walk it: our own methods, messages and enums, with their comments and rules.

use std::sync::LazyLock;

use clientele_proto::contract::POOL;
use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, ReflectMessage, Value,
};

/// Ours, and not something that is imported.
fn is_ours(full_name: &str) -> bool {
    full_name.starts_with("clientele.")
}

/// Every method.
pub fn methods() -> Vec<MethodDescriptor> {
    POOL.services()
        .filter(|service| is_ours(service.full_name()))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// Path of a method on the wire.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// Every message that somebody wrote, nested ones too.
pub fn messages() -> Vec<MessageDescriptor> {
    POOL.all_messages().filter(|message| is_ours(message.full_name()) && !message.is_map_entry()).collect()
}

/// Every enum, nested ones too.
pub fn enums() -> Vec<EnumDescriptor> {
    POOL.all_enums().filter(|of| is_ours(of.full_name())).collect()
}

/// The messages that callers send, with all that is within them.
pub fn inputs() -> Vec<MessageDescriptor> {
    let mut found = Vec::new();
    for method in methods() {
        collect(&method.input(), &mut found);
    }
    found
}

fn collect(message: &MessageDescriptor, found: &mut Vec<MessageDescriptor>) {
    if found.contains(message) {
        return;
    }
    found.push(message.clone());
    for field in message.fields() {
        if let Kind::Message(inner) = field.kind() {
            collect(&inner, found);
        }
    }
}

/// The contract with its comments, which the services' own pool has not.
#[expect(clippy::expect_used, reason = "the set is made by our own build")]
static DOCUMENTED: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(clientele_proto::DESCRIPTOR_SET).expect("the descriptor set of the build is whole")
});

/// The comment in front of what stands at `path` of `file`.
pub fn comment(file: &FileDescriptor, path: &[i32]) -> Option<String> {
    let file = DOCUMENTED.get_file_by_name(file.name())?;
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|location| location.path == path)?;
    location.leading_comments.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The value of `path` within the `buf.validate` rules of a field, such as `["repeated", "items", "double", "finite"]`.
pub fn rule(field: &FieldDescriptor, path: &[&str]) -> Option<Value> {
    let extension = POOL.get_extension_by_name("buf.validate.field")?;
    let options = field.options();
    if !options.has_extension(&extension) {
        return None;
    }
    let mut value = options.get_extension(&extension).into_owned();
    for step in path {
        let Value::Message(message) = value else { return None };
        value = within(&message, step)?;
    }
    Some(value)
}

fn within(message: &DynamicMessage, field: &str) -> Option<Value> {
    let field = message.descriptor().get_field_by_name(field)?;
    message.has_field(&field).then(|| message.get_field(&field).into_owned())
}

/// `GetCustomer` as `get_customer`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (place, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && place > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
