#include "commands/decision.h"

#include <array>

#include <fmt/format.h>

#include "commands/missing_entity.h"
#include "schemas/status.h"

namespace annals {

// A message and the memory it is built in: enough for nearly every event, so that deciding allocates nothing.
struct Drafts::Slot {
  std::array<capnp::word, 128> scratch = {};
  std::optional<capnp::MallocMessageBuilder> message;
  EventDraft draft;
};

Drafts::Drafts() = default;
Drafts::~Drafts() = default;

EventDraft& Drafts::operator[](size_t index) {
  return slots_[index]->draft;
}

EventDraft& Drafts::Add(std::string_view ws_id) {
  if (used_ == slots_.size()) slots_.push_back(std::make_unique<Slot>());
  Slot& slot = *slots_[used_++];
  slot.message.reset();  // zeroes the scratch it used
  slot.message.emplace(kj::arrayPtr(slot.scratch.data(), slot.scratch.size()));
  slot.draft = EventDraft{};
  slot.draft.event = slot.message->initRoot<schema::Event>();
  if (!ws_id.empty()) slot.draft.event.setWsId({ws_id.data(), ws_id.size()});
  return slot.draft;
}

absl::StatusOr<const RunRow*> NeedRun(Rows& rows, std::string_view run_id) {
  ASSIGN_OR_RETURN(const RunRow* const run, rows.Run(run_id));
  if (run != nullptr) return run;
  return NoSuchEntity(fmt::format("run {}", run_id), "annals run list");
}

absl::StatusOr<const WorkstreamRow*> NeedWorkstream(Rows& rows, std::string_view run_id, std::string_view ws_id) {
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows.Workstream(run_id, ws_id));
  if (workstream != nullptr) return workstream;
  RETURN_IF_ERROR(NeedRun(rows, run_id).status());
  return NoSuchEntity(fmt::format("workstream {}", ws_id), "annals workstream list", run_id);
}

}  // namespace annals
