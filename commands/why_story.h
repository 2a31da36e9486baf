// What the stream of a run tells of the entities in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "commands/why.h"
#include "projections/projector.h"
#include "projections/tables.h"
#include "schemas/text_map.h"

namespace annals::why {

class Story {
 public:
  // Keeps of every entity what happened last, of `subject` all that happened. Linear in the events of the stream.
  static absl::StatusOr<Story> Read(Snapshot& snapshot, const EntityName& subject, std::string_view stream);

  // The event that gave the run or workstream the state it is in. kDataLoss: there is none.
  absl::StatusOr<const Happening*> LastMoveOf(const EntityName& name) const;
  // The last event about an entity of any kind. kDataLoss: there is none.
  absl::StatusOr<Position> LastOf(const EntityName& name) const;
  const std::vector<Happening>& of_subject() const { return of_subject_; }

 private:
  TextMap<Happening> moves_;
  TextMap<Position> records_;       // of what no machine moves
  TextMap<std::string> error_ids_;  // by what makes two errors the same
  std::vector<Happening> of_subject_;
};

EntityName RunName(std::string_view run_id);
EntityName WorkstreamName(std::string_view run_id, std::string_view ws_id);
EntityName AttemptName(int64_t id);
EntityName ErrorName(int64_t id);

// What the event at `position` says. kDataLoss: it says nothing of an entity, or there is none.
absl::StatusOr<Happening> HappeningAt(Snapshot& snapshot, Position position);

// What was refused about `subject` after `since`, in order: the newest `limit`, and how many came before them.
struct Refusals {
  std::vector<Happening> newest;
  uint64_t more = 0;
};
absl::StatusOr<Refusals> ReadRefusals(Snapshot& snapshot, const EntityName& subject, std::string_view stream,
                                      Position since, size_t limit);

// What led to `happening`, the nearest first, to the first cause.
absl::StatusOr<std::vector<Happening>> CausesOf(Snapshot& snapshot, const Happening& happening);

// "fail by ci: "reason"": how it came about.
std::string HowOf(const Happening& happening);
// "task t1 went to failed at 17 (fail because of 16)".
std::string Told(const Happening& happening);

}  // namespace annals::why
