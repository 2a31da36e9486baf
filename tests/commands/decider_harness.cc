#include "tests/commands/decider_harness.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "projections/projector.h"
#include "schemas/step_status.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::deciders {
namespace {

using support::Must;

constexpr int64_t kSecond = 1'000'000;

std::string_view NameOf(schema::Severity severity) {
  constexpr std::string_view kNames[] = {"info", "warning", "error", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

std::string MoveLine(schema::Transitioned::Reader moved, std::string_view ws_id) {
  std::string line = fmt::format("{}: {} -> {}", View(moved.getMachine()) == "run" ? "run" : ws_id,
                                 View(moved.getFrom()), View(moved.getTo()));
  if (!View(moved.getTrigger()).empty()) line += fmt::format(" by {}", View(moved.getTrigger()));
  if (IsOverride(moved)) line += fmt::format(", overridden by {}", View(moved.getOperator()));
  if (moved.getFinal()) line += ", final";
  if (moved.getSeverity() != schema::Severity::INFO) line += fmt::format(", {}", NameOf(moved.getSeverity()));
  return line;
}

std::string BodyLine(schema::Event::Reader event) {
  const std::string_view ws_id = View(event.getWsId());
  const auto body = event.getBody();
  if (body.isRunCreated())
    return fmt::format("run: created, machine {}", View(body.getRunCreated().getMachineVersion()));
  if (body.isTransitioned()) return MoveLine(body.getTransitioned(), ws_id);
  if (body.isStepStarted()) {
    const auto started = body.getStepStarted();
    return fmt::format("{}: {} started{}", ws_id, View(started.getStepName()),
                       started.getStartedAt() == 0 ? "" : fmt::format(" at {} s", started.getStartedAt() / kSecond));
  }
  if (body.isErrorRecorded()) {
    const auto error = body.getErrorRecorded();
    return fmt::format("{}: error {} in {}, signature {}", ws_id, View(error.getErrorCode()), View(error.getStepName()),
                       View(error.getSignature()));
  }
  if (body.isNoted()) return fmt::format("{}: noted {}", ws_id, View(body.getNoted().getEventType()));
  if (body.isWorkstreamCreated()) {
    const auto created = body.getWorkstreamCreated();
    std::vector<std::string_view> needs;
    for (const auto name : created.getDependsOn()) needs.push_back(View(name));
    return fmt::format("{}: created, machine {}{}{}{}", ws_id, View(created.getMachineVersion()),
                       needs.empty() ? "" : ", needs ", fmt::join(needs, " "),
                       created.getIsCritical() ? ", critical" : "");
  }
  if (body.isStepCompleted()) {
    const auto done = body.getStepCompleted();
    std::string line = fmt::format("{}: {} {}", ws_id, View(done.getStepName()), StepStatusName(done.getStatus()));
    if (done.getAttempt() != 0) line += fmt::format(" of attempt {}", done.getAttempt());
    if (done.getStartedAt() != 0) line += fmt::format(" from {} s", done.getStartedAt() / kSecond);
    if (done.getCompletedAt() != 0) line += fmt::format(" to {} s", done.getCompletedAt() / kSecond);
    if (done.hasExitCode()) line += fmt::format(" with exit code {}", done.getExitCode().getValue());
    return line;
  }
  return "an unknown body";
}

}  // namespace

std::vector<std::string> LinesOf(Drafts& drafts) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const EventDraft& draft = drafts[i];
    std::string line = BodyLine(draft.event.asReader());
    if (draft.caused_by) line += fmt::format(", because of event {}", *draft.caused_by);
    if (!draft.text.empty()) line += fmt::format(": {}", draft.text);
    if (!draft.json.empty()) line += fmt::format(" {}", draft.json);
    if (draft.origin == EventDraft::Origin::kProduced) line += " (kept)";
    lines.push_back(std::move(line));
  }
  return lines;
}

History& History::Run(std::string_view status) {
  Happened({}, [](auto body) { body.initRunCreated().setMachineVersion("1"); });
  if (status != "pending") Moved("run", {}, "pending", status);
  return *this;
}

History& History::Workstream(std::string_view ws_id, std::string_view status,
                             const std::vector<std::string>& depends_on) {
  Happened(ws_id, [&](auto body) {
    auto created = body.initWorkstreamCreated();
    created.setMachineVersion("1");
    auto needs = created.initDependsOn(static_cast<uint32_t>(depends_on.size()));
    for (uint32_t i = 0; i < needs.size(); ++i) needs.set(i, AsText(depends_on[i]));
  });
  if (status != "pending") Moved("workstream", ws_id, "pending", status);
  return *this;
}

History& History::CriticalWorkstream(std::string_view ws_id, std::string_view status) {
  Happened(ws_id, [](auto body) { body.initWorkstreamCreated().setIsCritical(true); });
  if (status != "pending") Moved("workstream", ws_id, "pending", status);
  return *this;
}

History& History::PausedWorkstream(std::string_view ws_id, std::string_view paused_from) {
  Workstream(ws_id, paused_from);
  Moved("workstream", ws_id, paused_from, "paused");
  return *this;
}

History& History::Attempt(std::string_view ws_id, std::string_view step_name) {
  Happened(ws_id, [&](auto body) { SetName(body.initStepStarted().getStepName(), step_name); });
  return *this;
}

Outcome History::When(std::string_view command) {
  const support::JsonCommand parsed(command);
  Drafts drafts;
  Outcome outcome;
  auto judged = Decide(parsed.reader(), drafts);
  outcome.status = judged.status();
  if (!judged.ok()) return outcome;
  outcome.refusal = *std::move(judged);
  if (!outcome.refusal) outcome.events = LinesOf(drafts);
  return outcome;
}

History& History::After(std::string_view command) {
  const support::JsonCommand parsed(command);
  Drafts drafts;
  const std::optional<Refusal> refusal = Must(Decide(parsed.reader(), drafts));
  if (refusal) throw std::runtime_error(fmt::format("{} was refused: {}", command, refusal->why));
  for (size_t i = 0; i < drafts.size(); ++i) {
    drafts[i].event.setRecordedAt(static_cast<int64_t>(++position_) * kSecond);
    Must(Fold({.position = {position_},
               .stream = {},
               .run_id = "r1",
               .event = drafts[i].event.asReader(),
               .json = drafts[i].json,
               .text = drafts[i].text},
              rows_));
  }
  return *this;
}

void History::Happened(std::string_view ws_id, absl::FunctionRef<void(schema::Event::Body::Builder)> fill) {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>();
  event.setRecordedAt(static_cast<int64_t>(++position_) * kSecond);
  if (!ws_id.empty()) event.setWsId(AsText(ws_id));
  fill(event.initBody());
  Must(Fold({.position = {position_}, .stream = {}, .run_id = "r1", .event = event.asReader(), .json = {}, .text = {}},
            rows_));
}

void History::Moved(std::string_view machine, std::string_view ws_id, std::string_view from, std::string_view to) {
  Happened(ws_id, [&](auto body) {
    auto moved = body.initTransitioned();
    SetName(moved.getMachine(), machine);
    SetName(moved.getFrom(), from);
    SetName(moved.getTo(), to);
    moved.setFinal(Must(FindMachine(machine))->IsTerminal(to));
  });
}

absl::StatusOr<std::optional<Refusal>> History::Decide(schema::Command::Reader command, Drafts& drafts) {
  const auto body = command.getBody();
  switch (body.which()) {
    case schema::Command::Body::CREATE_RUN:
    case schema::Command::Body::TRANSITION_RUN:
      return DecideRun(command, "r1", rows_, drafts);
    case schema::Command::Body::CREATE_WORKSTREAM:
    case schema::Command::Body::TRANSITION_WORKSTREAM:
      return DecideWorkstream(command, "r1", rows_, drafts);
    case schema::Command::Body::START_STEP:
    case schema::Command::Body::FINISH_STEP:
    case schema::Command::Body::RECORD_STEP_ATTEMPT:
      return DecideStep(command, "r1", rows_, drafts);
    case schema::Command::Body::RECORD_ERROR:
      return DecideError(command, "r1", rows_, drafts);
    case schema::Command::Body::RECORD_EVENT:
      return DecideNote(command, View(body.getRecordEvent().getRunId()), rows_, drafts);
    default:  // the engine judges it
    case schema::Command::Body::NONE:
      break;
  }
  throw std::runtime_error("the command says nothing");
}

}  // namespace annals::deciders
