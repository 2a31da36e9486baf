// Where time and chance come from. Handed in by main, so that the same input gives the same log (SPEC §2.6).
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "schemas/timestamp.h"

namespace annals {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() override;
};

// Starts at `start` and moves on by `step_micros` with each reading.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Timestamp start, int64_t step_micros = 1000) : now_(start), step_micros_(step_micros) {}
  Timestamp Now() override;
  void Set(Timestamp now) { now_ = now; }

 private:
  Timestamp now_;
  int64_t step_micros_;
};

using Salt = std::array<char, 16>;
inline std::string_view BytesOf(const Salt& salt) {
  return {salt.data(), salt.size()};
}

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(char* out, size_t size) = 0;
  Salt NewSalt();
};

// The operating system's generator, read in blocks.
class SystemRandom final : public RandomSource {
 public:
  void Fill(char* out, size_t size) override;

 private:
  std::array<char, 1024> block_;
  size_t used_ = sizeof(block_);
};

// The same bytes for the same seed on every machine: std::mt19937_64 is fixed by the standard.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void Fill(char* out, size_t size) override;

 private:
  std::mt19937_64 engine_;
};

// A ULID: 48 bits of milliseconds and 80 of chance as 26 characters of Crockford's base 32, sorting by time.
std::string NewUlid(Timestamp now, RandomSource& random);

}  // namespace annals
