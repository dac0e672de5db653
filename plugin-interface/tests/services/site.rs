//! The interface of the service, in the versions that a host and a plugin may
//! have of it.

/// What the host and most of the plugin have.
pub(crate) mod current {
    #[plugin_interface::plugin_interface(path = "services::Site", version = "1.1")]
    pub(crate) trait Site: Send + Sync {
        fn title(&self) -> String;
        #[since("1.1")]
        fn pages(&self) -> u32 {
            1
        }
    }
}

/// An older one, without the later method.
pub(crate) mod older {
    #[plugin_interface::plugin_interface(path = "services::Site", version = "1.0")]
    pub(crate) trait Site: Send + Sync {
        fn title(&self) -> String;
    }
}

/// A newer one.
pub(crate) mod newer {
    #[plugin_interface::plugin_interface(path = "services::Site", version = "1.2")]
    pub(crate) trait Site: Send + Sync {
        fn title(&self) -> String;
        #[since("1.1")]
        fn pages(&self) -> u32 {
            1
        }
        #[since("1.2")]
        fn language(&self) -> String {
            "unknown".to_owned()
        }
    }
}

/// One whose method was changed without a new major version.
pub(crate) mod changed {
    #[plugin_interface::plugin_interface(path = "services::Site", version = "1.1")]
    pub(crate) trait Site: Send + Sync {
        fn title(&self) -> Vec<u8>;
    }
}

/// One of another major version.
pub(crate) mod major {
    #[plugin_interface::plugin_interface(path = "services::Site", version = "2.0")]
    pub(crate) trait Site: Send + Sync {
        fn title(&self) -> String;
    }
}

/// One that the host does not offer.
pub(crate) mod absent {
    #[plugin_interface::plugin_interface(path = "services::Store", version = "1.0")]
    pub(crate) trait Store: Send + Sync {
        fn get(&self, key: &str) -> Option<String>;
    }
}
