// What a log holds, counted: events by type, refusals, overrides, and how long entities stayed in their states.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "cli/log_line.h"
#include "eventstore/storage.h"
#include "projections/projector.h"
#include "schemas/text_map.h"

namespace annals {

class LogStats {
 public:
  void Add(const RecordView& record, const FoldedEvent& event);

  uint64_t events() const { return events_; }
  uint64_t refusals() const { return refusals_; }
  uint64_t overrides() const { return overrides_; }
  const std::map<std::string, uint64_t, std::less<>>& by_type() const { return by_type_; }

  // Stays that have ended: an entity that is still in a state is not among them.
  struct StateTime {
    std::string machine;
    std::string state;
    uint64_t count = 0;
    int64_t median_micros = 0;
    int64_t p95_micros = 0;
  };
  // By machine and state. Exact: every stay takes eight bytes until then.
  std::vector<StateTime> TimesInState();

 private:
  // `machine` entity `id` of `run` is in a state since `since`; `left` is the state it was in until then.
  void Enter(const FoldedEvent& event, std::string_view machine, std::string_view id, std::string_view left,
             bool is_final);

  uint64_t events_ = 0, refusals_ = 0, overrides_ = 0;
  std::map<std::string, uint64_t, std::less<>> by_type_;
  std::map<std::pair<std::string, std::string>, std::vector<int64_t>> stays_;
  TextMap<Timestamp> entered_;  // of entities that have not ended
  std::string key_;             // kept between calls for its memory
};

}  // namespace annals
