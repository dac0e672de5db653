/* Uses services of its host, and keeps one. */
#include "keeper.h"

static Keeper_dyn_Service kept;
static int has_kept;

static Keeper_Outcome_unit keep(void *instance, Keeper_dyn_Service service) {
    (void)instance;
    Keeper_Outcome_unit outcome = { 0 };
    if (has_kept) PLUGIN_DROP(kept);
    kept = service;
    has_kept = 1;
    return outcome;
}

/* Passes on what a call of an object returned, also a failure. */
static Keeper_Outcome_String string_of(Keeper_dyn_Service_Outcome_String called) {
    Keeper_Outcome_String outcome = { called.status, called.value };
    return outcome;
}

static Keeper_Outcome_String ask(void *instance, PluginStr question) {
    (void)instance;
    if (!has_kept) {
        Keeper_Outcome_String none = { PLUGIN_PANIC("nothing is kept"), { 0, 0, 0, 0 } };
        return none;
    }
    return string_of(kept.table->vtable->answer(kept.instance, question));
}

static Keeper_Outcome_String ask_lent(
    void *instance, const Keeper_dyn_Service_Borrowed *service, PluginStr question) {
    (void)instance;
    return string_of(service->table->vtable->answer(PLUGIN_BORROWED(service), question));
}

static Keeper_Outcome_Arc_dyn_Service share(void *instance) {
    (void)instance;
    Keeper_Outcome_Arc_dyn_Service outcome = { 0, kept };
    outcome.value.instance = PLUGIN_SHARE(kept);
    return outcome;
}

static Keeper_Outcome_u32 count(void *instance, Keeper_Vec_Box_dyn_Service services) {
    (void)instance;
    Keeper_Outcome_u32 outcome = { 0, 0 };
    for (size_t i = 0; i < services.len; i++) {
        Keeper_dyn_Service_Outcome_Option_Box_dyn_Service part =
            services.ptr[i].table->vtable->part(services.ptr[i].instance);
        if (part.status) part.status->free(part.status);
        else if (part.value.some) {
            outcome.value++;
            PLUGIN_DROP(part.value.value);
        }
        PLUGIN_DROP(services.ptr[i]);
    }
    PLUGIN_FREE(services);
    return outcome;
}

static PluginFailure *drop(void *instance) {
    (void)instance;
    if (has_kept) PLUGIN_DROP(kept);
    has_kept = 0;
    return 0;
}

static int instance;
static const KeeperVTable vtable = { Keeper_HEADER(drop), keep, ask, ask_lent, share, count };
static const KeeperRegistration registration = { &vtable, &instance };

const KeeperRegistration *plugin_register_Keeper_v1(void) { return &registration; }

PLUGIN_PACKAGE("keeper", "1.0.0")
Keeper_PLUGIN("Keeper")
