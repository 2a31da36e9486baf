// duration TEXT… prints each duration in microseconds; exits 2 where one is none.
#include "duration.h"

#include <cstdio>

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::optional<int64_t> micros = sample::ParseDuration(arguments[i]);
    if (!micros) {
      std::fprintf(stderr, "duration: %s is no duration; write it like 1h30m\n", arguments[i]);
      return 2;
    }
    std::printf("%lld\n", static_cast<long long>(*micros));
  }
  return 0;
}
