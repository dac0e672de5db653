// Returns its arguments: every type that needs no definition. The test generates
// the vtable, a line for each method.
#include "everything.h"

namespace {

template <class Outcome, class Value> Outcome echo(void *, Value value) { return { nullptr, value }; }
template <class Outcome> Outcome echo(void *) { return { nullptr }; }

template <class Outcome, class... Values> Outcome panics(void *, Values...) {
    Outcome outcome = {};
    outcome.status = PLUGIN_PANIC("not written");
    return outcome;
}

PluginFailure *drop(void *) { return nullptr; }

Everything_Outcome_Result_u8_Box_Error fail(void *, Everything_Vec_String messages) {
    Everything_Outcome_Result_u8_Box_Error outcome;
    outcome.status = PLUGIN_ERROR;
    outcome.value.err = { messages.ptr, messages.len, messages.capacity, messages.free };
    return outcome;
}

Everything_PathBuf copied(Everything_Ref_Path path) {
    uint8_t *bytes = static_cast<uint8_t *>(plugin_malloc(path.len));
    memcpy(bytes, path.ptr, path.len);
    return { bytes, path.len, path.len ? path.len : 1, plugin_free };
}

Everything_Outcome_PathBuf borrowed_path(void *, Everything_Ref_Path value) {
    return { nullptr, copied(value) };
}

Everything_Outcome_Tuple2_bool_String cow(void *, PluginString value) {
    bool borrowed = !value.free && value.len;
    return { nullptr, { borrowed, borrowed ? plugin_string(value.ptr, value.len) : value } };
}

Everything_Outcome_Tuple2_bool_Vec_u16 cow_of_numbers(void *, Everything_Cow_Slice_u16 value) {
    return { nullptr, { 0, { value.ptr, value.len, value.capacity, value.free } } };
}

Everything_Outcome_Option_u64 reference(void *, Everything_Option_Ref_u64 value) {
    return { nullptr, { value.some, value.some ? *value.value : 0 } };
}

Everything_Outcome_Cow_str own_cow(void *, uint8_t) {
    static char text[] = "borrowed";
    return { nullptr, { text, 8, 0, nullptr } };
}

Everything_Outcome_HashMap_str_Ref_Path own_words(void *) {
    static const uint8_t here[] = { '.' };
    auto *entry = static_cast<Everything_Tuple2_str_Ref_Path *>(plugin_malloc(sizeof(Everything_Tuple2_str_Ref_Path)));
    *entry = { plugin_str("here"), { here, 1 } };
    return { nullptr, { entry, 1, 1, plugin_free } };
}

Everything_Outcome_Option_PathBuf lookup(void *, Everything_HashMap_str_Ref_Path words, PluginStr word) {
    Everything_Outcome_Option_PathBuf outcome = {};
    for (size_t i = 0; i < words.len; i++) {
        const auto &entry = words.ptr[i];
        if (entry._0.len == word.len && !memcmp(entry._0.ptr, word.ptr, word.len)) {
            outcome.value = { 1, copied(entry._1) };
        }
    }
    PLUGIN_FREE(words);
    return outcome;
}

Everything_Outcome_Option_String longest(void *, Everything_BTreeMap_u8_Cow_str words) {
    Everything_Outcome_Option_String outcome = {};
    PluginString found = {};
    for (size_t i = 0; i < words.len; i++) {
        if (words.ptr[i]._1.len > found.len) found = words.ptr[i]._1;
    }
    outcome.value = { 1, plugin_string(found.ptr, found.len) };
    for (size_t i = 0; i < words.len; i++) PLUGIN_FREE(words.ptr[i]._1);
    PLUGIN_FREE(words);
    return outcome;
}

template <class Outcome, class Value> Outcome output(void *, Value value, int32_t status) {
    return { nullptr, { status, value } };
}

// Reads the values that the test passes.
template <class Outcome, class Value> Outcome only(bool expected, Value value) {
    Outcome outcome = { nullptr, value };
    if (!expected) outcome.status = PLUGIN_PANIC("another value was passed");
    return outcome;
}

Everything_Outcome_Duration duration(void *, PluginDuration value) {
    return only<Everything_Outcome_Duration>(value.seconds == 1 && value.nanoseconds == 500000000, value);
}

Everything_Outcome_SystemTime time(void *, PluginSystemTime value) {
    return only<Everything_Outcome_SystemTime>(value.seconds == -2 && value.nanoseconds == 500000000, value);
}

Everything_Outcome_Range_i64 range(void *, Everything_Range_i64 value) {
    return only<Everything_Outcome_Range_i64>(value.start == -3 && value.end == 4, value);
}

Everything_Outcome_RangeInclusive_u8 inclusive(void *, Everything_RangeInclusive_u8 value) {
    return only<Everything_Outcome_RangeInclusive_u8>(value.start == 0 && value.end == 255, value);
}

Everything_Outcome_Ordering ordering(void *, int8_t value) {
    return only<Everything_Outcome_Ordering>(value == -1, value);
}

Everything_Outcome_Tuple6_String_bool_String_i128_Tuple2_u8_u8_char sextuple(
    void *, Everything_Tuple6_String_bool_String_i128_Tuple2_u8_u8_char value) {
    bool expected = value._0.len == 4 && value._1 == 1 && value._3 == -1 && value._4._1 == 3 && value._5 == 'x';
    return only<Everything_Outcome_Tuple6_String_bool_String_i128_Tuple2_u8_u8_char>(expected, value);
}

const EverythingVTable vtable = { Everything_HEADER(drop), METHODS };
const EverythingRegistration registration = { &vtable, nullptr };

}

const EverythingRegistration *plugin_register_Everything_v1(void) { return &registration; }
PLUGIN_PACKAGE("everything-in-cpp", "0.1.0")
Everything_PLUGIN("InCpp")
