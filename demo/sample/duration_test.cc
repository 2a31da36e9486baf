// Reads and writes durations; exits 1 and names each one that is not as it should be.
#include "duration.h"

#include <cstdio>

namespace {

int failures = 0;

void ExpectParses(const char* text, std::optional<int64_t> micros) {
  if (sample::ParseDuration(text) == micros) return;
  std::printf("FAIL: ParseDuration(\"%s\") is not %lld\n", text, static_cast<long long>(micros.value_or(-1)));
  ++failures;
}

void ExpectFormats(int64_t micros, const std::string& text) {
  const std::string got = sample::FormatDuration(micros);
  if (got == text) return;
  std::printf("FAIL: FormatDuration(%lld) is \"%s\", not \"%s\"\n", static_cast<long long>(micros), got.c_str(),
              text.c_str());
  ++failures;
}

// Every duration that is written can be read back.
void ExpectReturns(int64_t micros) {
  if (sample::ParseDuration(sample::FormatDuration(micros)) == micros) return;
  std::printf("FAIL: %lld does not come back\n", static_cast<long long>(micros));
  ++failures;
}

}  // namespace

int main() {
  ExpectParses("1h30m", 5'400'000'000);
  ExpectParses("250ms", 250'000);
  ExpectParses("-2s", -2'000'000);
  ExpectParses("1m1us", 60'000'001);
  ExpectParses("", std::nullopt);
  ExpectParses("-", std::nullopt);
  ExpectParses("5", std::nullopt);
  ExpectParses("s", std::nullopt);
  ExpectParses("1m1h", std::nullopt);
  ExpectParses("1s1s", std::nullopt);
  ExpectParses("99999999999h", std::nullopt);
  ExpectFormats(0, "0s");
  ExpectFormats(5'400'000'000, "1h30m");
  ExpectFormats(-1'500, "-1ms500us");
  for (int64_t micros = 1; micros < INT64_MAX / 7; micros *= 7) {
    ExpectReturns(micros);
    ExpectReturns(-micros);
  }
  if (failures == 0) std::puts("all durations are as they should be");
  return failures == 0 ? 0 : 1;
}
