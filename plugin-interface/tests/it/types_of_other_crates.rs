//! Types of other crates cross through a module that says as what.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::num::NonZero;
use std::sync::Arc;

use fixture_interface::adopted::*;
use plugin_interface::{CallError, Interface, PluginManager};

use crate::fixtures::Directory;

fn network() -> NetworkProxy {
    let directory = Directory::of(&["objects"]);
    PluginManager::new().load::<dyn Network>(directory.path()).unwrap().remove(0)
}

#[test]
fn a_value_of_another_crate_comes_back_as_parameter_return_and_field() {
    let (network, a, b) = (network(), Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::LOCALHOST);
    assert_eq!(network.address(a), a);
    assert_eq!(network.addresses("10.0.0.1", vec![b, b]), [a, b, b]);
    assert_eq!(NetworkProxy::checked(&network).addresses("10.0.0.1", vec![]), Ok(vec![a]));
    assert_eq!(network.home(a), Ipv4Addr::LOCALHOST);
    let routes = vec![Route { from: a, by: vec![b; 1000], note: "slow".to_owned() }; 3];
    assert_eq!(network.routes(routes.clone()), routes);
    let door = Door(b, NonZero::new(80).unwrap());
    let targets = vec![Target::Nobody, Target::One(a), Target::Many { of: vec![a, b], door }];
    assert_eq!(network.targets(targets.clone()), targets);
}

#[test]
fn a_module_converts_what_is_within_other_types() {
    let (network, a, b) = (network(), Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::LOCALHOST);
    for value in [None, Some(vec![]), Some(vec![a, b, a])] {
        assert_eq!(network.within(value.clone()), value);
    }
    let among = HashMap::from([("a".to_owned(), a)]);
    assert_eq!(network.find(among.clone(), "a"), Ok("10.0.0.1".to_owned()));
    assert_eq!(network.find(among, "b"), Err(vec![a]));
    let by = BTreeMap::from([(a, vec![]), (b, vec![a, b])]);
    let cables = [Ok(Box::new(a)), Err(vec!["none".to_owned(); 3])];
    let cables: Vec<_> = cables.map(|from| Cable { from, by: by.clone() }).into();
    assert_eq!(network.cables(cables.clone()), cables);
    // The plugin returns what the module of the host refuses.
    let among = HashMap::from([("c".to_owned(), Ipv4Addr::BROADCAST)]);
    let refused = NetworkProxy::checked(&network).find(among, "d").unwrap_err();
    assert!(matches!(refused, CallError::Invalid { method: "find", .. }), "{refused:?}");
    assert!(refused.to_string().contains("an address must not begin with 255"), "{refused}");
}

#[test]
fn what_the_module_refuses_is_an_error_in_its_words() {
    let (network, reason) = (network(), "an address must not begin with 255");
    let checked = NetworkProxy::checked(&network);
    let returned = checked.forbidden().unwrap_err();
    assert!(matches!(returned, CallError::Invalid { method: "forbidden", .. }), "{returned:?}");
    assert!(returned.to_string().contains(reason), "{returned}");
    // The plugin refuses what it gets, the argument itself and a field of it.
    let taken = checked.addresses("10.0.0.1", vec![Ipv4Addr::BROADCAST]).unwrap_err();
    assert!(matches!(taken, CallError::Panicked { .. }), "{taken:?}");
    assert!(taken.to_string().contains(reason), "{taken}");
    let bad = Route { from: Ipv4Addr::LOCALHOST, by: vec![Ipv4Addr::BROADCAST], note: "".into() };
    let taken = checked.routes(vec![bad]).unwrap_err();
    assert!(taken.to_string().contains(reason), "{taken}");
    assert_eq!(checked.address(Ipv4Addr::BROADCAST), Ok(Ipv4Addr::BROADCAST));
}

#[test]
fn arguments_before_and_behind_what_is_refused_end() {
    let (network, living) = (network(), Arc::new(()));
    let call = || {
        let living = Arc::clone(&living);
        Box::new(move || Arc::strong_count(&living) as u32)
    };
    let between = |address| NetworkProxy::checked(&network).between(call(), vec![address], call());
    assert_eq!(between(Ipv4Addr::LOCALHOST), Ok(3 + 3 + 1));
    assert_eq!(Arc::strong_count(&living), 1);
    assert!(between(Ipv4Addr::BROADCAST).is_err());
    assert_eq!(Arc::strong_count(&living), 1);
}

#[test]
fn the_descriptor_names_what_crosses() {
    let directory = Directory::of(&["objects"]);
    let metadata = plugin_interface::inspect(directory.library("objects")).unwrap();
    let path = <dyn Network as Interface>::DESCRIPTION.path;
    let interface = metadata.interfaces.iter().find(|found| found.path == path).unwrap();
    let signatures: Vec<_> = interface.methods.iter().map(|m| m.signature.as_str()).collect();
    assert_eq!(
        signatures[..2],
        [
            "fn address(&self, value: [u8; 4]) -> [u8; 4]",
            "fn addresses(&self, before: &str, value: Vec<String>) -> Vec<String>",
        ]
    );
    for signature in [
        "fn within(&self, value: Option<Vec<[u8; 4]>>) -> Option<Vec<[u8; 4]>>",
        "fn find(&self, among: HashMap<String, [u8; 4]>, name: &str) -> Result<String, Vec<String>>",
    ] {
        assert!(signatures.contains(&signature), "{signatures:#?}");
    }
    let definitions: Vec<_> = interface.types.iter().map(|ty| ty.definition.as_str()).collect();
    assert_eq!(
        definitions,
        [
            "struct Route<T> { from: [u8; 4], by: Vec<String>, note: T }",
            "enum Target { Nobody, One([u8; 4]), Many { of: Vec<String>, door: Door } }",
            "struct Cable { from: Result<Box<[u8; 4]>, Vec<String>>, by: BTreeMap<[u8; 4], Vec<[u8; 4]>> }",
            "struct Door([u8; 4], NonZero<u16>)",
        ]
    );
}
