#include "cli/counts.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/duration.h"
#include "cli/table.h"
#include "commands/machine.h"
#include "projections/entity_tables.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<uint64_t> CountOrphaned(Snapshot& snapshot, const std::optional<std::string>& run) {
  const TableDef& runs = RunsTable().table();
  uint64_t orphaned = 0;
  RowQuery query{.table = &runs};
  if (run) query.equals.push_back({runs.ColumnIndex("run_id"), std::string_view(*run)});
  query.equals.push_back({runs.ColumnIndex("status"), {}});
  for (const std::string_view state : RunMachine().states()) {
    if (!RunMachine().IsTerminal(state)) continue;
    query.equals.back().value = state;
    RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row values) {
      const RunRow row = RunsTable().FromValues(values);
      orphaned += static_cast<uint64_t>(row.ws_total - row.ws_terminal);
      return absl::OkStatus();
    }));
  }
  return orphaned;
}

absl::Status CountByStatus(Snapshot& snapshot, const TableDef& table, const std::optional<std::string>& run,
                           StatusCounts& counts) {
  const size_t status = table.ColumnIndex("status");
  RowQuery query{.table = &table};
  if (run) query.equals.push_back({table.ColumnIndex("run_id"), std::string_view(*run)});
  query.equals.push_back({status, {}});
  for (const std::string& name : table.columns[status].one_of) {
    query.equals.back().value = std::string_view(name);
    ASSIGN_OR_RETURN(const uint64_t count, snapshot.CountRows(query));
    if (count == 0) continue;
    counts.by_status.emplace_back(name, count);
    counts.total += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<StatusCounts>> CountByStatus(Snapshot& snapshot, const std::optional<std::string>& run) {
  struct Counted {
    const TableDef& table;
    bool is_in_run = true;
    bool also_none = false;  // shown where there are none, too
  };
  const Counted all_counted[] = {
      {.table = RunsTable().table(), .also_none = true},
      {.table = WorkstreamsTable().table(), .also_none = true},
      {.table = StepAttemptsTable().table(), .also_none = true},
      {.table = TasksTable().table()},
      {.table = PatchesTable().table()},
      {.table = TestGatesTable().table()},
      {.table = WorkersTable().table(), .is_in_run = false},
      {.table = CircuitBreakersTable().table(), .is_in_run = false},
      {.table = RequestsTable().table(), .is_in_run = false},
  };
  std::vector<StatusCounts> all;
  for (const Counted& counted : all_counted) {
    if (run && !counted.is_in_run) continue;
    StatusCounts counts;
    counts.things = counted.table.name;
    RETURN_IF_ERROR(CountByStatus(snapshot, counted.table, run, counts));
    if (&counted.table == &WorkstreamsTable().table()) {
      ASSIGN_OR_RETURN(counts.orphaned, CountOrphaned(snapshot, run));
    }
    if (counts.total > 0 || counted.also_none) all.push_back(std::move(counts));
  }
  return all;
}

std::string StatusCountsText(const std::vector<StatusCounts>& counts, ColourMode colour) {
  std::string text;
  for (const StatusCounts& kind : counts) {
    std::vector<std::string> parts;
    for (const auto& [status, count] : kind.by_status) {
      parts.push_back(fmt::format("{} {}", count, Paint(status, InkOfState(status), colour)));
    }
    const std::string orphaned =
        kind.orphaned.value_or(0) == 0 ? "" : fmt::format(" ({} orphaned: their run has ended)", *kind.orphaned);
    std::string things = kind.things;
    std::replace(things.begin(), things.end(), '_', ' ');
    // The number ends in the same column whatever the length of the name.
    text += fmt::format("{}{:>{}}{}{}{}\n", things, kind.total, 22 - things.size(), parts.empty() ? "" : "   ",
                        fmt::join(parts, ", "), orphaned);
  }
  return text;
}

void WriteStatusCounts(const std::vector<StatusCounts>& counts, JsonWriter& out) {
  for (const StatusCounts& kind : counts) {
    out.Key(kind.things).BeginObject().Key("total").UInt(kind.total).Key("by_status").BeginObject();
    for (const auto& [status, count] : kind.by_status) out.Key(status).UInt(count);
    out.EndObject();
    if (kind.orphaned) out.Key("orphaned").UInt(*kind.orphaned);
    out.EndObject();
  }
}

absl::StatusOr<std::vector<ErrorGroup>> GroupErrors(Snapshot& snapshot, const std::optional<std::string>& run,
                                                    ErrorOrder order, size_t limit) {
  std::map<std::pair<std::string, std::string>, ErrorGroup> groups;
  const TableDef& table = ErrorsTable().table();
  RowQuery query{.table = &table};
  if (run) query.equals.push_back({table.ColumnIndex("run_id"), std::string_view(*run)});
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row values) {
    ErrorRow row = ErrorsTable().FromValues(values);
    ErrorGroup& group = groups[{row.error_code, row.signature}];
    group.count += row.count;
    ++group.places;
    if (group.places == 1 || row.last_seen_at >= group.last_seen_at) {
      group.last_seen_at = row.last_seen_at;
      group.message = std::move(row.message);
    }
    return absl::OkStatus();
  }));
  std::vector<ErrorGroup> sorted;
  for (auto& [key, group] : groups) {
    group.error_code = key.first;
    group.signature = key.second;
    sorted.push_back(std::move(group));
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&](const ErrorGroup& a, const ErrorGroup& b) {
    return order == ErrorOrder::kNewest ? a.last_seen_at > b.last_seen_at : a.count > b.count;
  });
  if (sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

std::string ErrorGroupsText(const std::vector<ErrorGroup>& groups, Timestamp now, std::optional<size_t> width,
                            ColourMode colour) {
  Table table({{"COUNT", Align::kRight}, {"CODE"}, {"SIGNATURE"}, {"LAST SEEN"}, {"MESSAGE"}});
  for (const ErrorGroup& group : groups) {
    table.AddRow({{fmt::format("{}", group.count), Ink::kRed},
                  {group.error_code},
                  {group.signature},
                  {FormatAge(std::chrono::microseconds(now.micros - group.last_seen_at.micros))},
                  {group.message}});
  }
  return table.Render(width, colour);
}

void WriteErrorGroups(const std::vector<ErrorGroup>& groups, JsonWriter& out) {
  out.Key("errors").BeginArray();
  for (const ErrorGroup& group : groups) {
    out.BeginObject().Key("error_code").String(group.error_code).Key("signature").String(group.signature);
    out.Key("count").Int(group.count).Key("places").UInt(group.places);
    out.Key("last_seen_at")
        .String(FormatTimestamp(group.last_seen_at))
        .Key("message")
        .String(group.message)
        .EndObject();
  }
  out.EndArray();
}

}  // namespace annals
