// Compares the tables with the fold of the log: each row strikes out its fold, and what is left is missing.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "projections/rebuild.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kDifferencesNamed = 100;

std::string Text(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* time = std::get_if<Timestamp>(&value)) return FormatTimestamp(*time);
  return "NULL";
}

std::string KeyText(const TableDef& table, Row row) {
  std::string text;
  for (size_t i = 0; i < table.key_columns; ++i)
    text += fmt::format("{}{}={}", i == 0 ? "" : ", ", table.columns[i].name, Text(row[i]));
  return text;
}

class Checker {
 public:
  Checker(Snapshot& snapshot, Rows& rows, CheckReport& report) : snapshot_(snapshot), rows_(rows), report_(report) {}

  // Foreign keys first: comparing strikes the rows out that they point to.
  absl::Status CheckForeignKeys(const TableDef& table) {
    if (table.foreign_keys.empty()) return absl::OkStatus();
    return snapshot_.ReadRows({.table = &table}, TableSet::kLive, [&](Row row) -> absl::Status {
      for (const ForeignKey& key : table.foreign_keys) {
        ASSIGN_OR_RETURN(const bool there, Exists(key, row));
        if (!there) Differ(table, row, fmt::format("it refers to a row that {} does not have", key.table));
      }
      return absl::OkStatus();
    });
  }

  template <class Cache>
  absl::Status Compare(Cache& cache) {
    const TableDef& table = cache.type().table();
    std::array<Value, 32> folded_values;
    const auto folded = absl::MakeSpan(folded_values).first(table.columns.size());
    RETURN_IF_ERROR(snapshot_.ReadRows({.table = &table}, TableSet::kLive, [&](Row row) {
      ++report_.rows;
      const auto strike = cache.TakeOut(row);
      if (!strike) {
        Differ(table, row, "the log says there is no such row");
        return absl::OkStatus();
      }
      cache.type().ToValues(*strike, folded);
      for (size_t i = 0; i < row.size(); ++i) {
        if (row[i] != folded[i]) {
          Differ(table, row,
                 fmt::format("{} is {}, the log says {}", table.columns[i].name, Text(row[i]), Text(folded[i])));
        }
      }
      return absl::OkStatus();
    }));
    cache.ForEach([&](const auto& missing) {
      cache.type().ToValues(missing, folded);
      Differ(table, folded, "the row is missing");
    });
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<bool> Exists(const ForeignKey& key, Row row) {
    const auto text = [&](size_t part) {
      const auto* const view = std::get_if<std::string_view>(&row[key.columns[part]]);
      return view == nullptr ? std::string_view{} : *view;
    };
    if (key.columns.size() == 1) {
      ASSIGN_OR_RETURN(const RunRow* const run, rows_.Run(text(0)));
      return run != nullptr;
    }
    ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows_.Workstream(text(0), text(1)));
    return workstream != nullptr;
  }

  void Differ(const TableDef& table, Row row, std::string detail) {
    ++report_.difference_count;
    if (report_.differences.size() >= kDifferencesNamed) return;
    report_.differences.push_back({table.name, KeyText(table, row), std::move(detail)});
  }

  Snapshot& snapshot_;
  Rows& rows_;
  CheckReport& report_;
};

}  // namespace

absl::StatusOr<CheckReport> CheckTables(Storage& storage, FoldProgress progress) {
  ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
  Rows rows;
  ASSIGN_OR_RETURN(rows.keeps_state_transitions, snapshot->HasTable(StateTransitionsTable().table()));
  CheckReport report;
  ASSIGN_OR_RETURN(report.events, FoldLog(*snapshot, {1}, {INT64_MAX}, rows, progress));
  RETURN_IF_ERROR(CheckEventCount(report.events, snapshot->head().position.value));
  Checker checker(*snapshot, rows, report);
  absl::Status status;
  rows.ForEachTable([&](auto& cache) {
    if (status.ok()) status = checker.CheckForeignKeys(cache.type().table());
  });
  rows.ForEachTable([&](auto& cache) {
    if (status.ok()) status = checker.Compare(cache);
  });
  RETURN_IF_ERROR(status);
  return report;
}

}  // namespace annals
