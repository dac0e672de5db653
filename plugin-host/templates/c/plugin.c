// A plugin in C. `plugin-host new` wrote it, with answers that mean nothing yet.
#include "__HEADER__"

__FUNCTIONS__static size_t dropped;

static PluginFailure *drop_instance(void *instance) {
    (void)instance;
    dropped++;
    return 0;
}

// This library has one instance; let it point to your data.
static char instance;
static const __PREFIX__VTable vtable = { __PREFIX___HEADER(drop_instance)__NAMES__ };
static const __PREFIX__Registration registration = { &vtable, &instance };

const __PREFIX__Registration *plugin_register___SYMBOL___v1(void) { return &registration; }
size_t plugin_unmaker_counter___SYMBOL___v1(void) { return dropped; }

// The metadata, which a host reads before any code runs.
PLUGIN_PACKAGE("my-plugin", "0.1.0")
__PREFIX___PLUGIN("MyPlugin")
