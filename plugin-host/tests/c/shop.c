/* References to types that own memory: the plugin receives copies and frees them. */
#include "shop.h"

static PluginFailure *drop(void *instance) {
    (void)instance;
    return NULL;
}

static Shop_Outcome_String joined(void *instance, Shop_Vec_String words) {
    Shop_Outcome_String outcome = { NULL, { NULL, 0, 0, NULL } };
    size_t len = 0;
    (void)instance;
    for (size_t i = 0; i < words.len; i++) len += words.ptr[i].len;
    outcome.value.ptr = (char *)plugin_malloc(len);
    outcome.value.capacity = len ? len : 1;
    outcome.value.free = plugin_free;
    for (size_t i = 0; i < words.len; i++) {
        memcpy(outcome.value.ptr + outcome.value.len, words.ptr[i].ptr, words.ptr[i].len);
        outcome.value.len += words.ptr[i].len;
        PLUGIN_FREE(words.ptr[i]);
    }
    PLUGIN_FREE(words);
    return outcome;
}

static uint32_t sum(Shop_Vec_Item items) {
    uint32_t sum = 0;
    for (size_t i = 0; i < items.len; i++) {
        sum += items.ptr[i].price;
        PLUGIN_FREE(items.ptr[i].name);
    }
    PLUGIN_FREE(items);
    return sum;
}

static Shop_Outcome_u32 total(void *instance, Shop_Vec_Item items, Shop_Option_Ref_Vec_Item more) {
    Shop_Outcome_u32 outcome = { NULL, sum(items) };
    (void)instance;
    if (more.some) outcome.value += sum(more.value);
    return outcome;
}

static uint32_t price_of(Shop_Box_Item item) {
    uint32_t price = item.ptr->price;
    PLUGIN_FREE(item.ptr->name);
    PLUGIN_FREE_BOX(item);
    return price;
}

static Shop_Outcome_u32 price(void *instance, Shop_Box_Item item, Shop_Vec_Option_Ref_Box_Item others) {
    Shop_Outcome_u32 outcome = { NULL, price_of(item) };
    (void)instance;
    for (size_t i = 0; i < others.len; i++) {
        if (others.ptr[i].some) outcome.value += price_of(others.ptr[i].value);
    }
    PLUGIN_FREE(others);
    return outcome;
}

/* What is lent is changed in place: the plugin frees what it replaces. */
static Shop_Outcome_Result_u32_u8 label(void *instance, Shop_Option_Item *item, Shop_Option_Option_u32 *number) {
    static const char suffix[] = " no. 5";
    Shop_Outcome_Result_u32_u8 outcome = { NULL, { 0 } };
    PluginString *name = &item->value.name;
    (void)instance;
    outcome.value.ok = item->value.price++;
    if (!number->value.some) {
        number->value.some = 1;
        number->value.value = 0;
        outcome.status = PLUGIN_ERROR;
        outcome.value.err = 1;
        return outcome;
    }
    /* The last number has no successor: what comes back is no option. */
    if (number->value.value == UINT32_MAX) number->value.some = 7;
    number->value.value++;
    size_t len = name->len + sizeof suffix - 1;
    char *longer = (char *)plugin_malloc(len);
    memcpy(longer, name->ptr, name->len);
    memcpy(longer + name->len, suffix, sizeof suffix - 1);
    PLUGIN_FREE(*name);
    name->ptr = longer;
    name->len = name->capacity = len;
    name->free = plugin_free;
    return outcome;
}

static Shop_Outcome_unit scale(void *instance, Shop_SliceMut_SliceMut_f32 channels, float by) {
    Shop_Outcome_unit outcome = { NULL, 0 };
    (void)instance;
    for (size_t i = 0; i < channels.len; i++) {
        for (size_t j = 0; j < channels.ptr[i].len; j++) channels.ptr[i].ptr[j] *= by;
    }
    return outcome;
}

static int instance;
static const ShopVTable vtable = { Shop_HEADER(drop), joined, total, price, label, scale };
static const ShopRegistration registration = { &vtable, &instance };

const ShopRegistration *plugin_register_Shop_v1(void) { return &registration; }

PLUGIN_PACKAGE("shop", "1.0.0")
Shop_PLUGIN("Corner")
