// Where events of another log stand in this one.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "eventstore/types.h"

namespace annals {

// Positions are added in rising order; neighbours that stay neighbours take no memory of their own.
class PositionMap {
 public:
  void Add(Position there, Position here) {
    if (!spans_.empty()) {
      Span& last = spans_.back();
      if (there.value == last.there + last.count && here.value == last.here + last.count) {
        ++last.count;
        return;
      }
    }
    spans_.push_back({there.value, here.value, 1});
  }

  // Nothing where that event was not added.
  std::optional<Position> Find(Position there) const {
    const auto behind = std::ranges::upper_bound(spans_, there.value, {}, &Span::there);
    if (behind == spans_.begin()) return std::nullopt;
    const Span& span = *std::prev(behind);
    if (there.value - span.there >= span.count) return std::nullopt;
    return Position{span.here + (there.value - span.there)};
  }

 private:
  struct Span {
    uint64_t there, here, count;
  };
  std::vector<Span> spans_;
};

}  // namespace annals
