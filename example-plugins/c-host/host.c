// A host in C: calls functions of two libraries by name, always in their current
// version. Enter calls them again; Ctrl-D ends the program.
#include <hot_reload.h>
#include <stdio.h>

static hr_library *library1, *library2;

static hr_library *load(const char *path, const char *const *names, size_t count) {
    hr_library *library = NULL;
    if (hr_open(path, names, count, &library) < 0) fprintf(stderr, "%s\n", hr_last_error());
    return library;
}

static void reload(hr_library *library, const char *path) {
    hr_status status = hr_check_and_reload(library);
    if (status == HR_RELOADED) printf("reloaded %s\n", path);
    if (status < 0) printf("error: %s\n", hr_last_error());
}

// The program knows the type, so the call is as fast as any function pointer.
static void call_area(void) {
    hr_function area;
    hr_hold *hold;
    if (hr_hold_function(library1, "area", &area, &hold) < 0) {
        puts(hr_last_error());
        return;
    }
    printf("area(3, 4) -> %d\n", ((int (*)(int, int))area)(3, 4));
    hr_release(hold);
}

// The signature is parsed at run time.
static void call_by_signature(void) {
    hr_value arguments[] = {hr_double(1.5), hr_int(2)}, name = hr_text("C"), result;
    if (hr_call(library2, "scale(double, int) -> double", arguments, 2, &result) == HR_OK)
        printf("scale(1.5, 2) -> %g\n", result.as.real);
    switch (hr_call(library2, "greet(const char *) -> const char *", &name, 1, &result)) {
    case HR_OK: printf("greet(\"C\") -> %s\n", result.as.text); break;
    case HR_NOT_DEFINED: puts("greet(\"C\") is not defined"); break;
    default: puts(hr_last_error());
    }
}

int main(void) {
    const char *names1[] = {"area"}, *names2[] = {"scale", "greet"};
    library1 = load("build/library1.so", names1, 1);
    library2 = load("build/library2.so", names2, 2);
    if (!library1 || !library2) return 1;
    do {
        reload(library1, "build/library1.so");
        reload(library2, "build/library2.so");
        call_area();
        call_by_signature();
        fflush(stdout);
    } while (getchar() != EOF);
    if (hr_unload(library1) == HR_OK && hr_unload(library2) == HR_OK) puts("unloaded both");
    return 0;
}
