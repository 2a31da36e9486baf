#include "tests/judge/moments.h"

#include <algorithm>
#include <cstddef>

namespace annals::judge {

Moments::Moments(uint64_t events)
    : earliest_(events + 2, 0), latest_(events + 2, UINT64_MAX), called_(earliest_), returned_(latest_) {
  latest_.front() = 0;
  earliest_.back() = UINT64_MAX;
}

void Moments::NotBefore(uint64_t position, uint64_t time) {
  called_[position] = std::max(called_[position], time);
  for (; position + 1 < earliest_.size() && earliest_[position] < time; ++position) earliest_[position] = time;
}

void Moments::NotAfter(uint64_t position, uint64_t time) {
  returned_[position] = std::min(returned_[position], time);
  for (; position > 0 && latest_[position] > time; --position) latest_[position] = time;
}

std::vector<std::pair<uint64_t, uint64_t>> Moments::OutOfOrder() const {
  std::vector<std::pair<uint64_t, uint64_t>> pairs;
  for (uint64_t earlier = 1; earlier + 1 < called_.size(); ++earlier) {
    if (latest_[earlier] >= called_[earlier]) continue;  // no later one was over before
    for (uint64_t later = earlier; later + 1 < called_.size(); ++later) {
      if (returned_[later] >= called_[earlier]) continue;
      pairs.emplace_back(earlier, later);
      break;
    }
  }
  return pairs;
}

Moments::Seen Moments::Observe(uint64_t called, uint64_t returned, const std::function<bool(uint64_t)>& is_right) {
  // The log ended at p at some moment of that time where event p can have happened before it was over, and event p + 1
  // after it began.
  const auto index = [](const auto& times, auto found) { return static_cast<uint64_t>(found - times.begin()); };
  uint64_t first = index(latest_, std::ranges::lower_bound(latest_, called)) - 1;
  uint64_t last = index(earliest_, std::ranges::upper_bound(earliest_, returned)) - 1;
  while (first <= last && !is_right(first)) ++first;
  while (first < last && !is_right(last)) --last;
  if (first > last) return Seen::kNever;
  const bool is_new = latest_[first] > returned || (last + 2 < earliest_.size() && earliest_[last + 1] < called);
  NotAfter(first, returned);
  if (last + 2 < earliest_.size()) NotBefore(last + 1, called);
  return is_new ? Seen::kMore : Seen::kNothingNew;
}

}  // namespace annals::judge
