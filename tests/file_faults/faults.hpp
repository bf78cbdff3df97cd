// Faults of the kernel's calls for files, on demand: the program is linked with --wrap, so that each call comes here
// first. Only descriptors that open(2) gave are meant; the loop's own go through untouched.
#pragma once
#include <string>

namespace faults {

enum class Kind {
    error,   ///< the call fails with `error` and does nothing; close() closes all the same, as on Linux
    shorter  ///< a read or a write of one byte
};

/// While it lives, the next call of `call`, after `skip` others, goes wrong: in any thread. A plan that did not come to
/// pass fails the test.
class Plan {
  public:
    explicit Plan(std::string call, Kind kind, int error = 0, int skip = 0);
    ~Plan();
    Plan(Plan&&) = delete;
};

}  // namespace faults
