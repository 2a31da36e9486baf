#include "cli/list.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/row_json.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What a terminal is shown unless --limit says otherwise.
constexpr uint64_t kTerminalRows = 50;

struct ListOptions {
  std::vector<std::pair<size_t, std::optional<std::string>>> equals;  // by column
  std::optional<TimeExpression> since;
  std::optional<int64_t> limit;
  std::vector<std::unique_ptr<bool>> flags;  // by ListDef::flags

  bool Keeps(const ListDef& def, Row row) const {
    for (size_t i = 0; i < flags.size(); ++i) {
      if (*flags[i] && !def.flags[i].keeps(row)) return false;
    }
    return true;
  }
  bool HasFlag() const {
    return std::any_of(flags.begin(), flags.end(), [](const auto& flag) { return *flag; });
  }
};

Argument FilterArgument(const TableDef& table, const ListFilter& filter, ListOptions& options, size_t index) {
  const size_t column = table.ColumnIndex(filter.column);
  options.equals[index].first = column;
  Argument argument = Option(std::string(filter.option), std::string(filter.value), &options.equals[index].second,
                             std::string(filter.meaning));
  argument.one_of = table.columns[column].one_of;
  return argument;
}

RowQuery MakeQuery(const ListDef& def, const ListOptions& options, Timestamp now) {
  RowQuery query{.table = def.table};
  for (const auto& [column, text] : options.equals) {
    if (text) query.equals.push_back({column, std::string_view(*text)});
  }
  const size_t time = def.table->ColumnIndex(def.time_column);
  if (options.since) query.at_least.push_back({time, options.since->At(now)});
  query.order = {time};
  return query;
}

// The rows of `query`, the newest last, at most `limit` of the newest (0: all), handed to `visit` one by one.
template <class Visit>
absl::Status VisitNewestLast(Snapshot& snapshot, const ListDef& def, const ListOptions& options, RowQuery query,
                             uint64_t limit, bool needs_snapshot, Visit visit) {
  if (limit == 0 && !needs_snapshot && !options.HasFlag()) return snapshot.ReadRows(query, TableSet::kLive, visit);
  // What a flag keeps is known only when the row is read.
  query.limit = options.HasFlag() ? 0 : limit;
  query.descending = limit > 0;
  ASSIGN_OR_RETURN(std::vector<OwnedRow> rows, ReadAllRows(snapshot, query));
  std::erase_if(rows, [&](const OwnedRow& row) { return !options.Keeps(def, row.row()); });
  if (limit > 0 && rows.size() > limit) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
  if (query.descending) std::reverse(rows.begin(), rows.end());
  for (const OwnedRow& row : rows) RETURN_IF_ERROR(visit(row.row()));
  return absl::OkStatus();
}

absl::StatusOr<int> PrintJsonLines(Context& context, const ListDef& def, const ListOptions& options, Snapshot& snapshot,
                                   const RowQuery& query, uint64_t limit) {
  const Timestamp now = context.Now();
  const bool needs_snapshot = HasProgress(*query.table);
  RETURN_IF_ERROR(VisitNewestLast(snapshot, def, options, query, limit, needs_snapshot, [&](Row row) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string json, RowJson(*query.table, row, now, needs_snapshot ? &snapshot : nullptr));
    context.out() << json << '\n';
    return absl::OkStatus();
  }));
  return kExitDone;
}

Table MakeTable(const ListDef& def) {
  std::vector<Column> columns;
  for (const ListColumn& shown : def.columns) {
    const bool number =
        shown.cell == nullptr && def.table->columns[def.table->ColumnIndex(shown.column)].type == ColumnType::kInteger;
    columns.push_back({std::string(shown.header), number ? Align::kRight : Align::kLeft});
  }
  return Table(std::move(columns));
}

absl::StatusOr<int> PrintTable(Context& context, const ListDef& def, const ListOptions& options, Snapshot& snapshot,
                               const RowQuery& query, std::optional<int64_t> limit) {
  const bool cuts = !limit && context.out_is_terminal();
  const uint64_t rows = limit ? static_cast<uint64_t>(*limit) : cuts ? kTerminalRows : 0;
  Table table = MakeTable(def);
  const Timestamp now = context.Now();
  RETURN_IF_ERROR(VisitNewestLast(snapshot, def, options, query, rows, /*needs_snapshot=*/false, [&](Row row) {
    std::vector<Cell> cells;
    for (const ListColumn& shown : def.columns) {
      cells.push_back(shown.cell != nullptr ? shown.cell(*def.table, row, now)
                                            : CellOf(*def.table, row, def.table->ColumnIndex(shown.column)));
    }
    table.AddRow(std::move(cells));
    return absl::OkStatus();
  }));
  if (table.empty()) {
    context.err() << fmt::format("annals: no {} to show\n", def.things);
    return kExitDone;
  }
  context.out() << table.Render(context.width(), context.colour());
  if (cuts && !options.HasFlag()) {
    ASSIGN_OR_RETURN(const uint64_t all, snapshot.CountRows(query));
    if (all > kTerminalRows) {
      context.out() << fmt::format("the newest {} of {} {}; --limit N shows more\n", kTerminalRows, all, def.things);
    }
  }
  return kExitDone;
}

absl::StatusOr<int> PrintList(Context& context, const ListDef& def, const ListOptions& options) {
  if (options.limit && *options.limit < 1) return absl::InvalidArgumentError("--limit: it must be at least 1");
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  const RowQuery query = MakeQuery(def, options, context.clock().Now());
  if (!context.json()) return PrintTable(context, def, options, *snapshot, query, options.limit);
  return PrintJsonLines(context, def, options, *snapshot, query, static_cast<uint64_t>(options.limit.value_or(0)));
}

}  // namespace

Command MakeListCommand(ListDef def) {
  const auto options = std::make_shared<ListOptions>();
  std::vector<ListFilter> filters;
  for (const ColumnDef& column : def.table->columns) {
    if (column.name == "run_id") filters.push_back({"--run", "RUN", "run_id", "only of this run"});
    if (column.name == "status") filters.push_back({"--status", "STATUS", "status", "only in this status"});
  }
  filters.insert(filters.end(), def.filters.begin(), def.filters.end());
  options->equals.resize(filters.size());
  Command command;
  command.name = "list";
  command.summary = def.summary;
  command.reads_as_of = true;
  command.details = "Newest last. A terminal is shown the newest 50 unless --limit is given; pipes and --json get all.";
  command.example = def.example;
  for (size_t i = 0; i < filters.size(); ++i) {
    command.arguments.push_back(FilterArgument(*def.table, filters[i], *options, i));
  }
  for (const ListFlag& flag : def.flags) {
    options->flags.push_back(std::make_unique<bool>(false));
    command.arguments.push_back(Flag(std::string(flag.option), options->flags.back().get(), std::string(flag.meaning)));
  }
  command.arguments.push_back(
      Option("--since", "TIME", &options->since, fmt::format("only with {} at this time or later", def.time_column)));
  command.arguments.push_back(Option("--limit", "N", &options->limit, "at most so many, the newest"));
  command.run = [def = std::move(def), options](Context& context) { return PrintList(context, def, *options); };
  return command;
}

}  // namespace annals
