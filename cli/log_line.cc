#include "cli/log_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/event_summary.h"
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

// `text` in at least `width` columns.
std::string Padded(std::string text, size_t width) {
  const size_t columns = DisplayWidth(text);
  if (columns < width) text.append(width - columns, ' ');
  return text;
}

struct KindName {
  std::string_view machine, name;
};
constexpr KindName kKindNames[] = {{"workstream", "ws"}, {"test_gate", "gate"}, {"circuit_breaker", "breaker"}};

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

std::string_view ShortKind(std::string_view machine) {
  for (const KindName& kind : kKindNames) {
    if (kind.machine == machine) return kind.name;
  }
  return machine;
}

std::string_view MachineOfKind(std::string_view kind) {
  for (const KindName& known : kKindNames) {
    if (known.name == kind) return known.machine;
  }
  return kind;
}

std::string_view SeverityOf(const FoldedEvent& event) {
  if (const auto transition = TransitionOf(event)) return transition->severity;
  return SeverityName(event.event.getBody().isErrorRecorded() ? schema::Severity::ERROR : schema::Severity::INFO);
}

LogCells LogColumns::CellsOf(const RecordView& record, const FoldedEvent& event) const {
  const EntityRef entity = EntityOf(record, event);
  LogCells cells;
  cells.position = record.position;
  cells.recorded_at = record.recorded_at;
  cells.ink = InkOf(event);
  cells.type = Printable(record.event_type);
  if (entity.machine.empty()) {
    cells.about = Printable(entity.id);
  } else if (entity.machine == "workstream") {
    cells.about = Printable(fmt::format("{}/{}", event.run_id, entity.id));
  } else if (!event.run_id.empty() && entity.machine != "run") {
    cells.about = Printable(fmt::format("{} {}/{}", ShortKind(entity.machine), event.run_id, entity.id));
  } else {
    cells.about = Printable(fmt::format("{} {}", ShortKind(entity.machine), entity.id));
  }
  cells.summary = Printable(IsNarrow() ? BriefSummaryOf(event) : SummaryOf(event));
  return cells;
}

void LogColumns::Widen(const LogCells& cells) {
  position_columns_ = std::max(position_columns_, fmt::formatted_size("{}", cells.position.value));
  type_columns_ = std::max(type_columns_, std::min(DisplayWidth(cells.type), kMaxTypeColumns));
  about_columns_ = std::max(
      about_columns_, std::min(DisplayWidth(cells.about), IsNarrow() ? kMaxNarrowAboutColumns : kMaxAboutColumns));
}

std::string LogColumns::Line(const LogCells& cells) {
  Widen(cells);
  std::string time = FormatTimestamp(cells.recorded_at);
  // A narrow terminal has room for "11-20 21:16:25".
  time = IsNarrow() ? time.substr(5, 14) : time.substr(0, 23);
  time[time.find('T')] = ' ';
  const std::string position = fmt::format("{:>{}}", cells.position.value, position_columns_);
  const std::string about = Padded(cells.about, about_columns_);
  const std::string type = IsNarrow() ? "" : Padded(cells.type, type_columns_) + "  ";
  std::string summary = cells.summary;
  const std::string before = fmt::format("{}  {}  {}{}  ", time, position, type, about);
  if (width_) {
    const size_t used = DisplayWidth(before);
    // Where the summary has no room left the line is cut as a whole, without colour that would be cut in two.
    if (used + 1 > *width_) return Shortened(before, *width_);
    if (!summary.empty()) summary = Shortened(summary, *width_ - used);
  }
  // The type bears the event's colour, and where it is not shown the summary does.
  std::string line = fmt::format("{}  {}  {}{}  {}", Paint(time, Ink::kDim, colour_), position,
                                 type.empty() ? "" : Paint(type, cells.ink, colour_), about,
                                 IsNarrow() ? Paint(summary, cells.ink, colour_) : summary);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace annals
