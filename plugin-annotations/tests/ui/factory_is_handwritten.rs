use plugin_interface::RegistrationFactory;

fn forged(factory: &RegistrationFactory) -> RegistrationFactory {
    let mut forged = *factory;
    forged.fingerprint = 7;
    forged
}

fn main() {}
