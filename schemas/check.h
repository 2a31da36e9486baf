// CHECK: an invariant of our own code, kept on in release builds. Never used on input.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                                      \
  do {                                                                                                        \
    if (!(condition)) [[unlikely]] {                                                                          \
      std::fprintf(stderr, "annals: internal error: %s:%d: CHECK(%s) failed; please report this\n", __FILE__, \
                   __LINE__, #condition);                                                                     \
      std::abort();                                                                                           \
    }                                                                                                         \
  } while (false)
