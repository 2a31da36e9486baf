#include "commands/import_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "commands/import_dependencies.h"
#include "commands/import_names.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_map.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

using Kind = ImportItem::Kind;

// An item, and the moment by which it is put in order.
struct TimedItem {
  Timestamp at;
  ImportItem item;
};

// "\"r 1\" has …" or "NULL": for messages about names that lead nowhere.
std::string Shown(const std::optional<std::string>& text) {
  return text ? Quoted(*text) : "NULL";
}

class Planner {
 public:
  Planner(absl::Span<const ForeignTable> tables, const std::string& made_run_id)
      : tables_(tables), made_run_id_(made_run_id) {}

  ImportPlan Plan() {
    for (const ForeignTable& table : tables_) {
      for (size_t i = 0; i < table.rows.size(); ++i) plan_.rows.emplace_back(table, i);
    }
    ForRowsOf("runs", &Planner::TakeRun);
    ForRowsOf("workstreams", &Planner::TakeWorkstream);
    for (ImportRun& run : plan_.runs) OpenRun(run);
    ForRowsOf("step_attempts", &Planner::TakeAttempt);
    ForRowsOf("errors", &Planner::TakeError);
    ForRowsOf("events", &Planner::TakeEvent);
    for (ImportRun& run : plan_.runs) CloseRun(run);
    Finish();
    return std::move(plan_);
  }

 private:
  // A run's items, and what they are put in order by.
  struct History {
    std::vector<TimedItem> items;
    bool has_attempts = false;
  };

  void ForRowsOf(std::string_view table, void (Planner::*take)(ImportRow&)) {
    for (ImportRow& row : plan_.rows) {
      if (row.table() == table) (this->*take)(row);
    }
  }

  std::optional<std::string> StatusOfRow(ImportRow& row, StatusOf whose) {
    const std::optional<std::string> text = row.Text("status");
    if (!text) {
      row.Has("status") ? row.AddFault("status is no text") : row.AddRemark("it has no status: left pending");
      return std::nullopt;
    }
    std::optional<std::string> status = ReadStatus(whose, *text);
    if (!status) {
      row.AddFault(fmt::format("nobody knows the status {}: left pending", Quoted(*text)));
    } else if (*status != *text) {
      row.AddRemark(fmt::format("its status {} is read as {}", Quoted(*text), *status));
    }
    return status;
  }

  // An identifier of ours, or a note in place of its row.
  std::optional<std::string> IdOfRow(ImportRow& row, std::string_view column, ImportRun* run) {
    std::optional<std::string> id = row.Text(column);
    const absl::Status status = CheckText(TextRule::kId, id.value_or(""));
    if (id && status.ok()) return id;
    row.AddFault(id ? fmt::format("{} {}", column, MessageOf(status)) : fmt::format("it has no {}", column));
    AddNote(row, run);
    return std::nullopt;
  }

  void AddNote(ImportRow& row, ImportRun* run) {
    const ImportItem item{.kind = Kind::kNote, .row = &row, .run = run};
    run == nullptr ? loose_.push_back({{}, item}) : histories_[run].items.push_back({run->created_at, item});
  }

  void TakeRun(ImportRow& row) {
    const auto run_id = IdOfRow(row, "run_id", nullptr);
    if (!run_id) return;
    if (runs_.contains(*run_id)) {
      row.AddFault(fmt::format("there is an earlier row of run {}", *run_id));
      return AddNote(row, nullptr);
    }
    ImportRun& run = plan_.runs.emplace_back(ImportRun{.row = &row, .run_id = *run_id});
    runs_.emplace(*run_id, &run);
    run.status = StatusOfRow(row, StatusOf::kRun);
    const auto created_at = row.Time("created_at");
    const auto updated_at = row.Time("updated_at");
    run.created_at = created_at.value_or(updated_at.value_or(Timestamp{}));
    run.updated_at = updated_at.value_or(run.created_at);
  }

  ImportRun* FindRun(const ImportRow& row) {
    const std::optional<std::string> run_id = row.Text("run_id");
    const auto found = run_id ? runs_.find(*run_id) : runs_.end();
    return found == runs_.end() ? nullptr : found->second;
  }

  ImportRun* MadeRun(Timestamp created_at) {
    auto [found, is_new] = runs_.try_emplace(made_run_id_, nullptr);
    if (is_new) found->second = &plan_.runs.emplace_back(ImportRun{.run_id = made_run_id_, .created_at = created_at});
    ImportRun* const run = found->second;
    if (run->row == nullptr && created_at.micros != 0) run->created_at = std::min(run->created_at, created_at);
    return run;
  }

  void TakeWorkstream(ImportRow& row) {
    ImportRun* run = FindRun(row);
    const auto ws_id = IdOfRow(row, "ws_id", run);
    if (!ws_id) return;
    const auto created_at = row.Time("created_at");
    const auto updated_at = row.Time("updated_at");
    if (run == nullptr) {
      run = MadeRun(created_at.value_or(updated_at.value_or(Timestamp{})));
      row.AddFault(fmt::format("its run_id {} is no run of this database: put into run {}, which was made for it",
                               Shown(row.Text("run_id")), run->run_id));
    }
    ImportWorkstream& workstream =
        plan_.workstreams.emplace_back(ImportWorkstream{.row = &row, .run = run, .ws_id = *ws_id});
    workstream.status = StatusOfRow(row, StatusOf::kWorkstream);
    workstream.created_at = created_at.value_or(updated_at.value_or(run->created_at));
    workstream.updated_at = updated_at.value_or(workstream.created_at);
    run->workstreams.push_back(&workstream);
    workstreams_.emplace(*ws_id, &workstream);
  }

  // What stands in `run` before anything is recorded in it.
  void OpenRun(ImportRun& run) {
    ReadDependencies(run);
    std::vector<TimedItem>& items = histories_[&run].items;
    for (ImportWorkstream* const workstream : run.workstreams) {
      Timestamp at = std::max(run.created_at, workstream->created_at);
      for (const ImportWorkstream* const needed : workstream->needs) at = std::max(at, created_[needed]);
      created_[workstream] = moved_[workstream] = at;
      items.push_back({at,
                       {.kind = Kind::kCreateWorkstream,
                        .row = workstream->row,
                        .run = &run,
                        .workstream = workstream,
                        .time = workstream->created_at}});
    }
  }

  // Where a row of what happened in a workstream or run belongs.
  struct Home {
    ImportRun* run = nullptr;
    ImportWorkstream* workstream = nullptr;
  };
  Home FindHome(ImportRow& row) {
    Home home{.run = FindRun(row)};
    const std::optional<std::string> ws_id = row.Text("ws_id");
    const auto found = ws_id ? workstreams_.find(*ws_id) : workstreams_.end();
    if (found == workstreams_.end()) return home;
    if (home.run == nullptr) {
      home.run = found->second->run;
      row.AddRemark(fmt::format("its run_id {} is no run of this database: put into run {}, where workstream {} is",
                                Shown(row.Text("run_id")), home.run->run_id, *ws_id));
    }
    if (found->second->run == home.run) home.workstream = found->second;
    return home;
  }

  // Puts a row in its place: not before its run and workstream are made.
  void AddRecord(Kind kind, ImportRow& row, const Home& home, std::optional<Timestamp> time) {
    if (home.run == nullptr && (row.Has("run_id") || row.Has("ws_id"))) {
      row.AddFault(fmt::format("its run_id {} is no run of this database", Shown(row.Text("run_id"))));
      kind = Kind::kNote;
    }
    const Timestamp least = home.workstream != nullptr ? created_[home.workstream]
                            : home.run != nullptr      ? home.run->created_at
                                                       : Timestamp{};
    const ImportItem item{
        .kind = kind, .row = &row, .run = home.run, .workstream = home.workstream, .time = time.value_or(least)};
    if (home.run == nullptr) {
      loose_.push_back({item.time, item});
      return;
    }
    const Timestamp at = std::max(least, item.time);
    histories_[home.run].items.push_back({at, item});
    if (kind != Kind::kAttempt) return;
    histories_[home.run].has_attempts = true;
    // No attempt starts in a workstream that has ended.
    if (home.workstream != nullptr) moved_[home.workstream] = std::max(moved_[home.workstream], at);
  }

  void TakeAttempt(ImportRow& row) {
    const Home home = FindHome(row);
    const auto started_at = row.Time("started_at");
    const auto completed_at = row.Time("completed_at");
    const bool is_open = ReadStatus(StatusOf::kAttempt, row.Text("status").value_or("")) == "in_progress";
    AddRecord(Kind::kAttempt, row, home, completed_at && !is_open ? completed_at : started_at);
  }

  void TakeError(ImportRow& row) {
    const Home home = FindHome(row);
    const auto first = row.Time("first_seen_at");
    const auto last = row.Time("last_seen_at");
    const auto begin = first ? first : last;
    AddRecord(Kind::kError, row, home, begin);
    if (row.Integer("count").value_or(1) <= 1 || home.workstream == nullptr) return;
    const Timestamp least = std::max(created_[home.workstream], begin.value_or(Timestamp{}));
    const Timestamp time = last ? *last : begin.value_or(created_[home.workstream]);
    histories_[home.run].items.push_back(
        {std::max(least, time),
         {.kind = Kind::kErrorRepeats, .row = &row, .run = home.run, .workstream = home.workstream, .time = time}});
  }

  void TakeEvent(ImportRow& row) { AddRecord(Kind::kEvent, row, FindHome(row), row.Time("timestamp")); }

  // Whether the run must have run to be what it is. One that failed or was abandoned may never have begun.
  bool HasStarted(const ImportRun& run) {
    if (!run.status || *run.status == "pending") return false;
    return (*run.status != "failed" && *run.status != "abandoned") || histories_[&run].has_attempts;
  }

  void CloseRun(ImportRun& run) {
    History& history = histories_[&run];
    for (ImportWorkstream* const workstream : run.workstreams) {
      if (!workstream->status || *workstream->status == "pending") continue;
      history.items.push_back(
          {std::max(moved_[workstream], workstream->updated_at), Move(Kind::kMoveWorkstream, run, workstream)});
    }
    std::ranges::stable_sort(history.items, {}, &TimedItem::at);
    std::vector<TimedItem> whole;
    whole.push_back({{}, {.kind = Kind::kCreateRun, .row = run.row, .run = &run, .time = run.created_at}});
    if (HasStarted(run)) {
      whole.push_back({{}, {.kind = Kind::kStartRun, .row = run.row, .run = &run, .time = run.created_at}});
    }
    whole.insert(whole.end(), history.items.begin(), history.items.end());
    for (ImportWorkstream* const workstream : run.workstreams) {
      if (workstream->status) whole.push_back({{}, Move(Kind::kSettleWorkstream, run, workstream)});
    }
    if (run.status && *run.status != "pending" && *run.status != "running") {
      whole.push_back({{}, {.kind = Kind::kMoveRun, .row = run.row, .run = &run, .time = run.updated_at}});
    }
    history.items = std::move(whole);
  }

  static ImportItem Move(Kind kind, ImportRun& run, ImportWorkstream* workstream) {
    return {
        .kind = kind, .row = workstream->row, .run = &run, .workstream = workstream, .time = workstream->updated_at};
  }

  void Finish() {
    std::vector<ImportRun*> runs;
    for (ImportRun& run : plan_.runs) runs.push_back(&run);
    std::ranges::stable_sort(runs, {}, &ImportRun::created_at);
    const auto take = [&](const std::vector<TimedItem>& items) {
      for (const TimedItem& timed : items) plan_.items.push_back(timed.item);
    };
    for (const ImportRun* const run : runs) take(histories_[run].items);
    std::ranges::stable_sort(loose_, {}, &TimedItem::at);
    take(loose_);
  }

  absl::Span<const ForeignTable> tables_;
  const std::string& made_run_id_;
  ImportPlan plan_;
  // Looked up, never walked.
  TextMap<ImportRun*> runs_;
  TextMap<ImportWorkstream*> workstreams_;  // a ws_id was unique in the whole database
  absl::flat_hash_map<const ImportRun*, History> histories_;
  absl::flat_hash_map<const ImportWorkstream*, Timestamp> created_, moved_;  // by what they are put in order
  std::vector<TimedItem> loose_;                                             // of no run
};

}  // namespace

ImportPlan PlanImport(absl::Span<const ForeignTable> tables, const std::string& made_run_id) {
  return Planner(tables, made_run_id).Plan();
}

}  // namespace annals
