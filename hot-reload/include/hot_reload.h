// Libraries of C that are replaced while they are in use: edit, rebuild, and the
// running program calls the new code. Link with -lhot_reload.
//
// A status that is negative is an error, which `hr_last_error` tells more of.
// All functions may be called by several threads at once, but for `hr_unload`,
// which must be the last one for its library.
//
// Made by cbindgen from hot-reload/src; do not edit.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a function of this header went.
typedef enum hr_status {
  // Well; of `hr_check_and_reload`: nothing changed.
  HR_OK = 0,
  // A new version serves.
  HR_RELOADED = 1,
  // It was unloaded, and is still mapped; `hr_last_error` tells why.
  HR_STILL_MAPPED = 2,
  // The library cannot be loaded: it is missing, damaged, being written ..
  HR_NOT_LOADED = -1,
  // The version that serves has no such function.
  HR_NOT_DEFINED = -2,
  // An argument is null, or none that the function could take.
  HR_BAD_ARGUMENT = -3,
  // The policy refuses the library.
  HR_REFUSED = -4,
  // There is a mistake in this library.
  HR_PANICKED = -5,
} hr_status;

// What a value is.
typedef enum hr_kind {
  // Nothing; only returned.
  HR_VOID,
  // `as.boolean`.
  HR_BOOL,
  // `as.integer`, for integers of any size.
  HR_INT,
  // `as.natural`, for integers of any size.
  HR_UINT,
  // `as.real`, for `double` and `float`.
  HR_DOUBLE,
  // `as.text`, which ends with NUL.
  HR_TEXT,
  // `as.pointer`.
  HR_POINTER,
} hr_kind;

// Keeps a version of a library mapped.
typedef struct hr_hold hr_hold;

// A library that is open.
typedef struct hr_library hr_library;

// Any function; to be cast to its own type.
typedef void (*hr_function)(void);

// The value itself, by its kind.
typedef union hr_union {
  // Of `HR_BOOL`.
  bool boolean;
  // Of `HR_INT`.
  int64_t integer;
  // Of `HR_UINT`.
  uint64_t natural;
  // Of `HR_DOUBLE`.
  double real;
  // Of `HR_TEXT`.
  const char *text;
  // Of `HR_POINTER`.
  void *pointer;
} hr_union;

// An argument or a result of `hr_call`. What a function returns is `HR_INT`, or
// `HR_UINT` where it does not fit; a text that is null is `HR_POINTER`.
typedef struct hr_value {
  // What it is.
  enum hr_kind kind;
  // The value itself.
  union hr_union as;
} hr_value;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Loads the library at `path` for `count` functions of these names, of which it
// need not define any yet, and gives it in `*library`.
//
// Opening runs the library's constructors.
//
// # Safety
//
// `path` and the names end with NUL; there are `count` names; `library` can be
// written.
enum hr_status hr_open(const char *path,
                       const char *const *names,
                       size_t count,
                       struct hr_library **library);

// Gives the function of that name of the version that serves, to be called
// until `*hold` is given to `hr_release`. A new version may serve in between.
//
// The name is one of those that the library was opened with.
//
// # Safety
//
// The library is open, `name` ends with NUL, `function` and `hold` can be
// written.
enum hr_status hr_hold_function(const struct hr_library *library,
                                const char *name,
                                hr_function *function,
                                struct hr_hold **hold);

// Ends what `hr_hold_function` began; null is passed over.
//
// # Safety
//
// It was not released before.
void hr_release(struct hr_hold *hold);

// Calls a function by its signature, such as `scale(double, int) -> double`, with
// `count` arguments, and gives what it returns in `*result`, unless that is
// null. A text that it returns is copied, and valid until the next `hr_call` of
// the thread.
//
// Each argument must be of the type of its parameter: integers, in its range,
// for integers, `HR_DOUBLE` for `double` and `float`, `HR_TEXT` for `const char *`,
// and `HR_POINTER` for any pointer.
//
// # Safety
//
// The library is open, the function has that signature, `signature` and texts end
// with NUL, there are `count` arguments, `result` is null or can be written.
enum hr_status hr_call(const struct hr_library *library,
                       const char *signature,
                       const struct hr_value *arguments,
                       size_t count,
                       struct hr_value *result);

// Loads the file if it is another one than at the last time, and puts it in
// place of the version that serves when all has gone well: `HR_RELOADED`, or
// `HR_OK` if it is the same. After an error the version before serves on. Made
// to be called often.
//
// # Safety
//
// The library is open.
enum hr_status hr_check_and_reload(const struct hr_library *library);

// The number of the version that serves, counted from 1; 0 for null.
//
// # Safety
//
// The library is open, or null.
uint64_t hr_generation(const struct hr_library *library);

// Waits for calls in flight, for ten seconds at most, unloads the library and
// frees `library`: `HR_OK`, or `HR_STILL_MAPPED` if something keeps it mapped.
//
// # Safety
//
// The library is open, and not used from now on.
enum hr_status hr_unload(struct hr_library *library);

// What the last error of this thread was, until its next one; empty if there was
// none.
const char *hr_last_error(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

// Arguments for `hr_call`.
static inline hr_value hr_bool(bool value) {
    hr_value all; all.kind = HR_BOOL; all.as.boolean = value; return all;
}
static inline hr_value hr_int(int64_t value) {
    hr_value all; all.kind = HR_INT; all.as.integer = value; return all;
}
static inline hr_value hr_uint(uint64_t value) {
    hr_value all; all.kind = HR_UINT; all.as.natural = value; return all;
}
static inline hr_value hr_double(double value) {
    hr_value all; all.kind = HR_DOUBLE; all.as.real = value; return all;
}
static inline hr_value hr_text(const char *value) {
    hr_value all; all.kind = HR_TEXT; all.as.text = value; return all;
}
static inline hr_value hr_pointer(void *value) {
    hr_value all; all.kind = HR_POINTER; all.as.pointer = value; return all;
}
