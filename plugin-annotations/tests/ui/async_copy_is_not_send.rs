use plugin_interface::{FfiSafe, plugin_interface};

/// `Sync` by hand, and not `Send`: its drop must stay on its thread.
pub struct Home(core::marker::PhantomData<std::sync::MutexGuard<'static, ()>>);

mod home {
    use plugin_interface::boundary::LiftError;

    pub type Crossing = u8;

    pub fn lower(_: super::Home) -> Crossing {
        0
    }

    pub fn lift(_: Crossing) -> Result<super::Home, LiftError> {
        Ok(super::Home(core::marker::PhantomData))
    }
}

impl Clone for Home {
    fn clone(&self) -> Self {
        Home(self.0)
    }
}

#[derive(Clone, FfiSafe)]
pub struct Own {
    #[ffi(with = home)]
    home: Home,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn first(&self, own: &Own) -> u32;
}

fn main() {}
