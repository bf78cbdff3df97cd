// What every chapter does with its command line. A wrong one ends the program with one line on stderr and status 2.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <random>

#include "runtime/reactor/clock.hpp"

/// An AIO_CLOCK that is no clock ends the program too.
inline void accept_clock(char** argv) {
    try {
        aio::clock_from_environment();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        std::exit(2);
    }
}

/// For a chapter that takes no arguments.
inline void accept_no_arguments(int argc, char** argv) {
    if (argc > 1) {
        std::fprintf(stderr, "%s: unknown argument \"%s\": run it without arguments", argv[0], argv[1]);
        std::fprintf(stderr, " (AIO_CLOCK=virtual in the environment skips the waiting)\n");
        std::exit(2);
    }
    accept_clock(argv);
}

/// For a chapter that takes `--seed NUMBER` or nothing: then the seed is another one in each run.
inline std::uint64_t accept_seed(int argc, char** argv) {
    accept_clock(argv);
    if (argc == 1) return std::random_device()();
    std::uint64_t seed = 0;
    if (argc == 3 && std::strcmp(argv[1], "--seed") == 0) {
        const char* end = argv[2] + std::strlen(argv[2]);
        const auto [stopped, error] = std::from_chars(argv[2], end, seed);
        if (stopped == end && error == std::errc()) return seed;
    }
    std::fprintf(stderr, "%s: unknown argument \"%s\": run it without arguments, or with --seed and a whole number\n",
                 argv[0], argc > 2 && std::strcmp(argv[1], "--seed") == 0 ? argv[argc - 1] : argv[1]);
    std::exit(2);
}
