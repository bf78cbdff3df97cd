// The same program, compiled as -O0 and the sanitizers do it: no last call becomes a jump. The Makefile sets the flag.
#include "notes/07-the-pump.cpp"
