// Broken invariants stop the program, in every build, saying what was expected.
#pragma once

namespace psgrid {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const char* expectation);

}  // namespace psgrid

#define PSGRID_CHECK(condition, expectation)                                       \
  do {                                                                             \
    if (!(condition)) [[unlikely]]                                                 \
      ::psgrid::check_failed(__FILE__, __LINE__, #condition, expectation);         \
  } while (false)
