// Choices made out of one number.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>

namespace annals::property {

// Takes choices out of one number, a few bits at a time.
class Choices {
 public:
  explicit Choices(uint64_t word) : word_(word) {}
  uint64_t Below(uint64_t count) {
    // Mixed, so that a number that shrinks still gives every choice.
    word_ = word_ * 6364136223846793005u + 1442695040888963407u;
    return (word_ >> 33) % count;
  }
  bool OneIn(uint64_t count) { return Below(count) == count - 1; }
  template <class List>
  std::string From(const List& list) {
    return std::string(*std::next(std::begin(list), static_cast<ptrdiff_t>(Below(std::size(list)))));
  }

 private:
  uint64_t word_;
};

}  // namespace annals::property
