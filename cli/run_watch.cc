#include "cli/run_watch.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/log_line.h"
#include "cli/log_reader.h"
#include "cli/printable.h"
#include "cli/row_json.h"
#include "cli/table.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/entity_tables.h"
#include "projections/tables.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

constexpr int64_t kUsualIntervalMs = 500;

struct WatchOptions {
  std::string run_id;
  int64_t interval_ms = kUsualIntervalMs;
};

// A creation is a change too: from nothing.
std::optional<TransitionView> ChangeOf(const LogReader::Entry& entry) {
  const auto body = entry.event.event.getBody();
  if (body.isRunCreated() || body.isWorkstreamCreated() || body.isCreated()) {
    const EntityRef entity = EntityOf(*entry.record, entry.event);
    return TransitionView{.entity_type = entity.machine,
                          .entity_id = entity.id,
                          .from = {},
                          .to = body.isCreated() ? View(body.getCreated().getInitial()) : "pending",
                          .trigger = {},
                          .severity = "info",
                          .operator_name = {},
                          .reason = {},
                          .kind = "lawful"};
  }
  std::optional<TransitionView> transition = TransitionOf(entry.event);
  if (transition && transition->kind == "refused") return std::nullopt;
  return transition;
}

// Workstreams are called as they always were: scripts read these lines.
std::string_view KindOf(const TransitionView& change) {
  return change.entity_type == "workstream" ? change.entity_type : ShortKind(change.entity_type);
}

// Looks at the run again and again, and says what is new.
class Watch {
 public:
  Watch(Context& context, const WatchOptions& options) : context_(context), options_(options) {}

  absl::StatusOr<int> Run() {
    ASSIGN_OR_RETURN(SqliteStorage* const storage, context_.OpenForReading());
    while (true) {
      bool is_over = false;
      RETURN_IF_ERROR(Look(*storage, is_over));
      context_.out().flush();
      // Who watched has gone: there is nobody to tell.
      if (is_over || !context_.out().good()) return kExitDone;
      std::this_thread::sleep_for(std::chrono::milliseconds(options_.interval_ms));
    }
  }

 private:
  bool Redraws() const { return context_.out_is_terminal() && !context_.json(); }

  absl::Status Look(SqliteStorage& storage, bool& is_over) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, storage.Read());
    const TableDef& table = RunsTable().table();
    const RowQuery query{.table = &table, .equals = {{0, std::string_view(options_.run_id)}}};
    ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows, ReadAllRows(*snapshot, query));
    if (rows.empty()) {
      return absl::NotFoundError(
          fmt::format("there is no run {}; annals run list shows those there are", Quoted(options_.run_id)));
    }
    const Row run = rows.front().row();
    is_over = !std::holds_alternative<std::monostate>(run[table.ColumnIndex("completed_at")]);
    if (Redraws()) return Draw(*snapshot, run);
    return PrintChanges(*snapshot);
  }

  absl::Status PrintChanges(Snapshot& snapshot) {
    if (snapshot.head().position == seen_) return absl::OkStatus();
    LogFilter filter;
    filter.run = options_.run_id;
    ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, seen_, LogReader::Order::kOldestFirst));
    while (true) {
      ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
      if (entry == nullptr) break;
      const std::optional<TransitionView> change = ChangeOf(*entry);
      if (change) Print(*entry, *change);
    }
    seen_ = snapshot.head().position;
    return absl::OkStatus();
  }

  void Print(const LogReader::Entry& entry, const TransitionView& change) {
    if (context_.json()) {
      JsonWriter out;
      WriteTransitionLine(entry.event, change, out);
      context_.out() << out.Take() << '\n';
      return;
    }
    const std::string from = change.from.empty() ? "" : fmt::format("{} → ", change.from);
    context_.out() << fmt::format("{}  {} {}: {}{}\n", ShortTime(entry.event.time()), KindOf(change),
                                  Printable(change.entity_id), from, change.to);
  }

  struct DoneTasks {
    int64_t done = 0, total = 0;
  };
  // In one read, where a question for each workstream would be one for each of many.
  absl::StatusOr<TextMap<DoneTasks>> TasksByWorkstream(Snapshot& snapshot) const {
    const TableDef& table = TasksTable().table();
    const size_t ws_id = table.ColumnIndex("ws_id"), status = table.ColumnIndex("status");
    TextMap<DoneTasks> tasks;
    const RowQuery query{.table = &table, .equals = {{0, std::string_view(options_.run_id)}}};
    RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
      DoneTasks& of_workstream = tasks[std::get<std::string_view>(row[ws_id])];
      ++of_workstream.total;
      if (std::get<std::string_view>(row[status]) == "completed") ++of_workstream.done;
      return absl::OkStatus();
    }));
    return tasks;
  }

  absl::Status Draw(Snapshot& snapshot, Row run) {
    const TableDef& runs = RunsTable().table();
    const TableDef& workstreams = WorkstreamsTable().table();
    const Timestamp now = context_.clock().Now();
    Table table({{"ENTITY"}, {"STATUS"}, {"DONE"}, {"TOOK"}});
    const size_t status = runs.ColumnIndex("status");
    const std::string done = fmt::format("{}/{}", std::get<int64_t>(run[runs.ColumnIndex("ws_done")]),
                                         std::get<int64_t>(run[runs.ColumnIndex("ws_total")]));
    table.AddRow(
        {{"run " + options_.run_id, Ink::kBold}, CellOf(runs, run, status), {done}, DurationCell(runs, run, now)});
    const RowQuery query{.table = &workstreams, .equals = {{0, std::string_view(options_.run_id)}}};
    ASSIGN_OR_RETURN(const TextMap<DoneTasks> tasks, TasksByWorkstream(snapshot));
    RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
      const size_t ws_id = workstreams.ColumnIndex("ws_id");
      const auto found = tasks.find(std::get<std::string_view>(row[ws_id]));
      table.AddRow({CellOf(workstreams, row, ws_id),
                    CellOf(workstreams, row, workstreams.ColumnIndex("status")),
                    {found == tasks.end() ? "" : fmt::format("{}/{} tasks", found->second.done, found->second.total)},
                    {}});
      return absl::OkStatus();
    }));
    const std::string text = table.Render(context_.width(), context_.colour());
    // Back to where the last drawing began, and everything below it away.
    if (drawn_lines_ > 0) context_.out() << fmt::format("\x1b[{}A\x1b[J", drawn_lines_);
    context_.out() << text;
    drawn_lines_ = std::count(text.begin(), text.end(), '\n');
    return absl::OkStatus();
  }

  Context& context_;
  const WatchOptions& options_;
  Position seen_;
  std::ptrdiff_t drawn_lines_ = 0;
};

}  // namespace

Command WatchRun() {
  const auto options = std::make_shared<WatchOptions>();
  Command command;
  command.name = "watch";
  command.summary = "Follow a run until it ends";
  command.details =
      "A terminal shows where the run and its workstreams stand, drawn anew as they move. A pipe gets one line for "
      "each\n"
      "change from the beginning on, with --json one object (as annals log --transitions --json has them).";
  command.example = "annals run watch r1 --json | jq -r .to_state";
  command.arguments = {
      Place("RUN", &options->run_id, "the run"),
      Option("--interval", "MS", &options->interval_ms, "how long to wait between looks (default: 500)")};
  command.run = [options](Context& context) -> absl::StatusOr<int> {
    if (options->interval_ms < 1 || options->interval_ms > 3'600'000) {
      return absl::InvalidArgumentError("--interval: it must be between 1 and 3600000 milliseconds");
    }
    return Watch(context, *options).Run();
  };
  return command;
}

}  // namespace annals
