// Faults of the kernel's socket calls, on demand: the program is linked with --wrap, so that each call comes here
// first.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace faults {

/// What can be made to fail, by the name of the call. Signals and short transfers keep the kernel's contract: what is
/// left over brings another edge.
enum class Kind {
    error,   ///< the call fails with `error` and does nothing
    shorter  ///< a read or a write of one byte
};

/// The next call of `call` fails, after `skip` calls that don't. One plan a call.
void plan(const std::string& call, Kind kind, int error = 0, int skip = 0, int times = 1);
/// From now on calls fail at random: interrupted, EAGAIN, short, and one in `broken` with an error that breaks the
/// connection. 0 for none.
void at_random(std::uint32_t seed, unsigned one_in, unsigned broken);
/// How many faults have fired since the last reset.
int fired();
void reset();

}  // namespace faults
