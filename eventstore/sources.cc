#include "eventstore/sources.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <sodium.h>

#include "eventstore/ulid.h"

namespace annals {

Timestamp SystemClock::Now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

Timestamp SimulatedClock::Now() {
  const Timestamp now = now_;
  now_.micros += step_micros_;
  return now;
}

Salt RandomSource::NewSalt() {
  Salt salt;
  Fill(salt.data(), salt.size());
  return salt;
}

void SystemRandom::Fill(char* out, size_t size) {
  while (size > 0) {
    if (used_ == block_.size()) {
      randombytes_buf(block_.data(), block_.size());
      used_ = 0;
    }
    const size_t taken = std::min(size, block_.size() - used_);
    std::memcpy(out, block_.data() + used_, taken);
    // What was handed out is not kept: a salt that was redacted must not linger here.
    sodium_memzero(block_.data() + used_, taken);
    used_ += taken;
    out += taken;
    size -= taken;
  }
}

void SeededRandom::Fill(char* out, size_t size) {
  while (size > 0) {
    uint64_t word = engine_();
    const size_t taken = std::min(size, sizeof(word));
    for (size_t i = 0; i < taken; ++i, word >>= 8) out[i] = static_cast<char>(word & 0xff);
    out += taken;
    size -= taken;
  }
}

std::string NewUlid(Timestamp now, RandomSource& random) {
  std::string ulid(kUlidBytes, '0');
  uint64_t millis = static_cast<uint64_t>(now.micros / 1000) & 0xffff'ffff'ffff;
  for (size_t i = kUlidTimeBytes; i-- > 0; millis >>= 5) ulid[i] = kUlidAlphabet[millis & 31];
  char chance[16];
  random.Fill(chance, sizeof(chance));
  for (size_t i = 0; i < sizeof(chance); ++i) {
    ulid[kUlidTimeBytes + i] = kUlidAlphabet[static_cast<unsigned char>(chance[i]) & 31];
  }
  return ulid;
}

}  // namespace annals
