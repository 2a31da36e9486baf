#include "commands/engine.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/machine.h"
#include "eventstore/event_type.h"
#include "eventstore/sha256.h"
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What an operator states stands in the event up to this size, above it is kept beside the log (SPEC §10).
constexpr size_t kInlineContentBytes = 1024;

capnp::Text::Reader AsText(std::string_view text) { return {text.data(), text.size()}; }
capnp::Data::Reader AsData(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

// What a retry must repeat: the command without its key, and without what does not change its outcome.
std::string DigestInput(schema::Command::Reader command) {
  capnp::MallocMessageBuilder message;
  message.setRoot(command);
  auto copy = message.getRoot<schema::Command>();
  copy.disownCommandId();
  copy.setDryRun(false);
  return CanonicalBytes(copy.asReader());
}

bool IsTransition(schema::Command::Reader command) {
  return command.getBody().isTransitionRun() || command.getBody().isTransitionWorkstream();
}

absl::Status CheckCommon(schema::Command::Reader command) {
  if (!command.hasOverride()) return absl::OkStatus();
  if (!IsTransition(command)) {
    return absl::InvalidArgumentError("override: only a transition can be overridden; leave it out");
  }
  if (View(command.getOverride().getOperator()).empty() || View(command.getOverride().getReason()).empty()) {
    return absl::InvalidArgumentError("override: it needs an operator and a reason; name both");
  }
  return absl::OkStatus();
}

std::string_view CommandName(schema::Command::Reader command) {
  switch (command.getBody().which()) {
    case schema::Command::Body::NONE:
      break;
    case schema::Command::Body::CREATE_RUN:
      return "create_run";
    case schema::Command::Body::TRANSITION_RUN:
      return "transition_run";
    case schema::Command::Body::CREATE_WORKSTREAM:
      return "create_workstream";
    case schema::Command::Body::TRANSITION_WORKSTREAM:
      return "transition_workstream";
    case schema::Command::Body::START_STEP:
      return "start_step";
    case schema::Command::Body::FINISH_STEP:
      return "finish_step";
    case schema::Command::Body::RECORD_STEP_ATTEMPT:
      return "record_step_attempt";
    case schema::Command::Body::RECORD_ERROR:
      return "record_error";
    case schema::Command::Body::RECORD_EVENT:
      return "record_event";
  }
  return "none";
}

}  // namespace

// The run a command is about (empty: none), the stream it would append to, and who decides.
struct Unit::Target {
  std::string_view run_id;
  std::string_view stream;
  Decider decide;
};

Engine::Engine(Storage& storage, Clock& clock, RandomSource& random) : Engine(storage, clock, random, Options()) {}

Engine::Engine(Storage& storage, Clock& clock, RandomSource& random, Options options)
    : storage_(storage), clock_(clock), random_(random), options_(options) {}

absl::StatusOr<std::unique_ptr<Unit>> Engine::Begin() {
  ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, storage_.Begin());
  const Head& head = transaction->head();
  if (!rows_known_ || head.position != known_position_ || head.generation != known_generation_) {
    // Others wrote. All rows go: keeping track of which they touched costs each command more than reading three rows again.
    rows_.Clear();
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

Unit::Unit(Engine& engine, std::unique_ptr<Transaction> transaction) : engine_(engine), transaction_(std::move(transaction)) {}

Unit::~Unit() {
  engine_.rows_.Attach(nullptr, TableSet::kLive);
  if (committed_) return;
  engine_.rows_.Clear();
  engine_.rows_known_ = false;
}

absl::Status Unit::Spill() { return engine_.rows_.Flush(*transaction_, TableSet::kLive, engine_.options_.cache_bytes); }

absl::Status Unit::Commit() {
  RETURN_IF_ERROR(Spill());
  RETURN_IF_ERROR(transaction_->Commit());
  engine_.known_position_ = transaction_->head().position;
  engine_.known_generation_ = transaction_->head().generation;
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
      return Answer(answer.status());
    default:
      return answer.status();
  }
}

absl::StatusOr<Answer> Unit::Judge(schema::Command::Reader command) {
  RETURN_IF_ERROR(CheckCommon(command));
  ASSIGN_OR_RETURN(std::optional<Answer> repeat, FindRepeat(command));
  if (repeat) return *std::move(repeat);
  ASSIGN_OR_RETURN(const Target target, FindTarget(command));
  if (command.hasExpectVersion()) {
    ASSIGN_OR_RETURN(const StreamVersion version, transaction_->VersionOf(target.stream));
    const auto expected = static_cast<uint64_t>(command.getExpectVersion().getValue());
    if (version.value != expected) {
      return absl::AbortedError(fmt::format("{}: {} is at version {}, not at the expected {}; read it again and decide again",
                                            CommandName(command), target.stream, version.value, expected));
    }
  }
  Drafts& drafts = engine_.drafts_;
  drafts.Clear();
  ASSIGN_OR_RETURN(const std::optional<Refusal> refusal, target.decide(command, target.run_id, engine_.rows_, drafts));
  if (command.getDryRun()) {
    if (refusal) return Preview{.stream = RefusedStream(target.stream), .events = {}, .refusal = refusal};
    return Foresee(command, target.stream);
  }
  if (!refusal) return Record(command, target.stream);
  RETURN_IF_ERROR(DraftRefusal(command, *refusal));
  return Record(command, RefusedStream(target.stream));
}

absl::StatusOr<Answer> Unit::RecordRefusal(schema::Command::Reader command, const Refused& refused) {
  engine_.drafts_.Clear();
  RETURN_IF_ERROR(DraftRefusal(command, refused.refusal));
  // The run may have been created in the unit that was dropped, so the stream is the one the refusal had there.
  return Record(command, refused.stream);
}

absl::StatusOr<Unit::Target> Unit::FindTarget(schema::Command::Reader command) {
  const auto body = command.getBody();
  const auto in_run = [&scratch = engine_.scratch_](std::string_view run_id, Decider decide) {
    scratch.run_id = run_id;
    scratch.stream = RunStream(run_id);
    return Target{scratch.run_id, scratch.stream, decide};
  };
  switch (body.which()) {
    case schema::Command::Body::NONE:
      break;
    case schema::Command::Body::CREATE_RUN:
      if (body.getCreateRun().hasRunId()) return in_run(View(body.getCreateRun().getRunId()), DecideRun);
      return in_run(NewUlid(engine_.clock_.Now(), engine_.random_), DecideRun);
    case schema::Command::Body::TRANSITION_RUN:
      return in_run(View(body.getTransitionRun().getRunId()), DecideRun);
    case schema::Command::Body::CREATE_WORKSTREAM:
      return in_run(View(body.getCreateWorkstream().getRunId()), DecideWorkstream);
    case schema::Command::Body::TRANSITION_WORKSTREAM: {
      if (body.getTransitionWorkstream().hasRunId()) return in_run(View(body.getTransitionWorkstream().getRunId()), DecideWorkstream);
      ASSIGN_OR_RETURN(const std::string run_id, FindRunHolding(View(body.getTransitionWorkstream().getWsId())));
      return in_run(run_id, DecideWorkstream);
    }
    case schema::Command::Body::START_STEP:
      return in_run(View(body.getStartStep().getRunId()), DecideStep);
    case schema::Command::Body::FINISH_STEP: {
      // An attempt knows its run. One that does not exist has no stream; the decider says so.
      ASSIGN_OR_RETURN(const StepAttemptRow* const attempt, engine_.rows_.step_attempts.Find({body.getFinishStep().getAttemptId().getValue()}));
      return in_run(attempt == nullptr ? "" : attempt->run_id, DecideStep);
    }
    case schema::Command::Body::RECORD_STEP_ATTEMPT:
      return in_run(View(body.getRecordStepAttempt().getRunId()), DecideStep);
    case schema::Command::Body::RECORD_ERROR:
      return in_run(View(body.getRecordError().getRunId()), DecideError);
    case schema::Command::Body::RECORD_EVENT:
      if (body.getRecordEvent().hasRunId()) return in_run(View(body.getRecordEvent().getRunId()), DecideNote);
      return Target{"", kNoteStream, DecideNote};
  }
  return absl::InvalidArgumentError("the command says nothing to do; name one");
}

absl::StatusOr<std::string> Unit::FindRunHolding(std::string_view ws_id) {
  ASSIGN_OR_RETURN(const std::vector<std::string> run_ids, engine_.rows_.RunsHolding(ws_id));
  if (run_ids.empty()) {
    return absl::NotFoundError(fmt::format("no run has a workstream {}; annals workstream list shows those there are", ws_id));
  }
  std::vector<std::string> open;
  for (const std::string& run_id : run_ids) {
    ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(engine_.rows_, run_id));
    if (!run->IsFinal()) open.push_back(run_id);
  }
  if (open.size() == 1) return open[0];
  if (open.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("workstream {} stands only in runs that have ended ({}); name the run", ws_id, fmt::join(run_ids, ", ")));
  }
  return absl::InvalidArgumentError(
      fmt::format("workstream {} stands in {} open runs ({}); name the run", ws_id, open.size(), fmt::join(open, ", ")));
}

absl::StatusOr<std::optional<Answer>> Unit::FindRepeat(schema::Command::Reader command) {
  if (!command.hasCommandId()) return std::nullopt;
  const std::string_view key = View(command.getCommandId());
  Position first;
  Salt salt;
  const RowQuery query{.table = &CommandIdsTable(), .equals = {{0, key}}};
  RETURN_IF_ERROR(transaction_->ReadRows(query, TableSet::kLive, [&](Row row) -> absl::Status {
    first.value = static_cast<uint64_t>(std::get<int64_t>(row[1]));
    const auto bytes = BytesOfHex(std::get<std::string_view>(row[2]));
    if (!bytes || bytes->size() != salt.size()) return absl::DataLossError(fmt::format("read the command id {}: its salt is damaged", key));
    std::memcpy(salt.data(), bytes->data(), salt.size());
    return absl::OkStatus();
  }));
  if (first.value == 0) return std::nullopt;
  ASSIGN_OR_RETURN(const auto cursor, transaction_->ReadLog({.first = first}));
  AnswerBuilder builder;
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    ASSIGN_OR_RETURN(const auto event, engine_.decoder_.Decode(record->event));
    if (View(event.getCommandId()) != key) break;
    if (record->position == first) {
      const auto digest = event.getCommandDigest();
      const Hash mine = SaltedDigest(salt, DigestInput(command));
      if (digest != AsData(BytesOf(mine))) {
        return absl::AbortedError(fmt::format("{}: the command id {} was used at position {} for a different command; choose a new one",
                                              CommandName(command), key, first.value));
      }
    }
    builder.Add(record->position, record->stream, record->version, event);
  }
  return builder.Take(/*repeat=*/true);
}

absl::Status Unit::DraftRefusal(schema::Command::Reader command, const Refusal& refusal) {
  Drafts& drafts = engine_.drafts_;
  drafts.Clear();
  EventDraft& draft = drafts.Add(refusal.machine == "workstream" ? refusal.entity : "");
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
  return absl::OkStatus();
}

NewEvent Unit::Seal(schema::Command::Reader command, size_t index, Position first, Timestamp now) {
  EventDraft& draft = engine_.drafts_[index];
  Engine::Scratch& scratch = engine_.scratch_;
  NewEvent sealed{.event = {}, .event_type = {}, .ws_id = {}, .recorded_at = now, .content = {}};
  draft.event.setRecordedAt(now.micros);
  if (command.hasActor()) draft.event.setActor(command.getActor());
  if (command.hasCommandId()) draft.event.setCommandId(command.getCommandId());
  if (draft.caused_by) draft.event.setCausation(first.value + *draft.caused_by);
  const bool keep = draft.origin == EventDraft::Origin::kProduced || command.getSensitive() ||
                    draft.json.size() + draft.text.size() > kInlineContentBytes;
  const auto fill = [&](schema::Content::Builder content) {
    if (!draft.json.empty()) content.setJson(AsText(draft.json));
    if (!draft.text.empty()) content.setText(AsText(draft.text));
  };
  if (draft.json.empty() && draft.text.empty()) {
    // Nothing was said.
  } else if (!keep) {
    fill(draft.event.initContent().initInline());
  } else {
    capnp::word memory[64] = {};
    capnp::MallocMessageBuilder message(kj::arrayPtr(memory, std::size(memory)));
    const auto content = message.initRoot<schema::Content>();
    fill(content);
    EncodeContent(content.asReader(), scratch.content);
    sealed.content = KeptContent{engine_.random_.NewSalt(), scratch.content};
    const Hash digest = SaltedDigest(sealed.content->salt, scratch.content);
    auto reference = draft.event.initContent().initKept();
    reference.setDigest(AsData(BytesOf(digest)));
    reference.setSize(static_cast<uint32_t>(scratch.content.size()));
  }
  EncodeEvent(draft.event.asReader(), scratch.event);
  sealed.event = scratch.event;
  sealed.event_type = EventTypeOf(draft.event.asReader(), scratch.event_type);
  sealed.ws_id = View(draft.event.asReader().getWsId());
  return sealed;
}

absl::StatusOr<Answer> Unit::Record(schema::Command::Reader command, std::string_view stream) {
  Drafts& drafts = engine_.drafts_;
  const Timestamp now = std::max(engine_.clock_.Now(), transaction_->head().recorded_at);
  const Position first{transaction_->head().position.value + 1};
  if (command.hasCommandId()) {
    const Salt salt = engine_.random_.NewSalt();
    const Hash digest = SaltedDigest(salt, DigestInput(command));
    drafts[0].event.setCommandDigest(AsData(BytesOf(digest)));
    const std::string salt_hex = HexOf(BytesOf(salt));
    const Value row[] = {View(command.getCommandId()), static_cast<int64_t>(first.value), std::string_view(salt_hex)};
    RETURN_IF_ERROR(transaction_->PutRow(CommandIdsTable(), TableSet::kLive, row));
  }
  ASSIGN_OR_RETURN(StreamVersion version, transaction_->VersionOf(stream));
  const std::string_view run_id = RunOfStream(stream).value_or(std::string_view{});
  AnswerBuilder builder;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const NewEvent sealed = Seal(command, i, first, now);
    ASSIGN_OR_RETURN(version, transaction_->Append(stream, version, {&sealed, 1}));
    const EventDraft& draft = drafts[i];
    const auto event = draft.event.asReader();
    const Position position = transaction_->head().position;
    RETURN_IF_ERROR(Fold({.position = position, .run_id = run_id, .event = event, .json = draft.json, .text = draft.text}, engine_.rows_));
    builder.Add(position, stream, version, event);
  }
  return builder.Take(/*repeat=*/false);
}

absl::StatusOr<Preview> Unit::Foresee(schema::Command::Reader command, std::string_view stream) {
  Preview preview{.stream = std::string(stream), .events = {}, .refusal = std::nullopt};
  const Timestamp now = std::max(engine_.clock_.Now(), transaction_->head().recorded_at);
  Position position = transaction_->head().position;
  const Position first{position.value + 1};
  ASSIGN_OR_RETURN(StreamVersion version, transaction_->VersionOf(stream));
  for (size_t i = 0; i < engine_.drafts_.size(); ++i) {
    const NewEvent sealed = Seal(command, i, first, now);
    preview.events.push_back({.position = {++position.value},
                              .version = {++version.value},
                              .event_type = std::string(sealed.event_type),
                              .bytes = std::string(sealed.event),
                              .content = sealed.content ? std::string(sealed.content->bytes) : ""});
  }
  return preview;
}

}  // namespace annals
