/* The layouts of version 1, which all interfaces have in common. */
#ifndef PLUGIN_ABI_V1
#define PLUGIN_ABI_V1

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN_ABI_VERSION 1

#ifdef __cplusplus
#define PLUGIN_ASSERT(condition) static_assert(condition, #condition)
#define PLUGIN_ALIGN(bytes) alignas(bytes)
#define PLUGIN_C extern "C"
#else
#define PLUGIN_ASSERT(condition) _Static_assert(condition, #condition)
#define PLUGIN_ALIGN(bytes) _Alignas(bytes)
#define PLUGIN_C extern
#endif
#ifdef _WIN32
#define PLUGIN_EXPORT PLUGIN_C __declspec(dllexport)
#else
#define PLUGIN_EXPORT PLUGIN_C __attribute__((visibility("default")))
#endif

/* Frees memory, from its address, and its size and alignment in bytes. */
typedef void (*PluginFree)(void *ptr, size_t size, size_t align);

/* Borrowed UTF-8: a parameter for the call, a return for as long as the instance
 * is borrowed. The pointer is not null, and no NUL ends the text. */
typedef struct { const char *ptr; size_t len; } PluginStr;

/* Owned UTF-8. The receiver calls free(ptr, capacity, 1), once. If free is null,
 * there is nothing to free: then a `Cow` is borrowed, as a PluginStr is. */
typedef struct { char *ptr; size_t len, capacity; PluginFree free; } PluginString;

typedef struct { uint64_t seconds; uint32_t nanoseconds; } PluginDuration;

/* Since 1970, the seconds rounded down. */
typedef struct { int64_t seconds; uint32_t nanoseconds; } PluginSystemTime;

/* The header of a struct or an enum that grows. A pointer to it is passed. The receiver takes
 * over the first fields, at most header.fields of them, and then calls
 * header.end(&value->header, number of fields taken over), once. The sender drops
 * the others there, and frees the struct. */
typedef struct PluginGrowing PluginGrowing;
struct PluginGrowing {
    uint32_t fields; /* the number of fields that the sender knows */
    uint32_t variant; /* the number of the variant of an enum, or 0 */
    void (*end)(PluginGrowing *block, uint32_t from);
};

/* The reason why a call did not return. The receiver calls free, once. */
typedef struct PluginFailure PluginFailure;
struct PluginFailure {
    uint32_t kind; /* 2: a panic */
    uint32_t line, column, reserved;
    PluginStr message, file;
    void (*free)(PluginFailure *);
};

/* The status of a method that returned its own error, in value.err. */
#define PLUGIN_ERROR ((PluginFailure *)(uintptr_t)1)

typedef struct {
    uint32_t abi_version, methods;
    uint64_t fingerprint[2];
    /* Drops the instance. Returns null, or the reason of a failure. */
    PluginFailure *(*drop)(void *instance);
} PluginVTableHeader;

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof(PluginStr) == 16);
PLUGIN_ASSERT(sizeof(PluginString) == 32);
PLUGIN_ASSERT(sizeof(PluginFailure) == 56);
PLUGIN_ASSERT(sizeof(PluginVTableHeader) == 32);
#endif

/* Borrows a text that a NUL ends. */
static inline PluginStr plugin_str(const char *text) {
    PluginStr borrowed = { text, strlen(text) };
    return borrowed;
}

/* Frees memory of malloc. */
static inline void plugin_free(void *ptr, size_t size, size_t align) {
    (void)size;
    (void)align;
    free(ptr);
}

/* Allocates so many bytes, which plugin_free frees. */
static inline void *plugin_malloc(size_t size) {
    void *ptr = malloc(size ? size : 1);
    if (!ptr) abort();
    return ptr;
}

/* Returns a copy of a text. */
static inline PluginString plugin_string(const char *text, size_t len) {
    PluginString owned = { (char *)plugin_malloc(len), len, len ? len : 1, plugin_free };
    if (len) memcpy(owned.ptr, text, len);
    return owned;
}

/* Frees the memory of a string, vector or box whose values own nothing. */
#define PLUGIN_FREE(owned) \
    ((owned).free ? (owned).free((owned).ptr, (owned).capacity * sizeof *(owned).ptr, __alignof__(*(owned).ptr)) : (void)0)
#define PLUGIN_FREE_BOX(owned) \
    ((owned).free ? (owned).free((owned).ptr, sizeof *(owned).ptr, __alignof__(*(owned).ptr)) : (void)0)

static inline void plugin_free_failure(PluginFailure *failure) { free(failure); }

/* Returns the status of a call that failed. The texts are copied. */
static inline PluginFailure *plugin_panic(const char *message, const char *file, uint32_t line) {
    size_t message_len = strlen(message), file_len = strlen(file);
    PluginFailure *failure =
        (PluginFailure *)plugin_malloc(sizeof(PluginFailure) + message_len + file_len);
    char *text = (char *)(failure + 1);
    memcpy(text, message, message_len);
    memcpy(text + message_len, file, file_len);
    memset(failure, 0, sizeof *failure);
    failure->kind = 2;
    failure->line = line;
    failure->message.ptr = text;
    failure->message.len = message_len;
    failure->file.ptr = text + message_len;
    failure->file.len = file_len;
    failure->free = plugin_free_failure;
    return failure;
}
#define PLUGIN_PANIC(message) plugin_panic(message, __FILE__, __LINE__)

/* Records, which a host reads from the file before it runs any code. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the numbers of records are little-endian"
#endif
#ifdef __APPLE__
#define PLUGIN_RECORD __attribute__((section("__DATA,__plugin"), used, aligned(1)))
#else
#define PLUGIN_RECORD __attribute__((section(".plugin"), used, aligned(1)))
#endif
#define PLUGIN_PACKED __attribute__((packed))
#define PLUGIN_MAGIC { 'P', 'L', 'U', 'G', 'I', 'N', 0, 1 }

#ifdef __cplusplus
template <size_t N> struct PLUGIN_PACKED PluginText {
    uint32_t len;
    char text[N - 1];
    constexpr PluginText(const char (&from)[N]) : len(N - 1), text() {
        for (size_t i = 0; i + 1 < N; i++) text[i] = from[i];
    }
};
template <size_t N, size_t V> struct PLUGIN_PACKED PluginPackageRecord {
    char magic[8];
    uint32_t kind, size, abi, flags;
    PluginText<N> name;
    PluginText<V> version;
    uint32_t empty[6];
};
template <size_t P, size_t N> struct PLUGIN_PACKED PluginRegistrationRecord {
    char magic[8];
    uint32_t kind, size;
    PluginText<P> path;
    PluginText<N> name;
};
#define PLUGIN_PACKAGE(package_name, package_version) \
    PLUGIN_RECORD static constexpr PluginPackageRecord<sizeof(package_name), sizeof(package_version)> \
        plugin_package_record = { \
            PLUGIN_MAGIC, 1, sizeof(plugin_package_record) - 16, PLUGIN_ABI_VERSION, 0, \
            package_name, package_version, {} };
#define PLUGIN_REGISTRATION(variable, interface_path, registration_name) \
    PLUGIN_RECORD static constexpr PluginRegistrationRecord<sizeof(interface_path), sizeof(registration_name)> \
        variable = { PLUGIN_MAGIC, 3, sizeof(variable) - 16, interface_path, registration_name };
#else
/* Text without the NUL at its end. */
#if defined(__GNUC__) && !defined(__clang__)
#define PLUGIN_TEXT __attribute__((nonstring))
#else
#define PLUGIN_TEXT
#endif
/* The name and version of the package, once in each library. Neither is empty. */
#define PLUGIN_PACKAGE(package_name, package_version) \
    PLUGIN_RECORD static const struct PLUGIN_PACKED { \
        char magic[8]; \
        uint32_t kind, size, abi, flags, name_len; \
        PLUGIN_TEXT char name[sizeof(package_name) - 1]; \
        uint32_t version_len; \
        PLUGIN_TEXT char version[sizeof(package_version) - 1]; \
        uint32_t empty[6]; \
    } plugin_package_record = { \
        PLUGIN_MAGIC, 1, sizeof(plugin_package_record) - 16, PLUGIN_ABI_VERSION, 0, \
        sizeof(package_name) - 1, package_name, sizeof(package_version) - 1, package_version, \
        { 0 } };
#define PLUGIN_REGISTRATION(variable, interface_path, registration_name) \
    PLUGIN_RECORD static const struct PLUGIN_PACKED { \
        char magic[8]; \
        uint32_t kind, size, path_len; \
        PLUGIN_TEXT char path[sizeof(interface_path) - 1]; \
        uint32_t name_len; \
        PLUGIN_TEXT char name[sizeof(registration_name) - 1]; \
    } variable = { \
        PLUGIN_MAGIC, 3, sizeof(variable) - 16, sizeof(interface_path) - 1, interface_path, \
        sizeof(registration_name) - 1, registration_name };
#endif

#endif /* PLUGIN_ABI_V1 */
