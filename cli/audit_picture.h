// What of an audit a picture of it draws: everything of a run of usual size, and of a larger one as much as an eye and
// a browser can take, with the rest counted. Pure: it knows no pixels, only places along the time axis.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/audit.h"

namespace annals {

struct PictureLimits {
  size_t lanes = 40;    // at least 2
  size_t marks = 3000;  // these two may be exceeded by what a lane cannot do without: one of each kind
  size_t bars = 3000;
};

// Of the events that fall together, the first.
struct PictureMark {
  const AuditEvent* event = nullptr;
  uint64_t others = 0;  // of its kind, at the same place
};

struct PictureLane {
  const AuditEntity* entity = nullptr;  // nullptr: the lane of all the entities that have none of their own
  std::vector<const AuditStay*> stays;
  std::vector<const AuditAttempt*> attempts;
  std::vector<PictureMark> marks;
};

struct AuditPicture {
  Timestamp first, last;           // the time axis; `last` is after `first`
  std::vector<PictureLane> lanes;  // in the order of Audit::entities
  // What is not drawn.
  uint64_t entities_together = 0;  // entities that share the last lane
  uint64_t marks_together = 0;     // events that share the mark of another
  uint64_t bars_left_out = 0;      // stays and attempts that are not longer than one beside them
  uint64_t places = 0;             // along the axis, where marks or bars were taken together; 0: nowhere

  // From 0 to 1 along the axis.
  double PlaceOf(Timestamp at) const;
};

// `audit` must outlive it. Where entities must share a lane, those that nothing went wrong with come first; where
// marks and bars must, they are those nearest to each other.
AuditPicture PictureOf(const Audit& audit, const PictureLimits& limits = {});

}  // namespace annals
