use plugin_interface::{FfiSafe, plugin_interface};

pub trait Neither {}

struct Nothing;

impl Neither for Nothing {}

/// The compiler knows that this is not `Send`, so another impl does not conflict
/// with the one for all types that are.
#[derive(Clone)]
pub struct Home(&'static dyn Neither);

mod home {
    use plugin_interface::boundary::LiftError;

    pub type Crossing = u8;

    pub fn lower(_: super::Home) -> Crossing {
        0
    }

    pub fn lift(_: Crossing) -> Result<super::Home, LiftError> {
        Ok(super::Home(&super::Nothing))
    }
}

#[derive(Clone, FfiSafe)]
pub struct Own {
    #[ffi(with = home)]
    home: Home,
}

impl plugin_interface::__private::Sendable for Own {}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn first(&self, own: &Own) -> u32;
}

fn main() {}
