/* Returns its arguments: structs and enums of the interface's author. */
#include "derived.h"

#define ECHO(name, type) \
    static Derived_Outcome_##type name(void *instance, Derived_##type value) { \
        (void)instance; \
        Derived_Outcome_##type outcome = { 0, value }; \
        return outcome; \
    }
#define ECHOES(name, names, type) \
    ECHO(name, type) \
    ECHO(names, Vec_Option_Result_##type##_##type)

ECHOES(empty, empties, Empty)
ECHOES(wrapper, wrappers, Wrapper)
ECHOES(parcel, parcels, Parcel)
ECHOES(point, points, Point)
ECHOES(pair, pairs, Pair_String_Option_Point)
ECHOES(side, sides, Side)
ECHOES(color, colors, Color)
ECHOES(event, events, Event)
ECHOES(spot, spots, Spot)
ECHOES(tree, trees, Tree)
ECHOES(list, lists, List_Parcel)
ECHOES(formula, formulas, Formula)
ECHOES(label, labels, Label)
ECHO(ledgers, Vec_Option_Result_Ledger_Ledger)

/* Frees a ledger whose fields the receiver took over, as a host of this version
 * does. */
static void end_ledger(PluginGrowing *block, uint32_t from) {
    if (from < 3) abort();
    plugin_free(block, sizeof(Derived_Ledger), _Alignof(Derived_Ledger));
}

/* Moves the fields into a ledger of its own. */
static Derived_Outcome_Ledger ledger(void *instance, Derived_Ledger *value) {
    (void)instance;
    if (value->header.fields != 3) abort();
    Derived_Ledger *made = aligned_alloc(_Alignof(Derived_Ledger), sizeof *made);
    *made = *value;
    made->header.end = end_ledger;
    value->header.end(&value->header, 3);
    Derived_Outcome_Ledger outcome = { 0, made };
    return outcome;
}

ECHO(notices, Vec_Option_Result_Notice_Notice)

static void end_note(PluginGrowing *block, uint32_t from) {
    if (from < 1) abort();
    plugin_free(block, sizeof(Derived_Notice_OfNote), _Alignof(Derived_Notice_OfNote));
}

/* Moves the text of a note into one of its own. Others come back as they are. */
static Derived_Outcome_Notice notice(void *instance, Derived_Notice value) {
    (void)instance;
    Derived_Outcome_Notice outcome = { 0, value };
    if (value->variant != Derived_Notice_Note) return outcome;
    if (value->fields != 1) abort();
    Derived_Notice_OfNote *made = aligned_alloc(_Alignof(Derived_Notice_OfNote), sizeof *made);
    *made = *(Derived_Notice_OfNote *)value;
    made->header.end = end_note;
    value->end(value, 1);
    outcome.value = &made->header;
    return outcome;
}

/* A parcel with every field filled. */
static Derived_Parcel full_parcel(void) {
    Derived_Point *marks = plugin_malloc(3 * sizeof *marks);
    for (int i = 0; i < 3; i++) marks[i] = (Derived_Point){ .x = 1, .y = 2, .is_set = 0 };
    char name[99];
    memset(name, 'a', sizeof name);
    Derived_Event *named = plugin_malloc(sizeof *named);
    named->tag = Derived_Event_Named;
    named->value.Named.name = plugin_string(name, sizeof name);
    named->value.Named.old.some = 1;
    named->value.Named.old.value = plugin_string("", 0);
    Derived_Parcel parcel = {
        .label = plugin_string("here", 4),
        .type = 3,
        .at = { .x = 0.5, .y = -1, .is_set = 1 },
        .marks = { marks, 3, 3, plugin_free },
        .side = { 1, Derived_Side_Right },
        .limits = { UINT64_MAX, { { 1, 0 } } },
        .history = { .tag = 0, .value.ok = { named, plugin_free } },
        .kind = 0x6f22,
    };
    return parcel;
}

static Derived_Outcome_Result_Parcel_Event fail(void *instance, Derived_Event value) {
    (void)instance;
    Derived_Outcome_Result_Parcel_Event outcome;
    if (value.tag == Derived_Event_Nothing) {
        outcome.status = 0;
        outcome.value.ok = full_parcel();
    } else {
        outcome.status = PLUGIN_ERROR;
        outcome.value.err = value;
    }
    return outcome;
}

static Derived_Outcome_Option_Point farthest(void *instance, Derived_Slice_Point points) {
    (void)instance;
    Derived_Outcome_Option_Point outcome = { 0, { 0, { 0, 0, 0 } } };
    for (size_t i = 0; i < points.len; i++) {
        if (!outcome.value.some || points.ptr[i].x > outcome.value.value.x) {
            outcome.value.some = 1;
            outcome.value.value = points.ptr[i];
        }
    }
    return outcome;
}

static Derived_Outcome_unit shift(void *instance, Derived_SliceMut_Point points, const Derived_Point *by) {
    (void)instance;
    for (size_t i = 0; i < points.len; i++) {
        points.ptr[i].x += by->x;
        points.ptr[i].y += by->y;
    }
    Derived_Outcome_unit outcome = { 0, 0 };
    return outcome;
}

static Derived_Outcome_unit turn(void *instance, Derived_SliceMut_Side sides, Derived_Spot *spot) {
    (void)instance;
    for (size_t i = 0; i < sides.len / 2; i++) {
        Derived_Side first = sides.ptr[i];
        sides.ptr[i] = sides.ptr[sides.len - 1 - i];
        sides.ptr[sides.len - 1 - i] = first;
    }
    if (spot->tag == Derived_Spot_At) {
        Derived_Point from = spot->value.At._0;
        spot->tag = Derived_Spot_Box;
        spot->value.Box.from = from;
        spot->value.Box.size = (Derived_Array3_u16){ { 1, 2, 3 } };
    }
    Derived_Outcome_unit outcome = { 0, 0 };
    return outcome;
}

static Derived_Outcome_Vec_Pair_Pair_u64_u16_u8 swapped(
    void *instance, Derived_Slice_Pair_u8_Pair_u64_u16 pairs) {
    (void)instance;
    Derived_Pair_Pair_u64_u16_u8 *swapped = plugin_malloc(pairs.len * sizeof *swapped);
    for (size_t i = 0; i < pairs.len; i++) {
        swapped[i]._0 = pairs.ptr[i]._1;
        swapped[i]._1 = pairs.ptr[i]._0;
    }
    Derived_Outcome_Vec_Pair_Pair_u64_u16_u8 outcome = {
        0, { swapped, pairs.len, pairs.len, plugin_free }
    };
    return outcome;
}

static Derived_Outcome_String longest(void *instance, Derived_Words_str words) {
    (void)instance;
    PluginStr found = words.first.len > words.note.len ? words.first : words.note;
    for (size_t i = 0; i < words.rest.len; i++) {
        if (words.rest.ptr[i].len > found.len) found = words.rest.ptr[i];
    }
    Derived_Outcome_String outcome = { 0, plugin_string(found.ptr, found.len) };
    PLUGIN_FREE(words.rest);
    return outcome;
}

static Derived_Outcome_Words_Option_str own_words(void *instance) {
    (void)instance;
    PluginStr *rest = plugin_malloc(2 * sizeof *rest);
    rest[0] = plugin_str("two");
    rest[1] = plugin_str("");
    Derived_Outcome_Words_Option_str outcome = {
        0, { plugin_str("one"), { rest, 2, 2, plugin_free }, { 1, plugin_str("three") } }
    };
    return outcome;
}

static Derived_Outcome_Ref_Point own_origin(void *instance) {
    (void)instance;
    static const Derived_Point origin = { .x = 0, .y = 0, .is_set = 1 };
    Derived_Outcome_Ref_Point outcome = { 0, &origin };
    return outcome;
}

static size_t dropped;
static PluginFailure *drop(void *instance) {
    (void)instance;
    dropped++;
    return 0;
}

static const DerivedVTable vtable = {
    Derived_HEADER(drop), empty, empties, wrapper, wrappers, parcel, parcels, point, points, pair,
    pairs, side, sides, color, colors, event, events, spot, spots, tree, trees, list, lists,
    formula, formulas, label, labels, ledger, ledgers, notice, notices, fail, farthest, shift, turn, swapped, longest, own_words, own_origin,
};
static const DerivedRegistration registration = { &vtable, 0 };

const DerivedRegistration *plugin_register_Derived_v1(void) { return &registration; }
size_t plugin_unmaker_counter_Derived_v1(void) { return dropped; }
PLUGIN_PACKAGE("derived-in-c", "1.2.3")
Derived_PLUGIN("InC")
