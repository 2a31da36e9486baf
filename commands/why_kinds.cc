#include "commands/why_kinds.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals::why {
namespace {

std::string TriggerOption(std::string_view trigger) {
  return trigger.empty() ? "" : fmt::format(" --trigger {}", trigger);
}

absl::StatusOr<Subject> FindRun(Snapshot&, Rows& rows, const EntityName& name) {
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, name.id));
  return Subject{.name = name,
                 .title = fmt::format("run {}", name.id),
                 .state = run->status,
                 .is_final = run->IsFinal(),
                 .run_id = name.id,
                 .machine = Unowned(RunMachine())};
}

Candidate MoveRun(const Subject& subject, std::string_view to, std::string_view trigger) {
  return {.fill =
              [run_id = subject.run_id, to = std::string(to), trigger = std::string(trigger)](auto command) {
                auto body = command.initBody().initTransitionRun();
                body.setRunId(AsText(run_id));
                body.setTo(AsText(to));
                body.setTrigger(AsText(trigger));
              },
          .line = fmt::format("annals run transition {} {}{}", subject.run_id, to, TriggerOption(trigger))};
}

absl::StatusOr<Subject> FindWorkstream(Snapshot&, Rows& rows, const EntityName& name) {
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, NeedWorkstream(rows, name.run_id, name.id));
  return Subject{.name = name,
                 .title = fmt::format("workstream {} of run {}", name.id, name.run_id),
                 .state = workstream->status,
                 .is_final = workstream->IsFinal(),
                 .run_id = name.run_id,
                 .ws_id = name.id,
                 .machine = Unowned(WorkstreamMachine())};
}

Candidate MoveWorkstream(const Subject& subject, std::string_view to, std::string_view trigger) {
  return {.fill =
              [run_id = subject.run_id, ws_id = subject.ws_id, to = std::string(to),
               trigger = std::string(trigger)](auto command) {
                auto body = command.initBody().initTransitionWorkstream();
                body.setRunId(AsText(run_id));
                body.setWsId(AsText(ws_id));
                body.setTo(AsText(to));
                body.setTrigger(AsText(trigger));
              },
          .line = fmt::format("annals workstream transition {} {} --run {}{}", subject.ws_id, to, subject.run_id,
                              TriggerOption(trigger))};
}

// Attempts and errors are named by a position.
absl::StatusOr<int64_t> ReadId(const EntityName& name) {
  int64_t id = 0;
  const char* const end = name.id.data() + name.id.size();
  const auto [stop, fault] = std::from_chars(name.id.data(), end, id);
  if (fault == std::errc() && stop == end && id > 0) return id;
  return absl::InvalidArgumentError(
      fmt::format("{} {}: its id is a number from 1; annals {} list shows those there are", name.kind, Quoted(name.id),
                  name.kind == "attempt" ? "step" : name.kind));
}

absl::StatusOr<Subject> FindAttempt(Snapshot&, Rows& rows, const EntityName& name) {
  ASSIGN_OR_RETURN(const int64_t id, ReadId(name));
  ASSIGN_OR_RETURN(const StepAttemptRow* const row, rows.step_attempts.Find({id}));
  if (row == nullptr) {
    return absl::NotFoundError(fmt::format("there is no attempt {}; annals step list shows those there are", id));
  }
  return Subject{.name = AttemptName(id),
                 .title = fmt::format("attempt {} ({} {}) of workstream {} in run {}", id, row->step_name, row->attempt,
                                      row->ws_id, row->run_id),
                 .state = row->status,
                 .is_final = row->IsFinal(),
                 .run_id = row->run_id,
                 .ws_id = row->ws_id,
                 .step_name = row->step_name};
}

Candidate FinishAttempt(const Subject& subject, std::string_view to, std::string_view) {
  int64_t id = 0;
  std::from_chars(subject.name.id.data(), subject.name.id.data() + subject.name.id.size(), id);
  return {.fill =
              [id, status = *StepStatusOf(to)](auto command) {
                auto body = command.initBody().initFinishStep();
                body.initAttemptId().setValue(id);
                body.setStatus(status);
              },
          .line = fmt::format("annals step finish {} --status {}", id, to)};
}

absl::StatusOr<Subject> FindError(Snapshot& snapshot, Rows&, const EntityName& name) {
  ASSIGN_OR_RETURN(const int64_t id, ReadId(name));
  std::optional<ErrorRow> row;
  RETURN_IF_ERROR(
      snapshot.ReadRows({.table = &ErrorsTable().table(), .equals = {{0, id}}}, TableSet::kLive, [&](Row values) {
        row = ErrorsTable().FromValues(values);
        return absl::OkStatus();
      }));
  if (!row)
    return absl::NotFoundError(fmt::format("there is no error {}; annals error list shows those there are", id));
  return Subject{.name = ErrorName(id),
                 .title = fmt::format("error {} ({} in {}) of workstream {} in run {}", id, row->error_code,
                                      row->step_name, row->ws_id, row->run_id),
                 .state = {},
                 .run_id = row->run_id,
                 .ws_id = row->ws_id,
                 .step_name = row->step_name};
}

Candidate RecordNote(const Subject& subject) {
  return {.fill =
              [run_id = subject.run_id, ws_id = subject.ws_id](auto command) {
                auto body = command.initBody().initRecordEvent();
                body.setRunId(AsText(run_id));
                body.setWsId(AsText(ws_id));
                body.setEventType("note");
              },
          .line = fmt::format("annals event record TYPE --run {}{}", subject.run_id,
                              subject.ws_id.empty() ? "" : fmt::format(" --ws {}", subject.ws_id)),
          .meaning = "Notes something of your own."};
}

Candidate RecordError(const Subject& subject) {
  const auto known_or = [](std::string_view known, std::string_view word) {
    return std::string(known.empty() ? word : known);
  };
  return {
      .fill =
          [run_id = subject.run_id, ws_id = subject.ws_id](auto command) {
            auto body = command.initBody().initRecordError();
            body.setRunId(AsText(run_id));
            body.setWsId(AsText(ws_id));
          },
      .line = fmt::format("annals error record --run {} --ws {} --step {} --code CODE --signature TEXT --message TEXT",
                          subject.run_id, subject.ws_id, known_or(subject.step_name, "STEP")),
      .meaning = "Records what went wrong."};
}

std::vector<Candidate> RecordsOfRun(const Subject& subject) {
  // A workstream without a name is one that the run cannot have yet.
  return {{.fill = [run_id = subject.run_id](
                       auto command) { command.initBody().initCreateWorkstream().setRunId(AsText(run_id)); },
           .line = fmt::format("annals workstream create WS --run {}", subject.run_id),
           .meaning = "Adds a workstream."},
          RecordNote(subject)};
}

std::vector<Candidate> RecordsOfWorkstream(const Subject& subject) {
  return {{.fill =
               [run_id = subject.run_id, ws_id = subject.ws_id](auto command) {
                 auto body = command.initBody().initStartStep();
                 body.setRunId(AsText(run_id));
                 body.setWsId(AsText(ws_id));
               },
           .line = fmt::format("annals step start --run {} --ws {} --step STEP", subject.run_id, subject.ws_id),
           .meaning = "Begins an attempt at a step."},
          RecordError(subject),
          RecordNote(subject)};
}

std::vector<Candidate> RecordsOfStep(const Subject& subject) {
  return {RecordError(subject), RecordNote(subject)};
}

constexpr std::string_view kAttemptEnds[] = {"success", "failure", "skipped"};

constexpr Kind kKinds[] = {
    {"run", "", false, FindRun, {}, MoveRun, RecordsOfRun, FindingsOfRun},
    {"workstream", "ws", true, FindWorkstream, {}, MoveWorkstream, RecordsOfWorkstream, FindingsOfWorkstream},
    {"attempt", "step", false, FindAttempt, kAttemptEnds, FinishAttempt, RecordsOfStep, FindingsOfRecord},
    {"error", "", false, FindError, {}, nullptr, RecordsOfStep, FindingsOfRecord},
};

}  // namespace

std::shared_ptr<const Machine> Unowned(const Machine& machine) {
  return {std::shared_ptr<const void>(), &machine};
}

absl::Span<const Kind> AllKinds() {
  static const std::vector<Kind> kinds = [] {
    std::vector<Kind> all(std::begin(kKinds), std::end(kKinds));
    all.insert(all.end(), EntityKinds().begin(), EntityKinds().end());
    return all;
  }();
  return kinds;
}

absl::StatusOr<const Kind*> FindKind(std::string_view name) {
  for (const Kind& kind : AllKinds()) {
    if (kind.name == name || (!kind.alias.empty() && kind.alias == name)) return &kind;
  }
  const std::vector<std::string_view> names = KindNames();
  return absl::InvalidArgumentError(fmt::format("{} is no kind of entity; {}", Quoted(name), SuggestName(name, names)));
}

std::vector<std::string_view> KindNames() {
  std::vector<std::string_view> names;
  for (const Kind& kind : AllKinds()) names.push_back(kind.name);
  return names;
}

absl::StatusOr<std::string_view> FindKindName(std::string_view text) {
  ASSIGN_OR_RETURN(const Kind* const kind, FindKind(text));
  return kind->name;
}

bool IsNamedInRun(std::string_view kind) {
  return std::ranges::any_of(AllKinds(), [&](const Kind& known) { return known.name == kind && known.is_in_run; });
}

}  // namespace annals::why
