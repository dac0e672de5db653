// Edit this while a program uses it, and run `make`.
int foo(void) { return 4; }
