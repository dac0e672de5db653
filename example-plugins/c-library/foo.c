// Edit this file while a program uses the library, then run `make`.
int foo(void) { return 4; }
