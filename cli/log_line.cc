#include "cli/log_line.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/printable.h"
#include "cli/table.h"
#include "cli/utf8.h"
#include "eventstore/event_json.h"
#include "schemas/severity.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

void WriteTextOrNull(std::string_view key, std::string_view text, JsonWriter& out) {
  out.Key(key);
  text.empty() ? out.Null() : out.String(text);
}

// Of an override never less than a warning, also where it follows an edge and only sets a guard aside.
schema::Severity SeverityOfMove(schema::Transitioned::Reader moved) {
  return IsOverride(moved) ? std::max(moved.getSeverity(), schema::Severity::WARNING) : moved.getSeverity();
}

// What happened, for people, in the words of the event's kind. Not yet Printable().
std::string Summary(const FoldedEvent& event) {
  const Body::Reader body = event.event.getBody();
  switch (body.which()) {
    case Body::UNKNOWN:
      return "of a kind this annals does not know";
    case Body::RUN_CREATED:
      return std::string(event.json);
    case Body::WORKSTREAM_CREATED: {
      std::vector<std::string_view> needs;
      for (const auto name : body.getWorkstreamCreated().getDependsOn()) needs.push_back(View(name));
      std::string text = body.getWorkstreamCreated().getIsCritical() ? "critical " : "";
      if (!needs.empty()) text += fmt::format("needs {} ", fmt::join(needs, ", "));
      return text + std::string(event.json);
    }
    case Body::TRANSITIONED:
    case Body::COMMAND_REFUSED: {
      const TransitionView moved = *TransitionOf(event);
      std::string text = moved.from.empty() ? "" : fmt::format("{} ", moved.from);
      if (!moved.to.empty()) text += fmt::format("→ {} ", moved.to);
      if (!moved.trigger.empty()) text += fmt::format("({}) ", moved.trigger);
      if (!moved.operator_name.empty()) {
        text += fmt::format("{} {} ", moved.kind == "override" ? "override by" : "by", moved.operator_name);
      }
      if (text.ends_with(' ')) text.pop_back();
      if (!moved.reason.empty()) text += fmt::format(": {}", moved.reason);
      return text;
    }
    case Body::STEP_STARTED:
      return std::string(View(body.getStepStarted().getStepName()));
    case Body::STEP_COMPLETED: {
      const auto step = body.getStepCompleted();
      std::string text = fmt::format("{} {}", View(step.getStepName()), StepStatusName(step.getStatus()));
      if (step.hasExitCode()) text += fmt::format(" (exit {})", step.getExitCode().getValue());
      return text;
    }
    case Body::ERROR_RECORDED: {
      const auto error = body.getErrorRecorded();
      return fmt::format("{} {}: {}", View(error.getStepName()), View(error.getErrorCode()), event.text);
    }
    case Body::NOTED:
      return std::string(event.json);
    case Body::CREATED:
      return fmt::format("{} {}", View(body.getCreated().getInitial()), event.json);
    case Body::AMENDED:
      return std::string(event.text);
    case Body::CHECKPOINT_SAVED:
      return fmt::format("{} {}", View(body.getCheckpointSaved().getName()), event.json);
    case Body::MACHINE_DEFINED:
      return fmt::format("version {}", View(body.getMachineDefined().getVersion()));
    case Body::CONTENT_REDACTED:
      return fmt::format("the content of position {}: {}", body.getContentRedacted().getPosition(), event.text);
  }
  return "";
}

// `text` in at least `width` columns.
std::string Padded(std::string text, size_t width) {
  const size_t columns = DisplayWidth(text);
  if (columns < width) text.append(width - columns, ' ');
  return text;
}

Ink InkOf(const FoldedEvent& event) {
  const Body::Reader body = event.event.getBody();
  if (body.isTransitioned()) return InkOfState(View(body.getTransitioned().getTo()));
  if (body.isStepCompleted()) return InkOfState(StepStatusName(body.getStepCompleted().getStatus()));
  const std::string_view severity = SeverityOf(event);
  if (severity == "info") return Ink::kPlain;
  return severity == "warning" ? Ink::kYellow : Ink::kRed;
}

}  // namespace

std::optional<TransitionView> TransitionOf(const FoldedEvent& event) {
  const Body::Reader body = event.event.getBody();
  if (body.isTransitioned()) {
    const auto moved = body.getTransitioned();
    const std::string_view machine = View(moved.getMachine());
    return TransitionView{.entity_type = machine,
                          .entity_id = EntityOf(event.event, event.stream).id,
                          .from = View(moved.getFrom()),
                          .to = View(moved.getTo()),
                          .trigger = View(moved.getTrigger()),
                          .severity = SeverityName(SeverityOfMove(moved)),
                          .operator_name = View(moved.getOperator()),
                          .reason = event.text,
                          .kind = IsOverride(moved) ? "override" : "lawful"};
  }
  if (!body.isCommandRefused()) return std::nullopt;
  const auto refused = body.getCommandRefused();
  return TransitionView{.entity_type = View(refused.getMachine()),
                        .entity_id = View(refused.getEntity()),
                        .from = View(refused.getFrom()),
                        .to = View(refused.getTo()),
                        .trigger = View(refused.getTrigger()),
                        .severity = SeverityName(schema::Severity::WARNING),
                        .operator_name = View(refused.getOperator()),
                        .reason = View(refused.getWhy()),
                        .kind = "refused"};
}

void WriteTransitionLine(const FoldedEvent& event, const TransitionView& transition, JsonWriter& out) {
  out.BeginObject().Key("position").UInt(event.position.value).Key("entity_type").String(transition.entity_type);
  out.Key("entity_id").String(transition.entity_id);
  WriteTextOrNull("from_state", transition.from, out);
  WriteTextOrNull("to_state", transition.to, out);
  WriteTextOrNull("trigger", transition.trigger, out);
  out.Key("severity").String(transition.severity).Key("timestamp").String(FormatTimestamp(event.time()));
  WriteTextOrNull("operator", transition.operator_name, out);
  WriteTextOrNull("reason", transition.reason, out);
  WriteTextOrNull("run_id", event.run_id, out);
  out.Key("kind").String(transition.kind).EndObject();
}

EntityRef EntityOf(const RecordView& record, const FoldedEvent& event) {
  const EntityRef entity = EntityOf(event.event, record.stream);
  if (!entity.machine.empty()) return entity;
  if (!record.ws_id.empty()) return {"workstream", record.ws_id};
  if (!event.run_id.empty()) return {"run", event.run_id};
  return {"", record.stream};
}

std::string_view SeverityOf(const FoldedEvent& event) {
  if (const auto transition = TransitionOf(event)) return transition->severity;
  return SeverityName(event.event.getBody().isErrorRecorded() ? schema::Severity::ERROR : schema::Severity::INFO);
}

std::string LogText(const RecordView& record, const FoldedEvent& event, std::optional<size_t> width,
                    ColourMode colour) {
  constexpr size_t kTypeColumns = 23, kEntityColumns = 20, kPositionColumns = 6;
  std::string time = FormatTimestamp(record.recorded_at).substr(0, 23);
  time[10] = ' ';
  const EntityRef entity = EntityOf(record, event);
  const std::string position = fmt::format("{:>{}}", record.position.value, kPositionColumns);
  const std::string type = Padded(Printable(record.event_type), kTypeColumns);
  std::string about =
      Printable(entity.machine.empty() ? std::string(entity.id) : fmt::format("{} {}", entity.machine, entity.id));
  if (entity.machine == "workstream") about = Printable(fmt::format("{}/{}", event.run_id, entity.id));
  about = Padded(std::move(about), kEntityColumns);
  std::string summary = Printable(Summary(event));
  const std::string before = fmt::format("{}  {}  {}  {}  ", time, position, type, about);
  if (width) {
    const size_t used = DisplayWidth(before);
    // Where the summary has no room left the line is cut as a whole, without colour that would be cut in two.
    if (used + 1 > *width) return Shortened(before, *width);
    summary = Shortened(summary, *width - used);
  }
  while (summary.ends_with(' ')) summary.pop_back();
  std::string line = fmt::format("{}  {}  {}  {}  {}", Paint(time, Ink::kDim, colour), position,
                                 Paint(type, InkOf(event), colour), about, summary);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace annals
