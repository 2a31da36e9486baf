// A unit of work as an import uses it: commands as JSON, each at a time of its own, and never a refusal in the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "commands/engine.h"
#include "schemas/json_reader.h"

namespace annals {

struct ImportOutcome {
  Position position;               // of the first event; 0: nothing was recorded
  std::string fault;               // why not
  std::optional<Refusal> refusal;  // where the law was why
  bool IsDone() const { return position.value != 0; }
};

class ImportUnit {
 public:
  // `unit` must outlive it. Commands are issued by `actor`.
  ImportUnit(Unit& unit, std::string actor) : unit_(unit), actor_(std::move(actor)) {}

  // Does what `json` says, which happened at `time` (0: nobody knows). Judged first: a command that is refused or wrong
  // leaves nothing behind. A Status is an error of the call; the unit is then fit only to be dropped.
  absl::StatusOr<ImportOutcome> Do(const std::string& json, Timestamp time);
  // Does `count` times what was done before, so that nothing can be wrong with it.
  absl::Status Repeat(const std::string& json, Timestamp time, int64_t count);

  uint64_t end() const { return unit_.transaction().head().position.value; }

 private:
  Unit& unit_;
  const std::string actor_;
  CommandReader reader_;
};

}  // namespace annals
