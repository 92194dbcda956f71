//! The contract as data: which methods there are, what permission each needs, which fields are sensitive.

use std::{collections::HashMap, sync::LazyLock};

use prost_reflect::{DescriptorPool, FieldDescriptor, MethodDescriptor, Value};

/// Every descriptor of the contract, with its options, without its comments.
#[allow(clippy::expect_used, reason = "the set is made by our own build; without it nothing can run")]
pub static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(crate::PLAIN_DESCRIPTOR_SET).expect("the descriptor set of the build is whole")
});

/// What the layers need to know of a method, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodInfo {
    /// Path on the wire, such as `/clientele.customers.v1.CustomerService/GetCustomer`.
    pub path: String,
    /// Full name of the service.
    pub service: String,
    /// Name of the method.
    pub method: String,
    /// The permission it needs; `None` is a fault of the contract that keeps the server from starting.
    pub permission: Option<String>,
    /// True for methods that answer or take a stream, whose calls may last.
    pub streaming: bool,
}

/// The methods of the contract's services, by path.
pub static METHODS: LazyLock<HashMap<String, MethodInfo>> = LazyLock::new(|| {
    POOL.services()
        .filter(|service| service.full_name().starts_with("clientele."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| {
            let info = method_info(&method);
            (info.path.clone(), info)
        })
        .collect()
});

fn method_info(method: &MethodDescriptor) -> MethodInfo {
    let service = method.parent_service().full_name().to_owned();
    MethodInfo {
        path: format!("/{service}/{}", method.name()),
        service,
        method: method.name().to_owned(),
        permission: permission(method),
        streaming: method.is_client_streaming() || method.is_server_streaming(),
    }
}

/// The permission a method needs.
pub fn permission(method: &MethodDescriptor) -> Option<String> {
    let extension = POOL.get_extension_by_name("clientele.options.v1.permission")?;
    let options = method.options();
    match options.get_extension(&extension).as_ref() {
        Value::String(permission) if !permission.is_empty() => Some(permission.clone()),
        _ => None,
    }
}

/// True where the field holds personal or secret data.
pub fn is_sensitive(field: &FieldDescriptor) -> bool {
    POOL.get_extension_by_name("clientele.options.v1.sensitive")
        .is_some_and(|extension| matches!(field.options().get_extension(&extension).as_ref(), Value::Bool(true)))
}
