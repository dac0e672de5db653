/* Creates objects for its host. */
#include "maker.h"

PLUGIN_CREATES_OBJECTS

typedef struct {
    unsigned owners;
    char word[16];
} Word;

static unsigned alive;

static Word *word_of(const char *text, size_t len) {
    Word *word = (Word *)plugin_malloc(sizeof(Word));
    memset(word, 0, sizeof *word);
    word->owners = 1;
    memcpy(word->word, text, len < 15 ? len : 15);
    alive++;
    return word;
}

static PluginFailure *end(void *instance) {
    Word *word = (Word *)instance;
    if (!--word->owners) {
        alive--;
        free(word);
    }
    return 0;
}

static void *another(void *instance) {
    ((Word *)instance)->owners++;
    return instance;
}

static Maker_dyn_Service_Outcome_String answer(void *instance, PluginStr question) {
    Maker_dyn_Service_Outcome_String outcome = { 0, { 0, 0, 0, 0 } };
    const char *word = ((Word *)instance)->word;
    char text[64];
    size_t len = strlen(word);
    if (question.len > 40) {
        outcome.status = PLUGIN_PANIC("too long");
        return outcome;
    }
    memcpy(text, word, len);
    memcpy(text + len, question.ptr, question.len);
    outcome.value = plugin_string(text, len + question.len);
    return outcome;
}

static Maker_dyn_Service_Outcome_Option_Box_dyn_Service part(void *instance);

static const Maker_dyn_Service_VTable service_vtable = {
    Maker_dyn_Service_HEADER(end), answer, part
};
static const Maker_dyn_Service_Table boxed = Maker_dyn_Service_TABLE(service_vtable, 0);
static const Maker_dyn_Service_Table counted = Maker_dyn_Service_TABLE(service_vtable, another);

static Maker_dyn_Service service_of(const Maker_dyn_Service_Table *table, Word *word) {
    Maker_dyn_Service service = { table, word, plugin_retain(plugin_library) };
    return service;
}

static Maker_dyn_Service_Outcome_Option_Box_dyn_Service part(void *instance) {
    const char *word = ((Word *)instance)->word;
    Maker_dyn_Service_Outcome_Option_Box_dyn_Service outcome;
    memset(&outcome, 0, sizeof outcome);
    if (strlen(word) > 1) {
        outcome.value.some = 1;
        outcome.value.value = service_of(&boxed, word_of(word + 1, strlen(word + 1)));
    }
    return outcome;
}

static Maker_Outcome_Box_dyn_Service make(void *instance, PluginStr word) {
    (void)instance;
    Maker_Outcome_Box_dyn_Service outcome = { 0, service_of(&boxed, word_of(word.ptr, word.len)) };
    return outcome;
}

static Maker_Outcome_Arc_dyn_Service share(void *instance, PluginStr word) {
    (void)instance;
    Maker_Outcome_Arc_dyn_Service outcome = {
        0, service_of(&counted, word_of(word.ptr, word.len))
    };
    return outcome;
}

static Maker_Outcome_u32 owners(void *instance, Maker_dyn_Service service) {
    (void)instance;
    Maker_Outcome_u32 outcome = { 0, 0 };
    if (service.table == &counted) outcome.value = ((Word *)service.instance)->owners;
    PLUGIN_DROP(service);
    return outcome;
}

static Maker_Outcome_u32 count(void *instance) {
    (void)instance;
    Maker_Outcome_u32 outcome = { 0, alive };
    return outcome;
}

static PluginFailure *drop(void *instance) {
    (void)instance;
    return 0;
}

static int instance;
static const MakerVTable vtable = { Maker_HEADER(drop), make, share, owners, count };
static const MakerRegistration registration = { &vtable, &instance };

const MakerRegistration *plugin_register_Maker_v1(void) { return &registration; }

PLUGIN_PACKAGE("maker", "1.0.0")
Maker_PLUGIN("Maker")
