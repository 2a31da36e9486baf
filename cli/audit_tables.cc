#include "cli/audit_tables.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/audit_words.h"
#include "cli/duration.h"

namespace annals {
namespace {

using Cells = AuditCells;

std::string Text(uint64_t number) {
  return fmt::format("{}", number);
}

std::string Text(Position position) {
  return Text(position.value);
}

std::string DurationText(int64_t micros) {
  return FormatDuration(std::chrono::microseconds(micros));
}

AuditTable RefusedTable(const Audit& audit) {
  AuditTable table{.id = "refused",
                   .title = "What was refused",
                   .note = "The law said no, and nothing moved.",
                   .columns = {{"POSITION", Cells::kPosition, Align::kRight},
                               {"TIME", Cells::kTime},
                               {"ACTOR", Cells::kName},
                               {"ENTITY", Cells::kName},
                               {"ASKED"},
                               {"BECAUSE"}},
                   .rows = {}};
  for (const AuditEvent& event : audit.events) {
    if (event.kind != AuditKind::kRefused) continue;
    table.rows.push_back({{{Text(event.position)},
                           {TimeText(audit, event.at)},
                           {event.actor},
                           {EntityText(event.entity_type, event.entity_id)},
                           {WhatText(audit, event)},
                           {WhyText(event), Ink::kYellow}}});
  }
  return table;
}

AuditTable OverriddenTable(const Audit& audit) {
  AuditTable table{.id = "overridden",
                   .title = "What was overridden",
                   .note = "The law was set aside; the operator answers for it.",
                   .columns = {{"POSITION", Cells::kPosition, Align::kRight},
                               {"TIME", Cells::kTime},
                               {"OPERATOR", Cells::kName},
                               {"ACTOR", Cells::kName},
                               {"ENTITY", Cells::kName},
                               {"MOVE"},
                               {"REASON"}},
                   .rows = {}};
  for (const AuditEvent& event : audit.events) {
    if (event.kind != AuditKind::kOverridden) continue;
    table.rows.push_back({{{Text(event.position)},
                           {TimeText(audit, event.at)},
                           {event.operator_name, Ink::kYellow},
                           {event.actor},
                           {EntityText(event.entity_type, event.entity_id)},
                           {WhatText(audit, event)},
                           {event.text}}});
  }
  return table;
}

Ink InkOfVerdict(std::string_view verdict) {
  if (verdict == "refused") return Ink::kYellow;
  return verdict == "approved" ? Ink::kGreen : Ink::kRed;
}

AuditTable ApprovalsTable(const Audit& audit) {
  AuditTable table{.id = "approvals",
                   .title = "Approvals and rejections",
                   .note =
                       "What people said to the plans and implementations of the requests that this run works for. An "
                       "approval names the digest of exactly what was shown.",
                   .columns = {{"POSITION", Cells::kText, Align::kRight},
                               {"TIME", Cells::kTime},
                               {"REQUEST", Cells::kName},
                               {"WHAT"},
                               {"BY", Cells::kName},
                               {"AUTHORITY", Cells::kName},
                               {"DIGEST", Cells::kName},
                               {"REASON"}},
                   .rows = {}};
  for (const AuditApproval& approval : audit.approvals) {
    const std::string what = fmt::format("{} {}", approval.what, approval.verdict);
    table.rows.push_back({{{Text(approval.position)},
                           {FullTime(approval.at)},
                           {approval.request_id},
                           {what, InkOfVerdict(approval.verdict)},
                           {approval.by},
                           {approval.authority.empty() ? "-" : approval.authority},
                           {approval.digest.empty() ? "-" : approval.digest},
                           {approval.reason}}});
  }
  return table;
}

AuditTable ErrorsTable(const Audit& audit) {
  AuditTable table{.id = "errors",
                   .title = "Errors",
                   .note =
                       "One line for each workstream, step and signature; a repeat is counted. The message is the "
                       "first one's.",
                   .columns = {{"FIRST", Cells::kPosition, Align::kRight},
                               {"LAST", Cells::kPosition, Align::kRight},
                               {"COUNT", Cells::kText, Align::kRight},
                               {"WORKSTREAM", Cells::kName},
                               {"STEP", Cells::kName},
                               {"CODE", Cells::kName},
                               {"LAST SEEN", Cells::kTime},
                               {"MESSAGE"}},
                   .rows = {}};
  for (const AuditError& error : audit.errors) {
    table.rows.push_back({{{Text(error.first)},
                           {Text(error.last)},
                           {Text(error.count), error.count > 1 ? Ink::kRed : Ink::kPlain},
                           {error.ws_id},
                           {error.step_name},
                           {error.error_code},
                           {TimeText(audit, error.last_seen_at)},
                           {error.message}}});
  }
  return table;
}

AuditTable AttemptsTable(const Audit& audit) {
  AuditTable table{.id = "attempts",
                   .title = "Attempts",
                   .note =
                       "Each try at a step, by when it was recorded to begin; numbered within its workstream and "
                       "step.",
                   .columns = {{"POSITION", Cells::kPosition, Align::kRight},
                               {"ENDED", Cells::kPosition, Align::kRight},
                               {"STARTED", Cells::kTime},
                               {"WORKSTREAM", Cells::kName},
                               {"STEP", Cells::kName},
                               {"ATTEMPT", Cells::kText, Align::kRight},
                               {"STATUS", Cells::kState},
                               {"EXIT", Cells::kText, Align::kRight},
                               {"TOOK", Cells::kText, Align::kRight},
                               {"ACTOR", Cells::kName}},
                   .rows = {}};
  for (const AuditAttempt& attempt : audit.attempts) {
    table.rows.push_back({{{Text(attempt.started)},
                           {attempt.ended ? Text(*attempt.ended) : "-"},
                           {TimeText(audit, attempt.started_at)},
                           {attempt.ws_id},
                           {attempt.step_name},
                           {Text(attempt.number)},
                           {attempt.status, InkOfState(attempt.status)},
                           {attempt.exit_code ? fmt::format("{}", *attempt.exit_code) : "-"},
                           {DurationText(attempt.Micros()) + (attempt.ended ? "" : " so far")},
                           {attempt.actor}}});
  }
  return table;
}

struct TimeInState {
  std::string_view state;
  uint64_t stays = 0;
  int64_t micros = 0;
};

// In the order in which the states were first entered.
std::vector<TimeInState> TimesInStateOf(const AuditEntity& entity) {
  std::vector<TimeInState> times;
  for (const AuditStay& stay : entity.stays) {
    auto found = std::find_if(times.begin(), times.end(), [&](const auto& time) { return time.state == stay.state; });
    if (found == times.end()) found = times.insert(times.end(), TimeInState{.state = stay.state});
    ++found->stays;
    found->micros += stay.Micros();
  }
  return times;
}

std::string ShareText(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{} %", static_cast<int>(100 * static_cast<double>(part) / static_cast<double>(whole)));
}

AuditTable TimesTable(const Audit& audit) {
  AuditTable table{.id = "times",
                   .title = "Time in each state",
                   .note = "How long the run and what is in it stayed in the states that are not final.",
                   .columns = {{"ENTITY", Cells::kName},
                               {"IS NOW", Cells::kState},
                               {"STATE", Cells::kState},
                               {"STAYS", Cells::kText, Align::kRight},
                               {"TIME", Cells::kText, Align::kRight},
                               {"SHARE", Cells::kText, Align::kRight}},
                   .rows = {}};
  for (const AuditEntity& entity : audit.entities) {
    const std::vector<TimeInState> times = TimesInStateOf(entity);
    int64_t whole = 0;
    for (const TimeInState& time : times) whole += time.micros;
    for (const TimeInState& time : times) {
      table.rows.push_back({{{EntityText(entity.type, entity.id)},
                             {entity.state, InkOfState(entity.state)},
                             {std::string(time.state), InkOfState(time.state)},
                             {Text(time.stays)},
                             {DurationText(time.micros)},
                             {ShareText(time.micros, whole)}}});
    }
  }
  return table;
}

AuditTable ActorsTable(const Audit& audit) {
  static constexpr std::pair<std::string_view, AuditKind> kCounted[] = {
      {"CREATED", AuditKind::kCreated},       {"MOVED", AuditKind::kMoved}, {"STEPS", AuditKind::kStepCompleted},
      {"ERRORS", AuditKind::kError},          {"NOTES", AuditKind::kNote},  {"REFUSED", AuditKind::kRefused},
      {"OVERRIDDEN", AuditKind::kOverridden},
  };
  AuditTable table{.id = "actors",
                   .title = "Who did it",
                   .note = "The events of each actor, with those that followed by themselves from a command of theirs.",
                   .columns = {{"ACTOR", Cells::kName}, {"EVENTS", Cells::kText, Align::kRight}},
                   .rows = {}};
  for (const auto& [header, kind] : kCounted) table.columns.push_back({header, Cells::kText, Align::kRight});
  for (const AuditActor& actor : audit.actors) {
    AuditRow row{{{actor.name.empty() ? "-" : actor.name}, {Text(actor.events)}}};
    for (const auto& [header, kind] : kCounted) row.cells.push_back({Text(actor.counts[static_cast<size_t>(kind)])});
    table.rows.push_back(std::move(row));
  }
  return table;
}

AuditTable EventsTable(const Audit& audit) {
  AuditTable table{.id = "events",
                   .title = "What happened, in order",
                   .note = "Every event of the run and every refusal, by position in the log.",
                   .columns = {{"POSITION", Cells::kPosition, Align::kRight},
                               {"TIME", Cells::kTime},
                               {"ACTOR", Cells::kName},
                               {"ENTITY", Cells::kName},
                               {"WHAT", Cells::kWhat},
                               {"WHAT THE LAW SAID"}},
                   .rows = {}};
  table.rows.reserve(audit.events.size());
  for (const AuditEvent& event : audit.events) {
    table.rows.push_back({{{Text(event.position)},
                           {TimeText(audit, event.at), Ink::kDim},
                           {event.actor.empty() ? "-" : event.actor},
                           {EntityText(event.entity_type, event.entity_id)},
                           {WhatText(audit, event), InkOf(audit, event)},
                           {LawText(event), event.kind == AuditKind::kMoved ? Ink::kDim : InkOf(audit, event)}},
                          &event});
  }
  return table;
}

}  // namespace

std::vector<AuditTable> TablesOf(const Audit& audit) {
  std::vector<AuditTable> tables;
  for (const auto make : {RefusedTable, OverriddenTable, ApprovalsTable, ErrorsTable, AttemptsTable, TimesTable,
                          ActorsTable, EventsTable}) {
    AuditTable table = make(audit);
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
  return tables;
}

std::string_view StatedJson(const AuditEvent& event) {
  const bool stated = event.kind == AuditKind::kCreated || event.kind == AuditKind::kNote;
  return stated ? std::string_view(event.json) : std::string_view();
}

}  // namespace annals
