// When each event of a log can have happened, by what clients saw.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace annals::judge {

// Events happen one after the other, each between two times, of which more becomes known with each thing that was seen.
// Positions are from 1. Times are those of one clock.
class Moments {
 public:
  explicit Moments(uint64_t events);

  void NotBefore(uint64_t position, uint64_t time);
  void NotAfter(uint64_t position, uint64_t time);

  // Pairs of positions of which the later one was over before the earlier one began: its nearest such follower for
  // each event that has one.
  std::vector<std::pair<uint64_t, uint64_t>> OutOfOrder() const;

  enum class Seen { kNever, kNothingNew, kMore };
  // Somebody saw, between two times, something that is so only where `is_right(p)`: when event p had happened, and p +
  // 1 had not. kNever: there was no such moment. kMore: it is known better now when events happened.
  Seen Observe(uint64_t called, uint64_t returned, const std::function<bool(uint64_t)>& is_right);

 private:
  // By position; both never fall from one to the next. The first is one that happened before all others, the last one
  // has not happened yet.
  std::vector<uint64_t> earliest_, latest_;
  // As they were told of each alone.
  std::vector<uint64_t> called_, returned_;
};

}  // namespace annals::judge
