#include "commands/engine.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "commands/consequences.h"
#include "commands/idempotency.h"
#include "commands/redaction.h"
#include "projections/projector.h"
#include "schemas/check.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status CheckCommon(schema::Command::Reader command) {
  if (command.hasCommandId() && command.getBody().isHeartbeatWorker()) {
    return absl::InvalidArgumentError(
        "a heartbeat is no event, so nothing would keep its command id; leave it out: one more does no harm");
  }
  if (!command.hasOverride()) return absl::OkStatus();
  if (!IsTransition(command)) {
    return absl::InvalidArgumentError("only a transition can be overridden; leave the override out");
  }
  if (IsSabotaged("anybody_overrides")) return absl::OkStatus();
  if (View(command.getOverride().getOperator()).empty() || View(command.getOverride().getReason()).empty()) {
    return absl::InvalidArgumentError("an override needs an operator and a reason; name both");
  }
  return absl::OkStatus();
}

// A draft that has its place.
FoldedEvent EventFrom(const EventDraft& draft, Position position, std::string_view stream) {
  FoldedEvent event = EventAt(position, stream, draft.event.asReader());
  event.json = draft.json;
  event.text = draft.text;
  return event;
}

}  // namespace

Engine::Engine(Storage& storage, Clock& clock, RandomSource& random) : Engine(storage, clock, random, Options()) {}

Engine::Engine(Storage& storage, Clock& clock, RandomSource& random, Options options)
    : storage_(storage), clock_(clock), random_(random), options_(options), sealer_(random) {}

absl::StatusOr<std::unique_ptr<Unit>> Engine::Begin() {
  ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, storage_.Begin());
  const Head& head = transaction->head();
  if (!rows_known_ || head.position != known_position_ || head.generation != known_generation_) {
    // Others wrote. All rows go: reading the few a command needs again is simpler than keeping track of which
    // others touched.
    if (!IsSabotaged("others_writes_go_unseen")) rows_.Clear();
    ASSIGN_OR_RETURN(rows_.keeps_state_transitions, transaction->HasTable(StateTransitionsTable().table()));
    rows_known_ = true;
  }
  rows_.Attach(transaction.get(), TableSet::kLive);
  return std::unique_ptr<Unit>(new Unit(*this, std::move(transaction)));
}

absl::StatusOr<std::vector<Answer>> Engine::Execute(absl::Span<const schema::Command::Reader> commands) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Unit> unit, Begin());
  std::vector<Answer> answers;
  answers.reserve(commands.size());
  for (const auto command : commands) {
    ASSIGN_OR_RETURN(answers.emplace_back(), unit->Execute(command));
  }
  RETURN_IF_ERROR(unit->Commit());
  return answers;
}

Unit::Unit(Engine& engine, std::unique_ptr<Transaction> transaction)
    : engine_(engine), transaction_(std::move(transaction)) {}

Unit::~Unit() {
  engine_.rows_.Attach(nullptr, TableSet::kLive);
  if (committed_) return;
  engine_.rows_.Clear();
  engine_.rows_known_ = false;
}

absl::Status Unit::Spill() {
  return engine_.rows_.Flush(*transaction_, TableSet::kLive, engine_.options_.cache_bytes);
}

absl::Status Unit::Commit() {
  if (IsSabotaged("folds_in_another_transaction")) {
    RETURN_IF_ERROR(transaction_->Commit());
    ASSIGN_OR_RETURN(transaction_, engine_.storage_.Begin());
  }
  RETURN_IF_ERROR(Spill());
  for (const std::string& stream : redacted_streams_) {
    RETURN_IF_ERROR(WriteStreamAnew(stream, *transaction_, engine_.rows_.keeps_state_transitions));
  }
  if (!redacted_streams_.empty()) engine_.rows_.Clear();
  const Position position = transaction_->head().position;
  const uint64_t generation = transaction_->head().generation;
  RETURN_IF_ERROR(transaction_->Commit());
  engine_.known_position_ = position;
  engine_.known_generation_ = generation;
  committed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<Answer> Unit::Execute(schema::Command::Reader command) {
  absl::StatusOr<Answer> answer = Judge(command);
  if (answer.ok()) return answer;
  switch (answer.status().code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return Answer(answer.status());
    default:
      return answer.status();
  }
}

absl::StatusOr<Answer> Unit::Judge(schema::Command::Reader command) {
  now_ = engine_.clock_.Now();
  if (IsSabotaged("guards_wait_for_the_log")) now_ = std::max(now_, transaction_->head().recorded_at);
  RETURN_IF_ERROR(CheckCommon(command));
  if (command.hasCommandId()) {
    ASSIGN_OR_RETURN(std::optional<Answer> repeat, FindFirstAnswer(command, *transaction_, engine_.decoder_));
    if (repeat) return *std::move(repeat);
  }
  if (command.getBody().isRedactContent()) return JudgeRedaction(command);
  Target& target = engine_.target_;
  const auto new_id = [&] { return NewUlid(Times().recorded_at, engine_.random_); };
  RETURN_IF_ERROR(FindTarget(command, engine_.rows_, new_id, target));
  RETURN_IF_ERROR(CheckExpectedVersion(command, target.stream));
  Drafts& drafts = engine_.drafts_;
  drafts.Clear();
  ASSIGN_OR_RETURN(const std::optional<Refusal> refusal, target.decide(InputFor(command, target, engine_.rows_)));
  if (!refusal && command.getBody().isDefineMachine() && drafts.size() == 0) {
    return AnswerOfNewest(target.stream, *transaction_, engine_.decoder_);  // it is defined so already
  }
  if (command.getDryRun()) {
    if (refusal) return Preview{.stream = RefusedStream(target.stream), .events = {}, .refusal = refusal};
    return Foresee(command, target.stream);
  }
  if (!refusal && command.getBody().isHeartbeatWorker()) return JudgeHeartbeat(command, target);
  if (!refusal) return Record(command, target.stream);
  if (IsSabotaged("refusals_are_not_recorded")) return Refused{.refusal = *refusal, .position = {}};
  DraftRefusal(command, *refusal);
  return Record(command, RefusedStream(target.stream));
}

// Not a decider: what it judges is a record of the log, and what it does is more than the fold of its event.
absl::StatusOr<Answer> Unit::JudgeRedaction(schema::Command::Reader command) {
  const auto body = command.getBody().getRedactContent();
  ASSIGN_OR_RETURN(const Redaction redaction, FindRedaction(body, *transaction_, engine_.decoder_));
  RETURN_IF_ERROR(CheckExpectedVersion(command, redaction.stream));
  engine_.drafts_.Clear();
  DraftRedaction(redaction, View(body.getReason()), engine_.drafts_);
  if (command.getDryRun()) return Foresee(command, redaction.stream);
  RETURN_IF_ERROR(RemoveContent(redaction, *transaction_));
  redacted_streams_.emplace(SubjectOf(redaction.stream));
  return Record(command, redaction.stream);
}

absl::Status Unit::CheckExpectedVersion(schema::Command::Reader command, std::string_view stream) {
  if (!command.hasExpectVersion() || IsSabotaged("expected_versions_are_ignored")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const StreamVersion version, transaction_->VersionOf(stream));
  const auto expected = static_cast<uint64_t>(command.getExpectVersion().getValue());
  if (version.value == expected) return absl::OkStatus();
  return absl::AbortedError(fmt::format("{} is at version {}, not at the expected {}; read it again and decide again",
                                        stream, version.value, expected));
}

absl::StatusOr<Answer> Unit::RecordRefusal(schema::Command::Reader command, const Refused& refused) {
  now_ = engine_.clock_.Now();
  if (command.hasCommandId()) {
    // Somebody else may have used the id since that unit was dropped.
    ASSIGN_OR_RETURN(std::optional<Answer> repeat, FindFirstAnswer(command, *transaction_, engine_.decoder_));
    if (repeat) return *std::move(repeat);
  }
  DraftRefusal(command, refused.refusal);
  // The run may have been created in the unit that was dropped, so the stream is the one the refusal had there.
  return Record(command, refused.stream);
}

void Unit::DraftRefusal(schema::Command::Reader command, const Refusal& refusal) {
  Drafts& drafts = engine_.drafts_;
  drafts.Clear();
  EventDraft& draft = drafts.Add(refusal.ws_id);
  draft.text = StatedReason(command);
  auto body = draft.event.initBody().initCommandRefused();
  body.setCommand(AsText(CommandName(command)));
  body.setMachine(AsText(refusal.machine));
  body.setEntity(AsText(refusal.entity));
  body.setWhy(AsText(refusal.why));
  if (!refusal.from.empty()) body.setFrom(AsText(refusal.from));
  if (!refusal.to.empty()) body.setTo(AsText(refusal.to));
  if (!refusal.trigger.empty()) body.setTrigger(AsText(refusal.trigger));
  if (command.hasOverride()) body.setOperator(command.getOverride().getOperator());
  auto legal = body.initLegal(static_cast<uint32_t>(refusal.legal.size()));
  for (uint32_t i = 0; i < legal.size(); ++i) legal.set(i, AsText(refusal.legal[i]));
}

EventTimes Unit::Times() const {
  if (IsSabotaged("time_goes_back")) return {.recorded_at = now_, .occurred_at = occurred_at_};
  EventTimes times{.recorded_at = std::max(now_, transaction_->head().recorded_at), .occurred_at = occurred_at_};
  // A clock that went back: the log's times stand still until it has caught up, which may be in years. What waits must
  // not wait for that, so the event claims what the clock said, and tables and guards go by it.
  if (occurred_at_.micros == 0 && now_ < times.recorded_at) times.occurred_at = now_;
  return times;
}

DecisionInput Unit::InputFor(schema::Command::Reader command, const Target& target, Rows& rows) {
  return {.command = command,
          .run_id = target.run_id,
          .new_id = target.new_id,
          .now = now_,
          .rows = rows,
          .machines = engine_.machines_,
          .drafts = engine_.drafts_};
}

// A lease is renewed in place: that a worker lives is no history.
absl::StatusOr<Answer> Unit::JudgeHeartbeat(schema::Command::Reader command, const Target& target) {
  const std::string_view worker_id = View(command.getBody().getHeartbeatWorker().getWorkerId());
  ASSIGN_OR_RETURN(const WorkerRow* const worker, engine_.rows_.workers.Find({worker_id}));
  CHECK(worker != nullptr);  // the decider found it
  const Timestamp expires{now_.micros + 2 * worker->heartbeat_sec * 1'000'000};
  const Value lease[] = {worker_id, now_, expires};
  RETURN_IF_ERROR(transaction_->PutRow(LeasesTable(), TableSet::kLive, lease));
  if (engine_.drafts_.size() > 0) return Record(command, target.stream);
  Receipt receipt;
  receipt.stream = target.stream;
  receipt.state = worker->status;
  receipt.machine = WorkerMachine().name();
  receipt.entity = worker_id;
  ASSIGN_OR_RETURN(receipt.version, transaction_->VersionOf(target.stream));
  return receipt;
}

absl::StatusOr<Answer> Unit::Record(schema::Command::Reader command, std::string_view stream) {
  Drafts& drafts = engine_.drafts_;
  const EventTimes times = Times();
  if (command.hasCommandId()) {
    const Position first{transaction_->head().position.value + 1};
    RETURN_IF_ERROR(KeepCommandId(command, first, engine_.random_, *transaction_, drafts[0].event));
  }
  ASSIGN_OR_RETURN(StreamVersion version, transaction_->VersionOf(stream));
  AnswerBuilder builder;
  const auto append = [&](EventDraft& draft) -> absl::StatusOr<FoldedEvent> {
    const NewEvent sealed = engine_.sealer_.Seal(command, times, draft);
    const auto event = draft.event.asReader();
    const bool is_elsewhere = !draft.stream.empty() && draft.stream != stream;
    const std::string_view own = is_elsewhere ? draft.stream : stream;
    StreamVersion at = version;
    if (is_elsewhere) {
      ASSIGN_OR_RETURN(at, transaction_->VersionOf(own));
    }
    ASSIGN_OR_RETURN(at, transaction_->Append(own, at, {&sealed, 1}));
    if (!is_elsewhere) version = at;
    const Position position = transaction_->head().position;
    builder.Add(position, own, at, event);
    return EventFrom(draft, position, own);
  };
  RETURN_IF_ERROR(Settle(InputFor(command, engine_.target_, engine_.rows_), append));
  return builder.Take(/*repeat=*/false);
}

absl::StatusOr<Preview> Unit::Foresee(schema::Command::Reader command, std::string_view stream) {
  Preview preview{.stream = std::string(stream), .events = {}, .refusal = std::nullopt};
  const EventTimes times = Times();
  Position position = transaction_->head().position;
  std::map<std::string, StreamVersion, std::less<>> versions;
  const auto foresee = [&](EventDraft& draft) -> absl::StatusOr<FoldedEvent> {
    const NewEvent sealed = engine_.sealer_.Seal(command, times, draft);
    const std::string_view own = draft.stream.empty() ? stream : draft.stream;
    auto version = versions.find(own);
    if (version == versions.end()) {
      ASSIGN_OR_RETURN(const StreamVersion now, transaction_->VersionOf(own));
      version = versions.emplace(own, now).first;
    }
    preview.events.push_back({.position = {++position.value},
                              .stream = std::string(own),
                              .version = {++version->second.value},
                              .event_type = std::string(sealed.event_type),
                              .bytes = std::string(sealed.event),
                              .content = sealed.content ? std::string(sealed.content->bytes) : ""});
    return EventFrom(draft, position, own);
  };
  // What follows is judged on rows of its own, over those that are written: the unit's stay as they are.
  RETURN_IF_ERROR(Spill());
  Rows rows;
  rows.Attach(transaction_.get(), TableSet::kLive);
  RETURN_IF_ERROR(Settle(InputFor(command, engine_.target_, rows), foresee));
  return preview;
}

}  // namespace annals
