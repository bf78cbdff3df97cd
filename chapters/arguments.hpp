// What every chapter does with its command line.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "runtime/reactor/clock.hpp"

/// For a chapter that takes no arguments: any other command line, and an AIO_CLOCK that is no clock, end the
/// program with one line on stderr and status 2.
inline void accept_no_arguments(int argc, char** argv) {
    if (argc > 1) {
        std::fprintf(stderr, "%s: unknown argument \"%s\": run it without arguments", argv[0], argv[1]);
        std::fprintf(stderr, " (AIO_CLOCK=virtual in the environment skips the waiting)\n");
        std::exit(2);
    }
    try {
        aio::clock_from_environment();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        std::exit(2);
    }
}
