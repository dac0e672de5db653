/* The interface plugin_interface::greeter::Greeter, version 1.0, for plugins in C and C++.
 *
 * Made by `plugin-host header` from a library; whoever changes it by hand is
 * refused by hosts, or crashes them. A plugin defines its methods, and:
 *
 *     static const GreeterVTable vtable = { Greeter_HEADER(drop), name, greet };
 *     static const GreeterRegistration registration = { &vtable, &instance };
 *     const GreeterRegistration *plugin_register_Greeter_v1(void) { return &registration; }
 *     PLUGIN_PACKAGE("my-plugin", "1.0.0")
 *     Greeter_PLUGIN("Mine")
 *
 * Built by `cc -shared -fPIC`. A method returns its value with a null status, or
 * the error of its own `Result` with PLUGIN_ERROR, or PLUGIN_PANIC("why") as status.
 * Several threads may call an instance at once. No C++ exception may leave a method.
 */

/* What is the same for every interface: the layouts of version 1. */
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

/* Releases memory: its address, its size and alignment in bytes. */
typedef void (*PluginFree)(void *ptr, size_t size, size_t align);

/* Borrowed UTF-8: during the call as a parameter, as long as the instance is
 * borrowed as a return. Not null, not ended by a NUL. */
typedef struct { const char *ptr; size_t len; } PluginStr;

/* Owned UTF-8. Whoever takes it calls free(ptr, capacity, 1), once. With a null
 * free nothing is to be released: a `Cow` is lent then, as a PluginStr is. */
typedef struct { char *ptr; size_t len, capacity; PluginFree free; } PluginString;

typedef struct { uint64_t seconds; uint32_t nanoseconds; } PluginDuration;

/* Since 1970, the seconds rounded down. */
typedef struct { int64_t seconds; uint32_t nanoseconds; } PluginSystemTime;

/* Why a call did not return. Whoever gets it calls free, once. */
typedef struct PluginFailure PluginFailure;
struct PluginFailure {
    uint32_t kind; /* 2: a panic */
    uint32_t line, column, reserved;
    PluginStr message, file;
    void (*free)(PluginFailure *);
};

/* The status of a call whose method returned its own error, in value.err. */
#define PLUGIN_ERROR ((PluginFailure *)(uintptr_t)1)

typedef struct {
    uint32_t abi_version, methods;
    uint64_t fingerprint;
    /* Drops the instance; null, or why that failed. */
    PluginFailure *(*drop)(void *instance);
} PluginVTableHeader;

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof(PluginStr) == 16);
PLUGIN_ASSERT(sizeof(PluginString) == 32);
PLUGIN_ASSERT(sizeof(PluginFailure) == 56);
PLUGIN_ASSERT(sizeof(PluginVTableHeader) == 24);
#endif

/* Borrows a text that a NUL ends. */
static inline PluginStr plugin_str(const char *text) {
    PluginStr borrowed = { text, strlen(text) };
    return borrowed;
}

/* Releases what malloc gave. */
static inline void plugin_free(void *ptr, size_t size, size_t align) {
    (void)size;
    (void)align;
    free(ptr);
}

/* Room for so many bytes, which plugin_free releases. */
static inline void *plugin_malloc(size_t size) {
    void *ptr = malloc(size ? size : 1);
    if (!ptr) abort();
    return ptr;
}

/* A copy of a text. */
static inline PluginString plugin_string(const char *text, size_t len) {
    PluginString owned = { (char *)plugin_malloc(len), len, len ? len : 1, plugin_free };
    if (len) memcpy(owned.ptr, text, len);
    return owned;
}

/* Releases the memory of a string, vector or box of values that own nothing. */
#define PLUGIN_FREE(owned) \
    ((owned).free ? (owned).free((owned).ptr, (owned).capacity * sizeof *(owned).ptr, __alignof__(*(owned).ptr)) : (void)0)
#define PLUGIN_FREE_BOX(owned) \
    ((owned).free ? (owned).free((owned).ptr, sizeof *(owned).ptr, __alignof__(*(owned).ptr)) : (void)0)

static inline void plugin_free_failure(PluginFailure *failure) { free(failure); }

/* The status of a call that cannot go on; the texts are copied. */
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

/* Records that a host reads from the file, before anything runs. */
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
/* Name and version of the package, once for each library; neither is empty. */
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

#ifndef PLUGIN_INTERFACE_PLUGIN_INTERFACE_GREETER_GREETER
#define PLUGIN_INTERFACE_PLUGIN_INTERFACE_GREETER_GREETER

/* Identifies the methods and their types. */
#define Greeter_FINGERPRINT UINT64_C(0x193a689475bc9cd5)
#define Greeter_HEADER(drop) { PLUGIN_ABI_VERSION, 2, Greeter_FINGERPRINT, drop }

typedef struct Greeter_Outcome_str Greeter_Outcome_str;
typedef struct Greeter_Outcome_String Greeter_Outcome_String;

/* what a method returns: &str */
struct Greeter_Outcome_str {
    PluginFailure *status;
    PluginStr value;
};

/* what a method returns: String */
struct Greeter_Outcome_String {
    PluginFailure *status;
    PluginString value;
};

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof(Greeter_Outcome_str) == 24);
PLUGIN_ASSERT(sizeof(Greeter_Outcome_String) == 40);
#endif

/* The methods of an instance, which each of them takes first. */
typedef struct {
    PluginVTableHeader header;
    /* fn name(&self) -> &str */
    Greeter_Outcome_str (*name)(void *instance);
    /* fn greet(&self, target: &str) -> String */
    Greeter_Outcome_String (*greet)(void *instance, PluginStr target);
} GreeterVTable;

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof(GreeterVTable) == 40);
#endif

/* An instance and its methods. */
typedef struct { const GreeterVTable *vtable; void *instance; } GreeterRegistration;

/* Gives the one instance of the library. The plugin defines it. */
PLUGIN_EXPORT const GreeterRegistration *plugin_register_Greeter_v1(void);

/* May be defined too: takes the instance back, instead of the vtable's `drop`. */
PLUGIN_EXPORT void plugin_unregister_Greeter_v1(const GreeterRegistration *registration);

/* May be defined too: how many instances were taken back. */
PLUGIN_EXPORT size_t plugin_unmaker_counter_Greeter_v1(void);

/* The records of the interface and of the instance, by its name. */
#define Greeter_PLUGIN(registration_name) \
    PLUGIN_RECORD static const unsigned char plugin_interface_record_Greeter[] = { \
        0x50, 0x4c, 0x55, 0x47, 0x49, 0x4e, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0xb3, 0x00, 0x00, 0x00, \
        0xd5, 0x9c, 0xbc, 0x75, 0x94, 0x68, 0x3a, 0x19, 0x22, 0x00, 0x00, 0x00, 0x70, 0x6c, 0x75, 0x67, \
        0x69, 0x6e, 0x5f, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x66, 0x61, 0x63, 0x65, 0x3a, 0x3a, 0x67, 0x72, \
        0x65, 0x65, 0x74, 0x65, 0x72, 0x3a, 0x3a, 0x47, 0x72, 0x65, 0x65, 0x74, 0x65, 0x72, 0x03, 0x00, \
        0x00, 0x00, 0x31, 0x2e, 0x30, 0x03, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0xfb, 0x61, 0x0e, \
        0xb5, 0xb9, 0x67, 0x81, 0xde, 0x04, 0x00, 0x00, 0x00, 0x6e, 0x61, 0x6d, 0x65, 0x16, 0x00, 0x00, \
        0x00, 0x66, 0x6e, 0x20, 0x6e, 0x61, 0x6d, 0x65, 0x28, 0x26, 0x73, 0x65, 0x6c, 0x66, 0x29, 0x20, \
        0x2d, 0x3e, 0x20, 0x26, 0x73, 0x74, 0x72, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x1e, 0x4a, 0x5b, 0xac, \
        0x56, 0xe7, 0xa0, 0x05, 0x00, 0x00, 0x00, 0x67, 0x72, 0x65, 0x65, 0x74, 0x27, 0x00, 0x00, 0x00, \
        0x66, 0x6e, 0x20, 0x67, 0x72, 0x65, 0x65, 0x74, 0x28, 0x26, 0x73, 0x65, 0x6c, 0x66, 0x2c, 0x20, \
        0x74, 0x61, 0x72, 0x67, 0x65, 0x74, 0x3a, 0x20, 0x26, 0x73, 0x74, 0x72, 0x29, 0x20, 0x2d, 0x3e, \
        0x20, 0x53, 0x74, 0x72, 0x69, 0x6e, 0x67, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, \
        0x00, 0x00, 0x00, \
    }; \
    PLUGIN_REGISTRATION(plugin_registration_record_Greeter, "plugin_interface::greeter::Greeter", registration_name)

#endif /* PLUGIN_INTERFACE_PLUGIN_INTERFACE_GREETER_GREETER */
