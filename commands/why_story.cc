#include "commands/why_story.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals::why {
namespace {

using Body = schema::Event::Body;

std::string KeyOf(const EntityName& name) {
  return fmt::format("{}/{}", name.kind, name.id);
}

// Whatever machine moves it.
EntityName NameOfEntity(std::string_view machine, std::string_view id, std::string_view run_id) {
  if (machine == "run") return RunName(id);
  const EntityLaw* const law = FindLaw(machine);
  if (law == nullptr) return {"entity", {}, fmt::format("{}/{}", machine, id)};
  return {std::string(machine), std::string(law->IsInRun() ? run_id : std::string_view()), std::string(id)};
}

// A refused step names the workstream and the step where it would have begun, the attempt where it would have ended.
EntityName EntityRefused(std::string_view machine, std::string_view entity, std::string_view run_id,
                         std::string_view ws_id) {
  if (machine != "step") return NameOfEntity(machine, entity, run_id);
  if (entity.find('/') != std::string_view::npos) return WorkstreamName(run_id, ws_id);
  return {"attempt", {}, std::string(entity)};
}

std::string WithReason(std::string text, std::string_view reason) {
  return reason.empty() ? text : fmt::format("{}: {}", text, Quoted(reason));
}

// The actor is empty where who uses the library named none.
std::string By(std::string_view what, std::string_view actor) {
  return actor.empty() ? std::string(what) : fmt::format("{} by {}", what, actor);
}

std::string TextOf(const Happening& it) {
  switch (it.kind) {
    case HappeningKind::kMoved:
    case HappeningKind::kOverridden:
      return fmt::format("{} → {}, {}", it.from, it.to, HowOf(it));
    case HappeningKind::kRefused: {
      const std::string trigger = it.trigger.empty() ? "" : fmt::format(", {},", it.trigger);
      return fmt::format("{}: {}", By(fmt::format("to {}{}", it.to, trigger), it.actor), it.reason);
    }
    case HappeningKind::kCreated:
    case HappeningKind::kFinished:
      return fmt::format("{}, {}", it.to, HowOf(it));
    case HappeningKind::kStarted:
    case HappeningKind::kRecorded:
      return HowOf(it);
  }
  return "";
}

// What of an entity changed, where its state did not.
std::string WhatIsAmended(schema::Amended::Reader amended) {
  if (amended.hasCircuitBreaker()) {
    const bool failed = amended.getCircuitBreaker().getOutcome() == schema::Outcome::FAILURE;
    return failed ? "failure recorded" : "success recorded";
  }
  if (amended.hasWorker()) {
    const auto claim = amended.getWorker();
    return fmt::format("task {} {}", View(claim.getTaskId()),
                       claim.getClaim() == schema::Claim::TAKEN ? "taken" : "given back");
  }
  switch (amended.getRequest().getDocument()) {
    case schema::Document::PLAN:
      return "plan changed";
    case schema::Document::IMPLEMENTATION:
      return "implementation changed";
    default:
      return "run linked";
  }
}

// Nothing where the event is about no entity that has a history.
std::optional<Happening> HappeningOf(const FoldedEvent& event) {
  Happening happening;
  happening.position = event.position;
  happening.time = event.time();
  happening.actor = View(event.event.getActor());
  happening.reason = event.text;
  happening.cause = {event.event.getCausation()};
  const Body::Reader body = event.event.getBody();
  const std::string_view ws_id = event.ws_id;
  const auto id = static_cast<int64_t>(event.position.value);
  const EntityRef entity = EntityOf(event.event, event.stream);
  switch (body.which()) {
    case Body::RUN_CREATED:
      happening.kind = HappeningKind::kCreated;
      happening.about = RunName(event.run_id);
      happening.to = RunMachine().initial();
      break;
    case Body::WORKSTREAM_CREATED:
      happening.kind = HappeningKind::kCreated;
      happening.about = WorkstreamName(event.run_id, ws_id);
      happening.to = WorkstreamMachine().initial();
      break;
    case Body::TRANSITIONED: {
      const auto moved = body.getTransitioned();
      happening.kind = IsOverride(moved) ? HappeningKind::kOverridden : HappeningKind::kMoved;
      happening.about = NameOfEntity(entity.machine, entity.id, event.run_id);
      happening.from = View(moved.getFrom());
      happening.to = View(moved.getTo());
      happening.trigger = View(moved.getTrigger());
      happening.operator_name = View(moved.getOperator());
      break;
    }
    case Body::CREATED:
      happening.kind = HappeningKind::kCreated;
      happening.about = NameOfEntity(entity.machine, entity.id, event.run_id);
      happening.to = View(body.getCreated().getInitial());
      happening.reason.clear();  // what was asked for or proposed is none
      break;
    case Body::AMENDED:
      happening.kind = HappeningKind::kRecorded;
      happening.about = NameOfEntity(entity.machine, entity.id, event.run_id);
      happening.what = WhatIsAmended(body.getAmended());
      if (body.getAmended().hasRequest()) happening.reason.clear();  // what is shown is none
      break;
    case Body::COMMAND_REFUSED: {
      const auto refused = body.getCommandRefused();
      happening.kind = HappeningKind::kRefused;
      happening.about = EntityRefused(View(refused.getMachine()), View(refused.getEntity()), event.run_id, ws_id);
      happening.from = View(refused.getFrom());
      happening.to = View(refused.getTo());
      happening.trigger = View(refused.getTrigger());
      happening.operator_name = View(refused.getOperator());
      happening.reason = View(refused.getWhy());
      break;
    }
    case Body::STEP_STARTED:
      happening.kind = HappeningKind::kStarted;
      happening.about = AttemptName(id);
      happening.to = StepStatusName(schema::StepStatus::IN_PROGRESS);
      break;
    case Body::STEP_COMPLETED: {
      const auto completed = body.getStepCompleted();
      happening.kind = HappeningKind::kFinished;
      happening.about = AttemptName(completed.getAttempt() == 0 ? id : static_cast<int64_t>(completed.getAttempt()));
      happening.to = StepStatusName(completed.getStatus());
      break;
    }
    case Body::ERROR_RECORDED:
      happening.kind = HappeningKind::kRecorded;
      happening.about = ErrorName(id);
      break;
    default:
      return std::nullopt;
  }
  happening.text = TextOf(happening);
  return happening;
}

std::string ErrorKeyOf(const FoldedEvent& event) {
  const auto error = event.event.getBody().getErrorRecorded();
  return fmt::format("{}\x1f{}\x1f{}", event.ws_id, View(error.getStepName()), View(error.getSignature()));
}

absl::Status NothingTold(const EntityName& name) {
  return absl::DataLossError(fmt::format(
      "explain {}: its tables have it and its run's events do not; see which are wrong with annals rebuild --check",
      why::TextOf(name)));
}

}  // namespace

EntityName RunName(std::string_view run_id) {
  return {"run", {}, std::string(run_id)};
}
EntityName WorkstreamName(std::string_view run_id, std::string_view ws_id) {
  return {"workstream", std::string(run_id), std::string(ws_id)};
}
EntityName AttemptName(int64_t id) {
  return {"attempt", {}, fmt::format("{}", id)};
}
EntityName ErrorName(int64_t id) {
  return {"error", {}, fmt::format("{}", id)};
}

std::string TextOf(const EntityName& name) {
  return fmt::format("{} {}", name.kind, name.id);
}

std::string_view NameOf(HappeningKind kind) {
  static constexpr std::string_view kNames[] = {"created", "moved",    "overridden", "refused",
                                                "started", "finished", "recorded"};
  return kNames[static_cast<size_t>(kind)];
}

std::string HowOf(const Happening& it) {
  switch (it.kind) {
    case HappeningKind::kOverridden: {
      const bool is_sent = it.actor != it.operator_name && !it.actor.empty();
      return WithReason(By("override", it.operator_name) + (is_sent ? By(", sent", it.actor) : ""), it.reason);
    }
    case HappeningKind::kMoved:
      return WithReason(
          it.cause.value == 0 ? By(it.trigger, it.actor) : fmt::format("{} because of {}", it.trigger, it.cause.value),
          it.reason);
    default: {
      const std::string what = By(it.what.empty() ? NameOf(it.kind) : it.what, it.actor);
      return WithReason(
          it.what.empty() || it.cause.value == 0 ? what : fmt::format("{} because of {}", it.what, it.cause.value),
          it.reason);
    }
  }
}

std::string Told(const Happening& it) {
  const bool is_move = it.kind == HappeningKind::kMoved || it.kind == HappeningKind::kOverridden;
  return is_move ? fmt::format("{} went to {} at {} ({})", TextOf(it.about), it.to, it.position.value, HowOf(it))
                 : fmt::format("{}: {} ({})", TextOf(it.about), HowOf(it), it.position.value);
}

absl::StatusOr<std::vector<Happening>> CausesOf(Snapshot& snapshot, const Happening& happening) {
  std::vector<Happening> causes;
  // What came later led to nothing, whatever a log that was altered says.
  Position before = happening.position;
  for (Position cause = happening.cause; cause.value != 0 && cause < before; cause = causes.back().cause) {
    ASSIGN_OR_RETURN(causes.emplace_back(), HappeningAt(snapshot, cause));
    before = cause;
  }
  return causes;
}

absl::StatusOr<Story> Story::Read(Snapshot& snapshot, const EntityName& subject, std::string_view stream) {
  Story story;
  RecordFolder folder;
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.stream = stream, .for_fold = true}));
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) return story;
    ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(*record));
    std::optional<Happening> happening = HappeningOf(event);
    if (!happening) continue;
    if (happening->kind == HappeningKind::kRecorded && happening->about.kind == "error") {
      happening->about.id = story.error_ids_.try_emplace(ErrorKeyOf(event), happening->about.id).first->second;
    }
    if (happening->about == subject) story.of_subject_.push_back(*happening);
    story.records_[KeyOf(happening->about)] = happening->position;
    const bool is_move = happening->kind <= HappeningKind::kOverridden;
    if (is_move) story.moves_[KeyOf(happening->about)] = *std::move(happening);
  }
}

absl::StatusOr<const Happening*> Story::LastMoveOf(const EntityName& name) const {
  const auto found = moves_.find(KeyOf(name));
  if (found == moves_.end()) return NothingTold(name);
  return &found->second;
}

absl::StatusOr<Position> Story::LastOf(const EntityName& name) const {
  const auto found = records_.find(KeyOf(name));
  if (found == records_.end()) return NothingTold(name);
  return found->second;
}

absl::StatusOr<Happening> HappeningAt(Snapshot& snapshot, Position position) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = position, .last = position}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record != nullptr) {
    RecordFolder folder;
    ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(*record));
    if (std::optional<Happening> happening = HappeningOf(event)) return *std::move(happening);
  }
  return absl::DataLossError(fmt::format(
      "read the event at position {}: others say that it led to them, and it is none that could; restore a backup",
      position.value));
}

absl::StatusOr<Refusals> ReadRefusals(Snapshot& snapshot, const EntityName& subject, std::string_view of,
                                      Position since, size_t limit) {
  Refusals refusals;
  RecordFolder folder;
  const std::string stream = RefusedStream(of);
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = since, .stream = stream, .newest_first = true}));
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(*record));
    std::optional<Happening> happening = HappeningOf(event);
    if (!happening || happening->about != subject) continue;
    if (refusals.newest.size() < limit) {
      refusals.newest.push_back(*std::move(happening));
    } else {
      ++refusals.more;
    }
  }
  std::ranges::reverse(refusals.newest);
  return refusals;
}

}  // namespace annals::why
