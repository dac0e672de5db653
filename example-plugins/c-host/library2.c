#include <stdio.h>

double scale(double value, int factor) { return value * factor; }

#if 0
const char *greet(const char *name) {
    static char text[100];
    snprintf(text, sizeof text, "Hello, %s!", name);
    return text;
}
#endif
