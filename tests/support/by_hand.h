// Events that no command makes, written as JSON, for tests of what is done with events whatever made them: they look as
// the law would have them, but nobody asks it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eventstore/sources.h"
#include "eventstore/storage.h"

namespace annals::support {

struct HandEvent {
  std::string stream;
  std::string event_type;
  std::string payload;  // as annals log --json has it
  std::string ws_id = {};
  // Its content is kept beside it, as what tools and agents produce is.
  bool keeps_content = false;
};

// An entity of a machine, in the stream that its machine's entities have; what lives in a run lives in r1.
struct Entity {
  std::string machine;
  std::string id;
  std::string ws_id = {};
  std::string Stream() const;

  // `fields` is what the payload has beyond what they all have: "" or `"task":{…}`.
  HandEvent Created(std::string_view initial, std::string_view fields = {}) const;
  HandEvent Moved(std::string_view from, std::string_view to, std::string_view trigger,
                  std::string_view fields = {}) const;
  HandEvent Amended(std::string_view fields) const;
  // Of a request; of a workstream, which has no body of its own, in run r1.
  HandEvent Checkpoint(std::string_view name, std::string_view data) const;
};
HandEvent Kept(HandEvent event);
HandEvent MachineDefined(std::string_view name, std::string_view version, std::string_view definition);

class ByHand {
 public:
  explicit ByHand(Storage& storage, uint64_t seed = 1) : storage_(storage), random_(seed) {}
  // Appends and folds it, in a commit of its own; a millisecond after the last one.
  Position Write(const HandEvent& event);
  // The same of several, in one commit.
  void WriteAll(const std::vector<HandEvent>& events);

 private:
  Storage& storage_;
  SimulatedClock clock_{Timestamp{1'767'268'800'000'000}};
  SeededRandom random_;
};

// Something of every machine: run r1 with workstream a, a worker, a gate, two tasks, a breaker, a patch, a request with
// an approved plan, checkpoints, a user's machine and an entity of it. Every table has a row of it.
std::vector<HandEvent> WholeLife();

}  // namespace annals::support
