#include "tests/commands/decider_harness.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/consequences.h"
#include "commands/machine.h"
#include "commands/machine_shelf.h"
#include "commands/target.h"
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

std::string LineOf(const EventDraft& draft, Position first) {
  std::string line = BodyLine(draft.event.asReader());
  if (draft.cause.value != 0) line += fmt::format(", because of event {}", draft.cause.value - first.value);
  if (!draft.text.empty()) line += fmt::format(": {}", draft.text);
  if (!draft.json.empty()) line += fmt::format(" {}", draft.json);
  if (draft.origin == EventDraft::Origin::kProduced) line += " (kept)";
  return line;
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
  Rows rows;
  EventDecoder decoder;
  uint64_t position = 0;
  for (const Kept& kept : kept_) {
    FoldedEvent event = EventAt({++position}, kept.stream, Must(decoder.Decode(kept.event)));
    event.json = kept.json;
    event.text = kept.text;
    Must(Fold(event, rows));
  }
  return Judge(command, rows, [](const FoldedEvent&) {});
}

History& History::After(std::string_view command) {
  const Outcome outcome = Judge(command, rows_, [&](const FoldedEvent& event) { Keep(event); });
  if (outcome.refusal) throw std::runtime_error(fmt::format("{} was refused: {}", command, outcome.refusal->why));
  Must(outcome.status);
  return *this;
}

Outcome History::Judge(std::string_view command, Rows& rows, absl::FunctionRef<void(const FoldedEvent&)> keep) {
  const support::JsonCommand parsed(command);
  Outcome outcome;
  Target target;
  Drafts drafts;
  MachineShelf machines;
  outcome.status = FindTarget(
      parsed.reader(), rows, [] { return std::string("new"); }, target);
  if (!outcome.status.ok()) return outcome;
  uint64_t position = position_;
  const Position first{position + 1};
  const DecisionInput input{.command = parsed.reader(),
                            .run_id = target.run_id,
                            .new_id = target.new_id,
                            .now = {static_cast<int64_t>(first.value) * kSecond},
                            .rows = rows,
                            .machines = machines,
                            .drafts = drafts};
  auto judged = target.decide(input);
  outcome.status = judged.status();
  if (!judged.ok()) return outcome;
  outcome.refusal = *std::move(judged);
  if (outcome.refusal) return outcome;
  outcome.status = Settle(input, [&](EventDraft& draft) -> absl::StatusOr<FoldedEvent> {
    outcome.events.push_back(LineOf(draft, first));
    draft.event.setRecordedAt(static_cast<int64_t>(++position) * kSecond);
    const std::string_view stream = draft.stream.empty() ? target.stream : draft.stream;
    FoldedEvent event = EventAt({position}, stream, draft.event.asReader());
    event.json = draft.json;
    event.text = draft.text;
    keep(event);
    return event;
  });
  return outcome;
}

void History::Keep(const FoldedEvent& event) {
  Kept& kept = kept_.emplace_back(std::string(event.stream), "", std::string(event.json), std::string(event.text));
  EncodeEvent(event.event, kept.event);
  ++position_;
}

void History::Happened(std::string_view ws_id, absl::FunctionRef<void(schema::Event::Body::Builder)> fill) {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>();
  event.setRecordedAt(static_cast<int64_t>(position_ + 1) * kSecond);
  if (!ws_id.empty()) event.setWsId(AsText(ws_id));
  fill(event.initBody());
  const FoldedEvent folded = EventAt({position_ + 1}, "run/r1", event.asReader());
  Must(Fold(folded, rows_));
  Keep(folded);
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

}  // namespace annals::deciders
