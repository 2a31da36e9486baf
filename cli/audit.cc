#include "cli/audit.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/audit_approvals.h"
#include "cli/event_summary.h"
#include "cli/log_reader.h"
#include "cli/run_requests.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/step_status.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

AuditKind KindOf(Body::Reader body) {
  switch (body.which()) {
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
    case Body::CREATED:
      return AuditKind::kCreated;
    case Body::TRANSITIONED:
      return IsOverride(body.getTransitioned()) ? AuditKind::kOverridden : AuditKind::kMoved;
    case Body::COMMAND_REFUSED:
      return AuditKind::kRefused;
    case Body::STEP_STARTED:
      return AuditKind::kStepStarted;
    case Body::STEP_COMPLETED:
      return AuditKind::kStepCompleted;
    case Body::ERROR_RECORDED:
      return AuditKind::kError;
    case Body::NOTED:
    case Body::AMENDED:
    case Body::CHECKPOINT_SAVED:
    case Body::MACHINE_DEFINED:
      return AuditKind::kNote;
    case Body::CONTENT_REDACTED:
      return AuditKind::kRedacted;
    case Body::UNKNOWN:
      break;
  }
  return AuditKind::kUnknown;
}

// One key of several names. All but the last are ids, which cannot hold the separator.
std::string KeyOf(std::string_view a, std::string_view b, std::string_view c = {}) {
  return fmt::format("{}\x1f{}\x1f{}", a, b, c);
}

template <class List>
std::vector<std::string> TextsOf(const List& list) {
  std::vector<std::string> texts;
  for (const auto text : list) texts.emplace_back(View(text));
  return texts;
}

Timestamp TimeOr(int64_t micros, Timestamp otherwise) {
  return micros != 0 ? Timestamp{micros} : otherwise;
}

class Collector {
 public:
  explicit Collector(std::string_view run_id) {
    audit_.run_id = run_id;
    Entity("run", run_id);
  }

  void Add(const RecordView& record, const FoldedEvent& folded) {
    const Body::Reader body = folded.event.getBody();
    AuditEvent& event = audit_.events.emplace_back();
    event.kind = KindOf(body);
    event.position = record.position;
    event.at = folded.time();
    event.recorded_at = record.recorded_at;
    event.type = record.event_type;
    event.actor = View(folded.event.getActor());
    event.command_id = View(folded.event.getCommandId());
    event.causation = folded.event.getCausation();
    const EntityRef entity = EntityOf(record, folded);
    event.entity_type = entity.machine;
    event.entity_id = entity.id;
    event.ws_id = record.ws_id;
    event.json = folded.json;
    event.text = ReasonOf(folded);
    event.carried = CarriedText(folded.event);
    AddBody(body, folded, event);
    event.lane = LaneOf(event);
    if (event.attempt) audit_.attempts[*event.attempt].lane = event.lane;
    Count(event);
  }

  // Of a request only what a person said to it: the rest is a story of its own, and often much longer.
  void AddOfRequest(const FoldedEvent& folded) {
    if (auto approval = ApprovalOf(folded)) audit_.approvals.push_back(std::move(*approval));
  }

  // Whether the run itself has events: a refusal alone does not make one.
  bool HasRun() const { return has_run_; }

  Audit Take(Timestamp now) {
    Timestamp last = audit_.events.front().at;
    audit_.first_at = last;
    for (const AuditEvent& event : audit_.events) {
      audit_.first_at = std::min(audit_.first_at, event.at);
      last = std::max(last, event.at);
    }
    for (const AuditAttempt& attempt : audit_.attempts) {
      audit_.first_at = std::min(audit_.first_at, attempt.started_at);
      last = std::max(last, attempt.ended ? attempt.ended_at : attempt.started_at);
    }
    audit_.last_at = last;
    audit_.until = audit_.run().is_final ? last : std::max(now, last);
    for (AuditEntity& entity : audit_.entities) {
      if (!entity.stays.empty() && entity.stays.back().is_open) entity.stays.back().to = audit_.until;
    }
    for (AuditAttempt& attempt : audit_.attempts) {
      if (!attempt.ended) attempt.ended_at = std::max(audit_.until, attempt.started_at);
    }
    return std::move(audit_);
  }

 private:
  void AddBody(Body::Reader body, const FoldedEvent& folded, AuditEvent& event) {
    if (body.isContentRedacted()) event.redacted = body.getContentRedacted().getPosition();
    if (body.isWorkstreamCreated()) {
      event.depends_on = TextsOf(body.getWorkstreamCreated().getDependsOn());
      event.is_critical = body.getWorkstreamCreated().getIsCritical();
    }
    if (body.isCreated() && body.getCreated().hasTask()) {
      event.depends_on = TextsOf(body.getCreated().getTask().getDependsOn());
      event.is_critical = body.getCreated().getTask().getIsCritical();
    }
    if (body.isCreated() && body.getCreated().hasTestGate()) {
      event.depends_on = TextsOf(body.getCreated().getTestGate().getDependsOn());
    }
    if (event.kind == AuditKind::kCreated) {
      const size_t entity = Entity(event.entity_type, event.entity_id);
      audit_.entities[entity].depends_on = event.depends_on;
      audit_.entities[entity].is_critical = event.is_critical;
      Enter(event, body.isCreated() ? View(body.getCreated().getInitial()) : "pending", /*is_final=*/false);
    }
    if (const auto transition = TransitionOf(folded)) {
      event.from = transition->from;
      event.to = transition->to;
      event.trigger = transition->trigger;
      event.operator_name = transition->operator_name;
    }
    if (body.isTransitioned()) Enter(event, event.to, body.getTransitioned().getFinal());
    if (body.isCommandRefused()) {
      event.command = View(body.getCommandRefused().getCommand());
      event.why = View(body.getCommandRefused().getWhy());
      event.legal = TextsOf(body.getCommandRefused().getLegal());
    }
    if (body.isStepStarted()) {
      const auto step = body.getStepStarted();
      event.attempt = BeginAttempt(event, View(step.getStepName()), TimeOr(step.getStartedAt(), event.at));
    }
    if (body.isStepCompleted()) EndAttempt(body.getStepCompleted(), event);
    if (body.isErrorRecorded()) AddError(body.getErrorRecorded(), event);
  }

  size_t Entity(std::string_view type, std::string_view id) {
    const auto [found, is_new] = entities_.try_emplace(KeyOf(type, id), audit_.entities.size());
    if (is_new) {
      AuditEntity& entity = audit_.entities.emplace_back();
      entity.type = type;
      entity.id = id;
    }
    return found->second;
  }

  void Enter(const AuditEvent& event, std::string_view state, bool is_final) {
    const size_t index = Entity(event.entity_type, event.entity_id);
    AuditEntity& entity = audit_.entities[index];
    if (!entity.stays.empty() && entity.stays.back().is_open) {
      AuditStay& left = entity.stays.back();
      left.is_open = false;
      // An imported event may claim a time before the one it follows; nobody stays for less than nothing.
      left.to = std::max(left.from, event.at);
    }
    entity.state = state;
    entity.is_final = is_final;
    if (!is_final) {
      entity.stays.push_back(
          {.state = entity.state, .from = event.at, .to = event.at, .is_open = true, .position = event.position});
    }
    if (index != 0) return;
    if (!has_run_) audit_.created_at = event.at;
    has_run_ = true;
    if (state == "running" && !audit_.started_at) audit_.started_at = event.at;
    if (is_final) audit_.ended_at = event.at;
  }

  size_t BeginAttempt(const AuditEvent& event, std::string_view step_name, Timestamp started_at) {
    AuditAttempt& attempt = audit_.attempts.emplace_back();
    attempt.started = event.position;
    attempt.ws_id = event.ws_id;
    attempt.step_name = step_name;
    attempt.actor = event.actor;
    attempt.number = ++attempt_numbers_[KeyOf(attempt.ws_id, step_name)];
    attempt.status = "in_progress";
    attempt.started_at = started_at;
    attempts_.emplace(event.position.value, audit_.attempts.size() - 1);
    return audit_.attempts.size() - 1;
  }

  void EndAttempt(schema::StepCompleted::Reader step, AuditEvent& event) {
    const Timestamp ended_at = TimeOr(step.getCompletedAt(), event.at);
    const auto begun = attempts_.find(step.getAttempt());
    // Without a beginning of its own this event is the whole attempt.
    event.attempt = begun != attempts_.end()
                        ? begun->second
                        : BeginAttempt(event, View(step.getStepName()), TimeOr(step.getStartedAt(), ended_at));
    AuditAttempt& attempt = audit_.attempts[*event.attempt];
    attempt.ended = event.position;
    attempt.ended_at = std::max(attempt.started_at, ended_at);
    attempt.status = StepStatusName(step.getStatus());
    if (step.hasExitCode()) attempt.exit_code = step.getExitCode().getValue();
  }

  void AddError(schema::ErrorRecorded::Reader body, AuditEvent& event) {
    const std::string_view step_name = View(body.getStepName()), signature = View(body.getSignature());
    const auto [found, is_new] = errors_.try_emplace(KeyOf(event.ws_id, step_name, signature), audit_.errors.size());
    event.error = found->second;
    if (is_new) {
      AuditError& error = audit_.errors.emplace_back();
      error.first = event.position;
      error.ws_id = event.ws_id;
      error.step_name = step_name;
      error.error_code = View(body.getErrorCode());
      error.signature = signature;
      error.message = event.text;
      error.first_seen_at = event.at;
    }
    AuditError& error = audit_.errors[*event.error];
    event.repeat = ++error.count;
    error.last = event.position;
    error.last_seen_at = event.at;
  }

  // What was refused before it existed, and what names no entity, is shown with the run.
  size_t LaneOf(const AuditEvent& event) const {
    const auto own = entities_.find(KeyOf(event.entity_type, event.entity_id));
    if (own != entities_.end()) return own->second;
    const auto workstream = entities_.find(KeyOf("workstream", event.ws_id));
    return workstream != entities_.end() ? workstream->second : 0;
  }

  void Count(const AuditEvent& event) {
    const auto [found, is_new] = actors_.try_emplace(event.actor, audit_.actors.size());
    if (is_new) audit_.actors.emplace_back().name = event.actor;
    AuditActor& actor = audit_.actors[found->second];
    ++actor.events;
    ++actor.counts[static_cast<size_t>(event.kind)];
    ++audit_.counts[static_cast<size_t>(event.kind)];
  }

  Audit audit_;
  bool has_run_ = false;
  TextMap<size_t> entities_, errors_, actors_;
  TextMap<uint64_t> attempt_numbers_;
  absl::flat_hash_map<uint64_t, size_t> attempts_;  // by position of their beginning
};

}  // namespace

std::string_view NameOf(AuditKind kind) {
  static constexpr std::array<std::string_view, kAuditKinds> kNames = {
      "created",        "moved", "overridden", "refused",  "step_started",
      "step_completed", "error", "note",       "redacted", "unknown"};
  return kNames[static_cast<size_t>(kind)];
}

int64_t Audit::RunMicros() const {
  const Timestamp begin = started_at.value_or(created_at);
  return std::max<int64_t>(0, ended_at.value_or(until).micros - begin.micros);
}

absl::StatusOr<Audit> CollectAudit(Snapshot& snapshot, std::string_view run_id, Timestamp now,
                                   absl::FunctionRef<void(uint64_t done, uint64_t total)> progress) {
  LogFilter filter;
  filter.run = run_id;
  ASSIGN_OR_RETURN(filter.streams, RequestStreamsOf(snapshot, filter.run));
  ASSIGN_OR_RETURN(const StreamVersion version, snapshot.VersionOf(RunStream(run_id)));
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, Position{}, LogReader::Order::kOldestFirst));
  Collector collector(run_id);
  for (uint64_t done = 0;; progress(++done, std::max(done, version.value))) {
    ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
    if (entry == nullptr) break;
    if (RunOfStream(entry->record->stream)) {
      collector.Add(*entry->record, entry->event);
    } else {
      collector.AddOfRequest(entry->event);
    }
  }
  if (!collector.HasRun()) {
    return absl::NotFoundError(
        fmt::format("there is no run {}; annals run list shows those there are", Quoted(run_id)));
  }
  return collector.Take(now);
}

}  // namespace annals
