// Writes dashes and ellipses as printers do. Code stays as it is.
#include "step.h"

static int begins_with(const char *at, const char *end, const char *what) {
    size_t len = strlen(what);
    return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

// The text belongs to the generator, which frees it with `plugin_free`.
static PluginString printed(PluginStr text) {
    // Two bytes become three at most.
    size_t capacity = text.len + text.len / 2 + 1, len = 0;
    char *out = plugin_malloc(capacity);
    const char *at = text.ptr, *end = text.ptr + text.len;
    int is_code = 0;
    while (at < end) {
        is_code ^= begins_with(at, end, "```");
        const char *sign = 0;
        size_t taken = 0;
        if (!is_code && begins_with(at, end, "--")) sign = "\u2013", taken = 2;
        if (!is_code && begins_with(at, end, "...")) sign = "\u2026", taken = 3;
        if (sign) {
            memcpy(out + len, sign, strlen(sign));
            len += strlen(sign);
            at += taken;
        } else {
            out[len++] = *at++;
        }
    }
    PluginString owned = { out, len, capacity, plugin_free };
    return owned;
}

static Step_Outcome_Result_String_String apply(void *instance, Step_Box_Page page, PluginStr text) {
    (void)instance;
    Step_Outcome_Result_String_String outcome = { 0, { { 0 } } };
    outcome.value.ok = printed(text);
    // The page is a copy for this call.
    PLUGIN_FREE(page.ptr->name);
    PLUGIN_FREE(page.ptr->title);
    PLUGIN_FREE_BOX(page);
    return outcome;
}

static size_t dropped;

static PluginFailure *drop(void *instance) {
    (void)instance;
    dropped++;
    return 0;
}

static char instance;
static const StepVTable vtable = { Step_HEADER(drop), apply };
static const StepRegistration registration = { &vtable, &instance };

const StepRegistration *plugin_register_Step_v1(void) { return &registration; }
size_t plugin_unmaker_counter_Step_v1(void) { return dropped; }

// The metadata, which a host reads before any code runs.
PLUGIN_PACKAGE("typography", "0.1.0")
Step_PLUGIN("Typography")
