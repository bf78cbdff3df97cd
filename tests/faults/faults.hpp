// Faults of the kernel, on demand: the program is linked with --wrap, so that each call comes here first.
#pragma once
#include <cstdint>
#include <string>

namespace faults {

/// Only descriptors are meant that open(2) gave or that a loop watches; others go through untouched. Signals and short
/// transfers keep the kernel's contract: what is left over at a socket brings another edge.
enum class Kind {
    error,   ///< the call fails with `error` and does nothing; close() closes all the same, as on Linux
    shorter  ///< a transfer of one byte
};

/// While it lives, the next call of `call`, after `skip` others, goes wrong: in any thread. A plan that did not come to
/// pass fails the test.
class Plan {
  public:
    explicit Plan(std::string call, Kind kind, int error = 0, int skip = 0);
    ~Plan();
    Plan(Plan&&) = delete;
};

/// While it lives, one in `one_in` calls at sockets goes wrong: interrupted, EAGAIN, short, and one in `broken` of
/// those with an error that breaks the connection.
class AtRandom {
  public:
    AtRandom(std::uint32_t seed, unsigned one_in, unsigned broken);
    ~AtRandom();
    AtRandom(AtRandom&&) = delete;
    int fired() const;
};

/// How often `call` came here since the last time that this was asked.
int count(const std::string& call);

}  // namespace faults
