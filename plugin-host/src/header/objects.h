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
 * `name_Borrowed` a reference, which is valid for the call. The methods are in
 * `table->vtable`, and take the instance first. They validate their arguments.
 * A method with a `since` exists if `table->vtable->header.methods` says so. */
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
#define PLUGIN_BORROWED(object) ((object).instance ? (object).instance : (void *)(object).data)

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

static inline void *plugin_share(
    void *(*share)(void *), void *instance, const PluginLibrary *library) {
    void *other = share(instance);
    for (; library; library = library->outer) library->retain(library);
    return other;
}

#endif /* PLUGIN_OBJECTS_V1 */
