/* Objects, as all interfaces have them. */
#ifndef PLUGIN_OBJECTS_V1
#define PLUGIN_OBJECTS_V1

/* The library of an object. It stays loaded as long as somebody has a reference. */
typedef struct PluginLibrary PluginLibrary;
struct PluginLibrary {
    void (*retain)(const PluginLibrary *library);
    void (*release)(const PluginLibrary *library);
    const PluginLibrary *outer;
};

/* Declares the objects of an interface: `name` is a `Box` or an `Arc`, and
 * `name_Borrowed` a reference, which is valid for the call. A parameter is a pointer
 * to one. The methods are in `table->vtable`, and take the instance first. They
 * validate their arguments. A method with a `since` exists if `table->vtable->header.methods` says so. */
#define PLUGIN_OBJECT(name) \
    typedef struct name##_VTable name##_VTable; \
    typedef struct { \
        const name##_VTable *vtable; \
        PluginStr record; \
        void *(*share)(void *instance); \
        uint8_t (*is)(const void *type); \
        size_t flags; \
        const PluginVTableHeader *unchecked; \
    } name##_Table; \
    typedef struct { \
        const name##_Table *table; \
        void *instance; \
        const PluginLibrary *library; \
    } name; \
    typedef struct { \
        const name##_Table *table; \
        void *instance, *data[2]; \
        const PluginLibrary *library; \
    } name##_Borrowed;

/* The instance of an object that is borrowed for the call. */
#define PLUGIN_BORROWED(object) \
    ((object)->instance ? (object)->instance : (void *)(object)->data)

/* Drops an object that you own, once. */
#define PLUGIN_DROP(object) \
    plugin_drop(&(object).table->vtable->header, (object).instance, (object).library)

/* Returns the instance of another owner of an object in an `Arc`. It has the same
 * table and library, and is dropped too. */
#define PLUGIN_SHARE(object) \
    plugin_share((object).table->share, (object).instance, (object).library)

static inline void plugin_drop(
    const PluginVTableHeader *vtable, void *instance, const PluginLibrary *library) {
    PluginFailure *failure = vtable->drop(instance);
    if (failure) failure->free(failure);
    /* Last, since the functions above are in the library. */
    while (library) {
        const PluginLibrary *outer = library->outer;
        library->release(library);
        library = outer;
    }
}

/* Adds a reference for an object, and returns the library. */
static inline const PluginLibrary *plugin_retain(const PluginLibrary *library) {
    for (const PluginLibrary *each = library; each; each = each->outer) each->retain(each);
    return library;
}

static inline void *plugin_share(
    void *(*share)(void *), void *instance, const PluginLibrary *library) {
    void *other = share(instance);
    plugin_retain(library);
    return other;
}

/* The services of a host, as far as objects need them. */
typedef struct {
    uint32_t abi_version, size;
    const void *context, *on_panic, *system_free, *malloc_identity, *std_identity;
    size_t number;
    const void *thread_exits;
    const PluginLibrary *library;
} PluginHost;

typedef struct {
    uint32_t abi_version, size;
    uint32_t (*connect)(const PluginHost *host);
    void (*factories)(void (*visit)(void *context, const void *factory), void *context);
} PluginEntry;

/* Once in a library that creates objects. It defines `plugin_library`. An object is
 * `{ &table, instance, plugin_retain(plugin_library) }`, with a table of
 * `name_TABLE(vtable, share)`. For a `Box`, `share` is null. For an `Arc`, it counts
 * another owner and returns its instance, and each owner is dropped. */
#define PLUGIN_CREATES_OBJECTS \
    static const PluginLibrary *plugin_library; \
    static uint32_t plugin_connect(const PluginHost *host) { \
        plugin_library = host->library; \
        return 0; \
    } \
    static const PluginEntry plugin_entry = { \
        PLUGIN_ABI_VERSION, sizeof(PluginEntry), plugin_connect, plugin_no_factories }; \
    PLUGIN_EXPORT const PluginEntry *plugin_entry_v1(void); \
    const PluginEntry *plugin_entry_v1(void) { return &plugin_entry; }

static inline void plugin_no_factories(
    void (*visit)(void *context, const void *factory), void *context) {
    (void)visit;
    (void)context;
}

static inline uint8_t plugin_no_type(const void *type) {
    (void)type;
    return 0;
}

#endif /* PLUGIN_OBJECTS_V1 */
