#include "cli/audit_picture.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <absl/container/flat_hash_map.h>

namespace annals {
namespace {

// Nearer to each other than this share of a page's width, marks lie on one another.
constexpr uint64_t kMostPlaces = 256;

bool IsTrouble(AuditKind kind) {
  return kind == AuditKind::kOverridden || kind == AuditKind::kRefused || kind == AuditKind::kError;
}

// Entity → its lane. The run and those with the most trouble have their own.
std::vector<size_t> LanesOf(const Audit& audit, size_t most) {
  const size_t count = audit.entities.size();
  std::vector<size_t> lanes(count);
  std::iota(lanes.begin(), lanes.end(), size_t{0});
  if (count <= most) return lanes;
  std::vector<uint64_t> trouble(count, 0);
  for (const AuditEvent& event : audit.events) trouble[event.lane] += IsTrouble(event.kind) ? 1 : 0;
  std::vector<size_t> ranked = lanes;
  std::stable_sort(ranked.begin() + 1, ranked.end(), [&](size_t a, size_t b) { return trouble[a] > trouble[b]; });
  std::vector<bool> has_own(count, false);
  for (size_t i = 0; i + 1 < most; ++i) has_own[ranked[i]] = true;
  size_t next = 0;
  for (size_t entity = 0; entity < count; ++entity) lanes[entity] = has_own[entity] ? next++ : most - 1;
  return lanes;
}

// The lane, what is drawn, and the place on the axis: what shares all three is drawn once.
using Place = std::tuple<size_t, size_t, uint64_t>;

// Calls `visit` with how many places the axis has, halving them until `visit` answers that it is few enough, or there
// is one place left.
template <class Visit>
uint64_t HalvePlaces(Visit visit) {
  uint64_t places = kMostPlaces;
  while (!visit(places) && places > 1) places /= 2;
  return places;
}

class Drawer {
 public:
  Drawer(const Audit& audit, const PictureLimits& limits)
      : audit_(audit), limits_(limits), lane_of_(LanesOf(audit, std::max<size_t>(limits.lanes, 2))) {
    picture_.first = audit.first_at;
    picture_.last = std::max(audit.until, audit.last_at);
    if (picture_.last <= picture_.first) picture_.last.micros = picture_.first.micros + 1;
    picture_.lanes.resize(*std::max_element(lane_of_.begin(), lane_of_.end()) + 1);
    picture_.entities_together =
        audit.entities.size() > picture_.lanes.size() ? audit.entities.size() - (picture_.lanes.size() - 1) : 0;
    for (size_t i = 0; i < audit.entities.size(); ++i) {
      if (HasOwnLane(i)) picture_.lanes[lane_of_[i]].entity = &audit.entities[i];
    }
  }

  AuditPicture Draw() {
    DrawMarks();
    DrawBars();
    return std::move(picture_);
  }

 private:
  bool HasOwnLane(size_t entity) const {
    return picture_.entities_together == 0 || lane_of_[entity] + 1 < picture_.lanes.size();
  }
  uint64_t PlaceAmong(uint64_t places, Timestamp at) const {
    return std::min(places - 1, static_cast<uint64_t>(picture_.PlaceOf(at) * static_cast<double>(places)));
  }

  void DrawMarks() {
    if (audit_.events.size() <= limits_.marks) {
      for (const AuditEvent& event : audit_.events) Lane(event.lane).marks.push_back({&event});
      return;
    }
    absl::flat_hash_map<Place, PictureMark> marks;
    const uint64_t places = HalvePlaces([&](uint64_t count) {
      marks.clear();
      for (const AuditEvent& event : audit_.events) {
        const Place place{lane_of_[event.lane], static_cast<size_t>(event.kind), PlaceAmong(count, event.at)};
        const auto [mark, is_new] = marks.try_emplace(place, PictureMark{&event});
        if (!is_new) ++mark->second.others;
        if (marks.size() > limits_.marks && count > 1) return false;
      }
      return true;
    });
    picture_.places = places;
    picture_.marks_together = audit_.events.size() - marks.size();
    for (const auto& [place, mark] : marks) picture_.lanes[std::get<0>(place)].marks.push_back(mark);
    for (PictureLane& lane : picture_.lanes) {  // out of the hash map they come in any order
      std::sort(lane.marks.begin(), lane.marks.end(),
                [](const PictureMark& a, const PictureMark& b) { return a.event->position < b.event->position; });
    }
  }

  struct Bar {
    const AuditStay* stay = nullptr;  // one of the two
    const AuditAttempt* attempt = nullptr;
    size_t lane = 0;
    Timestamp from;
    int64_t micros = 0;
  };

  std::vector<Bar> AllBars() const {
    std::vector<Bar> bars;
    for (size_t i = 0; i < audit_.entities.size(); ++i) {
      if (!HasOwnLane(i)) continue;
      for (const AuditStay& stay : audit_.entities[i].stays) {
        bars.push_back({.stay = &stay, .lane = lane_of_[i], .from = stay.from, .micros = stay.Micros()});
      }
    }
    for (const AuditAttempt& attempt : audit_.attempts) {
      if (!HasOwnLane(attempt.lane)) continue;
      bars.push_back({.attempt = &attempt,
                      .lane = lane_of_[attempt.lane],
                      .from = attempt.started_at,
                      .micros = attempt.Micros()});
    }
    return bars;
  }

  void DrawBars() {
    const std::vector<Bar> all = AllBars();
    std::vector<bool> is_drawn(all.size(), true);
    if (all.size() > limits_.bars) {
      absl::flat_hash_map<Place, size_t> longest;
      const uint64_t places = HalvePlaces([&](uint64_t count) {
        longest.clear();
        for (size_t i = 0; i < all.size(); ++i) {
          const Bar& bar = all[i];
          const Place place{bar.lane, bar.stay == nullptr ? 1 : 0, PlaceAmong(count, bar.from)};
          const auto [found, is_new] = longest.try_emplace(place, i);
          if (!is_new && bar.micros > all[found->second].micros) found->second = i;
          if (longest.size() > limits_.bars && count > 1) return false;
        }
        return true;
      });
      picture_.places = picture_.places == 0 ? places : std::min(picture_.places, places);
      is_drawn.assign(all.size(), false);
      for (const auto& [place, index] : longest) is_drawn[index] = true;
    }
    for (size_t i = 0; i < all.size(); ++i) {
      PictureLane& lane = picture_.lanes[all[i].lane];
      if (!is_drawn[i]) {
        ++picture_.bars_left_out;
      } else if (all[i].stay != nullptr) {
        lane.stays.push_back(all[i].stay);
      } else {
        lane.attempts.push_back(all[i].attempt);
      }
    }
  }

  PictureLane& Lane(size_t entity) { return picture_.lanes[lane_of_[entity]]; }

  const Audit& audit_;
  const PictureLimits& limits_;
  const std::vector<size_t> lane_of_;
  AuditPicture picture_;
};

}  // namespace

double AuditPicture::PlaceOf(Timestamp at) const {
  const double span = static_cast<double>(last.micros - first.micros);
  return std::clamp(static_cast<double>(at.micros - first.micros) / span, 0.0, 1.0);
}

AuditPicture PictureOf(const Audit& audit, const PictureLimits& limits) {
  return Drawer(audit, limits).Draw();
}

}  // namespace annals
