//! Everything in the contract says what it is.

use clientele_proto::contract::{METHODS, POOL, permission};
use clientele_tests::contract::{comment, enums, messages, methods};

#[test]
fn every_service_and_method_has_a_comment() {
    let mut silent = Vec::new();
    for service in POOL.services().filter(|service| service.full_name().starts_with("clientele.")) {
        if comment(&service.parent_file(), service.path()).is_none() {
            silent.push(service.full_name().to_owned());
        }
    }
    for method in methods() {
        if comment(&method.parent_service().parent_file(), method.path()).is_none() {
            silent.push(method.full_name().to_owned());
        }
    }
    assert!(silent.is_empty(), "write a comment in front of {silent:#?}");
}

#[test]
fn every_message_and_all_in_it_have_comments() {
    let mut silent = Vec::new();
    for message in messages() {
        let file = message.parent_file();
        let mut check = |name: &str, path: &[i32]| {
            if comment(&file, path).is_none() {
                silent.push(name.to_owned());
            }
        };
        check(message.full_name(), message.path());
        message.fields().for_each(|field| check(field.full_name(), field.path()));
        message.oneofs().filter(|oneof| !oneof.is_synthetic()).for_each(|oneof| check(oneof.full_name(), oneof.path()));
    }
    assert!(silent.is_empty(), "write a comment in front of {silent:#?}");
}

#[test]
fn every_enum_and_each_of_its_values_have_comments() {
    let mut silent = Vec::new();
    for of in enums() {
        let file = of.parent_file();
        if comment(&file, of.path()).is_none() {
            silent.push(of.full_name().to_owned());
        }
        for value in of.values() {
            if comment(&file, value.path()).is_none() {
                silent.push(value.full_name().to_owned());
            }
        }
    }
    assert!(silent.is_empty(), "write a comment in front of {silent:#?}");
}

#[test]
fn every_method_needs_a_permission() {
    let open: Vec<_> = methods()
        .iter()
        .filter(|method| permission(method).is_none())
        .map(|method| method.full_name().to_owned())
        .collect();
    assert!(open.is_empty(), "name a permission: {open:#?}");
    assert_eq!(METHODS.len(), methods().len(), "the layers know every method");
}

#[test]
fn a_permission_is_named_after_its_domain() {
    for method in methods() {
        let package = method.parent_service().package_name().to_owned();
        let domain = package.split('.').nth(1).unwrap();
        let permission = permission(&method).unwrap();
        assert!(permission.starts_with(&format!("{domain}.")), "{} needs {permission}", method.full_name());
    }
}
