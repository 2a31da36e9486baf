#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/event_summary.h"
#include "cli/export.h"
#include "cli/log_reader.h"
#include "cli/run_requests.h"
#include "projections/tables.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

constexpr std::string_view kBegin = R"(<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <string key="lifecycle:transition" value="complete"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000000Z"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
)";

// `text` for an attribute's value. What XML 1.0 cannot say becomes U+FFFD.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\t':
      case '\n':
      case '\r':
        escaped += fmt::format("&#{};", static_cast<int>(c));  // else a reader would make them spaces
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          escaped += "\xEF\xBF\xBD";
        } else {
          escaped += c;
        }
    }
  }
  // U+FFFE and U+FFFF, the last two that XML has no room for, differ from U+FFFD in their last byte.
  for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (size_t at = 0; (at = escaped.find(bad, at)) != std::string::npos;) escaped[at + 2] = '\xBD';
  }
  return escaped;
}

void Attribute(std::string_view type, std::string_view key, std::string_view value, std::string& out) {
  out += fmt::format("      <{} key=\"{}\" value=\"{}\"/>\n", type, key, Escaped(value));
}

// One thing that happened in a case.
struct Happening {
  std::string activity;
  std::string_view transition = "complete";  // of XES's life cycle of an activity
  Timestamp time;
  std::vector<std::pair<std::string_view, std::string_view>> more = {};  // names and texts of our own; empty: left out
};

void Write(const Happening& happening, const FoldedEvent& event, std::string& out) {
  out += "    <event>\n";
  Attribute("string", "concept:name", happening.activity, out);
  Attribute("string", "lifecycle:transition", happening.transition, out);
  if (event.event.hasActor()) Attribute("string", "org:resource", View(event.event.getActor()), out);
  Attribute("date", "time:timestamp", FormatTimestamp(happening.time), out);
  for (const auto& [key, text] : happening.more) {
    if (!text.empty()) Attribute("string", key, text, out);
  }
  Attribute("int", "position", fmt::format("{}", event.position.value), out);
  out += "    </event>\n";
}

// Where a task or a gate stands in XES's life cycle of an activity, by the state it reaches.
struct Life {
  std::string_view machine, state, transition;
};
constexpr Life kLives[] = {
    {"task", "running", "start"},        {"task", "blocked", "suspend"},      {"task", "retrying", "ate_abort"},
    {"task", "completed", "complete"},   {"task", "failed", "ate_abort"},     {"task", "cancelled", "withdraw"},
    {"test_gate", "running", "start"},   {"test_gate", "blocked", "suspend"}, {"test_gate", "passed", "complete"},
    {"test_gate", "failed", "complete"},
};

// A move of what a case is about, or of what is in it: a run, a workstream and a request have cases of their own.
bool HasCase(std::string_view machine) {
  return machine == "run" || machine == "workstream" || machine == "request";
}

std::string NameOf(const EntityRef& entity) {
  return fmt::format("{} {}", ShortKind(entity.machine), entity.id);
}

Happening HappeningOfMove(const FoldedEvent& event, const std::string& carried) {
  const auto moved = event.event.getBody().getTransitioned();
  const EntityRef entity = EntityOf(event.event, event.stream);
  const std::string_view trigger = View(moved.getTrigger());
  Happening move{.activity = std::string(trigger.empty() ? "override" : trigger), .time = event.time()};
  if (!HasCase(entity.machine)) {
    move.activity = fmt::format("{} {}", ShortKind(entity.machine), move.activity);
    move.more.emplace_back(ShortKind(entity.machine), entity.id);
    for (const Life& life : kLives) {
      if (life.machine != entity.machine || life.state != View(moved.getTo())) continue;
      move.activity = NameOf(entity);
      move.transition = life.transition;
    }
  }
  move.more.insert(move.more.end(), {{"from", View(moved.getFrom())},
                                     {"to", View(moved.getTo())},
                                     {"operator", View(moved.getOperator())},
                                     {"detail", carried},
                                     {"reason", ReasonOf(event)}});
  return move;
}

// What the event is in a case: nothing, one thing, or the beginning and end of an attempt. `carried` is its
// CarriedText(), which outlives the answer.
std::vector<Happening> HappeningsOf(const FoldedEvent& event, const std::string& carried) {
  const auto body = event.event.getBody();
  const Timestamp time = event.time();
  const auto time_or = [](int64_t micros, Timestamp other) { return micros != 0 ? Timestamp{micros} : other; };
  switch (body.which()) {
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
      return {{.activity = "create", .time = time}};
    case Body::TRANSITIONED:
      return {HappeningOfMove(event, carried)};
    case Body::COMMAND_REFUSED: {
      const auto refused = body.getCommandRefused();
      return {{.activity = "refused " + std::string(View(refused.getCommand())),
               .time = time,
               .more = {
                   {"from", View(refused.getFrom())}, {"to", View(refused.getTo())}, {"why", View(refused.getWhy())}}}};
    }
    case Body::STEP_STARTED: {
      const auto started = body.getStepStarted();
      return {{.activity = std::string(View(started.getStepName())),
               .transition = "start",
               .time = time_or(started.getStartedAt(), time)}};
    }
    case Body::STEP_COMPLETED: {
      const auto completed = body.getStepCompleted();
      const Timestamp end = time_or(completed.getCompletedAt(), time);
      const std::string step(View(completed.getStepName()));
      std::vector<Happening> both;
      if (completed.getAttempt() == 0) {
        both.push_back({.activity = step, .transition = "start", .time = time_or(completed.getStartedAt(), end)});
      }
      both.push_back({.activity = step, .time = end, .more = {{"status", StepStatusName(completed.getStatus())}}});
      return both;
    }
    case Body::ERROR_RECORDED: {
      const auto error = body.getErrorRecorded();
      return {{.activity = "error " + std::string(View(error.getErrorCode())),
               .time = time,
               .more = {{"step", View(error.getStepName())}, {"signature", View(error.getSignature())}}}};
    }
    case Body::NOTED:
      return {{.activity = std::string(View(body.getNoted().getEventType())), .time = time}};
    case Body::CREATED: {
      const EntityRef entity = EntityOf(event.event, event.stream);
      if (HasCase(entity.machine)) return {{.activity = "create", .time = time, .more = {{"detail", carried}}}};
      const bool is_activity = entity.machine == "task" || entity.machine == "test_gate";
      return {{.activity = is_activity ? NameOf(entity) : fmt::format("{} create", ShortKind(entity.machine)),
               .transition = is_activity ? "schedule" : "complete",
               .time = time,
               .more = {{ShortKind(entity.machine), entity.id}, {"detail", carried}}}};
    }
    case Body::AMENDED:
      return {{.activity = "amend", .time = time, .more = {{"detail", carried}}}};
    case Body::CHECKPOINT_SAVED:
      return {{.activity = "checkpoint " + std::string(View(body.getCheckpointSaved().getName())), .time = time}};
    case Body::MACHINE_DEFINED:
    case Body::CONTENT_REDACTED:
    case Body::UNKNOWN:
      break;
  }
  return {};
}

void WriteHappenings(const FoldedEvent& event, std::string& trace) {
  const std::string carried = CarriedText(event.event);
  for (const Happening& happening : HappeningsOf(event, carried)) Write(happening, event, trace);
}

void WriteTrace(std::string_view name, std::string_view events, std::ostream& out) {
  out << fmt::format("  <trace>\n    <string key=\"concept:name\" value=\"{}\"/>\n", Escaped(name)) << events
      << "  </trace>\n";
}

absl::StatusOr<bool> WriteRun(Snapshot& snapshot, const std::string& run, std::ostream& out) {
  LogFilter filter;
  filter.run = run;
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, {}, LogReader::Order::kOldestFirst));
  std::map<std::string, std::string, std::less<>> traces;  // by workstream; the run's own under ""
  while (true) {
    ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
    if (entry == nullptr) break;
    std::string& trace = traces[std::string(entry->record->ws_id)];
    WriteHappenings(entry->event, trace);
  }
  for (const auto& [ws_id, events] : traces) WriteTrace(ws_id.empty() ? run : run + "/" + ws_id, events, out);
  return !traces.empty();
}

// A request is a case of its own: it may have been there long before the run that does its work.
absl::Status WriteRequest(Snapshot& snapshot, const std::string& stream, std::ostream& out) {
  LogFilter filter;
  filter.streams = {stream};
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, {}, LogReader::Order::kOldestFirst));
  std::string events;
  while (true) {
    ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
    if (entry == nullptr) break;
    WriteHappenings(entry->event, events);
  }
  WriteTrace(stream, events, out);
  return absl::OkStatus();
}

}  // namespace

absl::Status ExportXes(Snapshot& snapshot, const std::optional<std::string>& run, std::ostream& out) {
  std::vector<std::string> runs;
  if (run) {
    runs.push_back(*run);
  } else {
    RETURN_IF_ERROR(snapshot.ReadRows({.table = &RunsTable().table()}, TableSet::kLive, [&](Row row) {
      runs.push_back(RunsTable().FromValues(row).run_id);
      return absl::OkStatus();
    }));
  }
  out << kBegin;
  for (const std::string& name : runs) {
    ASSIGN_OR_RETURN(const bool is_there, WriteRun(snapshot, name, out));
    if (!is_there) {
      return absl::NotFoundError(fmt::format("there is no run {}; annals run list shows those there are", name));
    }
    if (!out) break;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> requests, RequestStreamsOf(snapshot, run));
  for (const std::string& stream : requests) RETURN_IF_ERROR(WriteRequest(snapshot, stream, out));
  out << "</log>\n";
  return absl::OkStatus();
}

}  // namespace annals
