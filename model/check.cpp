#include "model/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace psgrid {

void check_failed(const char* file, int line, const char* condition, const char* expectation) {
  std::fprintf(stderr, "psgrid: broken invariant at %s:%d: %s (expected: %s)\n", file, line,
               condition, expectation);
  std::abort();
}

}  // namespace psgrid
