/* Written against the first version of its interface. */
#include "lamp.h"

static uint32_t turns;

static Lamp_Outcome_str name(void *instance) {
    (void)instance;
    Lamp_Outcome_str outcome = { 0, plugin_str("lamp of C") };
    return outcome;
}

static Lamp_Outcome_u32 turn(void *instance, uint8_t on) {
    (void)on;
    uint32_t *turns = instance;
    Lamp_Outcome_u32 outcome = { 0, ++*turns };
    return outcome;
}

static PluginFailure *drop(void *instance) {
    (void)instance;
    return 0;
}

static const LampVTable vtable = { Lamp_HEADER(drop), name, turn };
static const LampRegistration registration = { &vtable, &turns };
const LampRegistration *plugin_register_Lamp_v1(void) { return &registration; }
PLUGIN_PACKAGE("lamp-c", "1.0.0")
Lamp_PLUGIN("Lamp")
