// A greeter in C. `plugin-host header` printed its header.
#include "greeter.h"

#include <stdio.h>

// An instance; this library has one.
typedef struct { const char *language; } Latin;

static Greeter_Outcome_str name(void *instance) {
    const Latin *latin = instance;
    Greeter_Outcome_str outcome = { 0, plugin_str(latin->language) };
    return outcome;
}

// The text belongs to the host, which frees it with `plugin_free`.
static Greeter_Outcome_String greet(void *instance, PluginStr target) {
    (void)instance;
    size_t size = sizeof("Salve, !") + target.len;
    char *text = plugin_malloc(size);
    int len = snprintf(text, size, "Salve, %.*s!", (int)target.len, target.ptr);
    Greeter_Outcome_String outcome = { 0, { text, (size_t)len, size, plugin_free } };
    return outcome;
}

static size_t dropped;

static PluginFailure *drop(void *instance) {
    (void)instance;
    dropped++;
    return 0;
}

static Latin latin = { "latin" };
static const GreeterVTable vtable = { Greeter_HEADER(drop), name, greet };
static const GreeterRegistration registration = { &vtable, &latin };

const GreeterRegistration *plugin_register_Greeter_v1(void) { return &registration; }
size_t plugin_unmaker_counter_Greeter_v1(void) { return dropped; }

// The metadata, which a host reads before any code runs.
PLUGIN_PACKAGE("greeter-c", "0.1.0")
Greeter_PLUGIN("Latin")
