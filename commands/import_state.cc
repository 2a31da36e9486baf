#include "commands/import_state.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/import_commands.h"
#include "commands/import_notes.h"
#include "commands/import_plan.h"
#include "commands/import_tables.h"
#include "commands/import_unit.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Changed rows are written after so many items, so that they do not pile up in memory.
constexpr uint64_t kSpillItems = 1000;
constexpr size_t kRunNameDigits = 12;  // of the digest, in the name of a run that is made

class Importer {
 public:
  Importer(Engine& engine, Clock& clock, absl::Span<const ForeignTable> tables, const ImportOptions& options,
           const OnImportProgress& on_progress)
      : engine_(engine), clock_(clock), tables_(tables), options_(options), on_progress_(on_progress) {}

  absl::StatusOr<ImportReport> Run() {
    RETURN_IF_ERROR(CheckIsState(tables_));
    LookAtTables();
    report_.digest = DigestOf(tables_);
    source_ = "state-database:" + report_.digest;
    plan_ = PlanImport(tables_, "imported-" + report_.digest.substr(0, kRunNameDigits));
    ASSIGN_OR_RETURN(unit_, engine_.Begin());
    import_ = std::make_unique<ImportUnit>(*unit_, options_.actor);
    RETURN_IF_ERROR(FindEarlierImport());
    if (report_.imported_before) return std::move(report_);
    RETURN_IF_ERROR(CheckRunsAreNew());
    report_.first.value = end() + 1;
    RETURN_IF_ERROR(ImportItems());
    RETURN_IF_ERROR(KeepTheRest());
    RETURN_IF_ERROR(Complete());
    report_.last.value = end();
    if (options_.mode == ImportMode::kKeep || (options_.mode == ImportMode::kStrict && report_.IsLawful())) {
      RETURN_IF_ERROR(unit_->Commit());
      report_.stands = true;
    }
    return std::move(report_);
  }

 private:
  uint64_t end() const { return import_->end(); }

  void LookAtTables() {
    for (const ForeignTable& table : tables_) {
      report_.tables.push_back({table.name, table.rows.size()});
      std::vector<std::string> extra;
      std::ranges::copy_if(table.columns, std::back_inserter(extra), [&](const std::string& column) {
        return IsImportedTable(table.name) && !IsImportedColumn(table.name, column);
      });
      std::string what;
      if (!IsImportedTable(table.name)) {
        what = fmt::format("a table of its own: its rows are kept in notes of type {}", kImportedRows);
      } else if (!extra.empty()) {
        what = fmt::format("columns of its own ({}): kept in notes of type {}", ListedBriefly(extra), kImportedRows);
      } else {
        continue;
      }
      AddFinding(ImportFinding::Kind::kRemark, table.name, "", std::move(what), {});
    }
  }

  absl::Status FindEarlierImport() {
    const RowQuery query{.table = &ApplySourcesTable(), .equals = {{0, std::string_view(source_)}}};
    return unit_->transaction().ReadRows(query, TableSet::kLive, [&](Row row) {
      report_.imported_before = std::get<Timestamp>(row[2]);
      return absl::OkStatus();
    });
  }

  absl::Status CheckRunsAreNew() {
    std::vector<std::string> known;
    for (const ImportRun& run : plan_.runs) {
      const RowQuery query{.table = &RunsTable().table(), .equals = {{0, std::string_view(run.run_id)}}};
      RETURN_IF_ERROR(unit_->transaction().ReadRows(query, TableSet::kLive, [&](Row) {
        known.push_back(run.run_id);
        return absl::OkStatus();
      }));
    }
    if (known.empty()) return absl::OkStatus();
    return absl::AbortedError(fmt::format(
        "{} of its {} runs {} in the log already ({}), and not from this content: another state of the same "
        "database, or another database; nothing was imported; import into a database of its own with --db",
        known.size(), plan_.runs.size(), known.size() == 1 ? "is" : "are", ListedBriefly(known)));
  }

  absl::Status ImportItems() {
    uint64_t done = 0;
    for (const ImportItem& item : plan_.items) {
      const uint64_t before = end();
      RETURN_IF_ERROR(Import(item));
      RETURN_IF_ERROR(Settle(item, before));
      if (++done % kSpillItems != 0) continue;
      RETURN_IF_ERROR(unit_->Spill());
      on_progress_(done, plan_.items.size());
    }
    return absl::OkStatus();
  }

  absl::Status Import(const ImportItem& item) {
    switch (item.kind) {
      case ImportItem::Kind::kCreateRun: {
        ASSIGN_OR_RETURN(item.run->exists, Record(item, CreateRunJson(item)));
        return absl::OkStatus();
      }
      case ImportItem::Kind::kStartRun:
        return Move(item, "running");
      case ImportItem::Kind::kCreateWorkstream: {
        ASSIGN_OR_RETURN(item.workstream->exists, Record(item, CreateWorkstreamJson(item)));
        return absl::OkStatus();
      }
      case ImportItem::Kind::kAttempt: {
        const std::optional<std::string> json = AttemptJson(item);
        return json ? Record(item, *json).status() : absl::OkStatus();
      }
      case ImportItem::Kind::kError: {
        ASSIGN_OR_RETURN(const bool recorded, Record(item, ErrorJson(item)));
        if (!recorded) return absl::OkStatus();
        recorded_errors_.insert(item.row);
        CheckCount(*item.row);
        return absl::OkStatus();
      }
      case ImportItem::Kind::kErrorRepeats:
        return RepeatError(item);
      case ImportItem::Kind::kEvent:
        return Record(item, EventJson(item)).status();
      case ImportItem::Kind::kMoveWorkstream:
      case ImportItem::Kind::kSettleWorkstream:
        return item.workstream->exists ? Move(item, *item.workstream->status) : absl::OkStatus();
      case ImportItem::Kind::kMoveRun:
        return Move(item, *item.run->status);
      case ImportItem::Kind::kNote:
        break;
    }
    return absl::OkStatus();  // its faults are settled
  }

  // Does what `json` says; true: it was done. Else it is a fault of the item's row.
  absl::StatusOr<bool> Record(const ImportItem& item, const std::string& json) {
    ASSIGN_OR_RETURN(const ImportOutcome outcome, import_->Do(json, item.time));
    return Take(item, outcome);
  }

  static bool Take(const ImportItem& item, const ImportOutcome& outcome) {
    if (item.row == nullptr) return outcome.IsDone();
    outcome.IsDone() ? item.row->AddPosition(outcome.position) : item.row->AddFault(outcome.fault);
    return outcome.IsDone();
  }

  // By the law if it lets it, else by an override.
  absl::Status Move(const ImportItem& item, std::string_view to) {
    ASSIGN_OR_RETURN(const ImportOutcome lawful, import_->Do(MoveJson(item, to, std::nullopt), item.time));
    if (!lawful.refusal) {
      Take(item, lawful);
      return absl::OkStatus();
    }
    if (lawful.refusal->from == to) return absl::OkStatus();
    ASSIGN_OR_RETURN(const ImportOutcome moved, import_->Do(MoveJson(item, to, lawful.fault), item.time));
    if (!Take(item, moved)) return absl::OkStatus();
    AddFinding(ImportFinding::Kind::kOverride, item.row->table(), item.row->Name(),
               fmt::format("{} → {}: {}", lawful.refusal->from, to, lawful.fault), moved.position);
    return absl::OkStatus();
  }

  void CheckCount(ImportRow& row) const {
    if (!row.Has("count")) return;
    const std::optional<int64_t> count = row.Integer("count");
    if (!count || *count < 1) {
      row.AddFault(fmt::format("count is {}: recorded once", count ? fmt::format("{}", *count) : "no whole number"));
    } else if (*count > options_.max_count) {
      row.AddFault(fmt::format("count is {}: recorded {} times, no more", *count, options_.max_count));
    } else if (*count == 1 && row.Has("last_seen_at") && row.Time("last_seen_at") != row.Time("first_seen_at")) {
      row.AddRemark("count is 1, yet it was seen at two times: the later one is kept in a note only");
    }
  }

  absl::Status RepeatError(const ImportItem& item) {
    if (!recorded_errors_.contains(item.row)) return absl::OkStatus();
    const int64_t count = std::min(*item.row->Integer("count"), options_.max_count);
    RETURN_IF_ERROR(import_->Repeat(ErrorRepeatJson(item), item.time, count - 1));
    item.row->AddPosition({end()});
    return absl::OkStatus();
  }

  // What was found of the item's row goes into the report, and the row into a note where something was wrong with it.
  absl::Status Settle(const ImportItem& item, uint64_t before) {
    if (item.row == nullptr) return absl::OkStatus();
    ImportRow& row = *item.row;
    const uint64_t event = end() > before ? before + 1 : 0;
    for (std::string& remark : row.TakeRemarks()) {
      AddFinding(ImportFinding::Kind::kRemark, row.table(), row.Name(), std::move(remark), {event});
    }
    const std::vector<std::string> faults = row.TakeFaults();
    if (faults.empty()) return absl::OkStatus();
    const uint64_t note = end() + 1;
    RETURN_IF_ERROR(KeepWhole(item, faults));
    AddFinding(ImportFinding::Kind::kNote, row.table(), row.Name(), fmt::format("{}", fmt::join(faults, "; ")), {note});
    return absl::OkStatus();
  }

  absl::Status KeepWhole(const ImportItem& item, const std::vector<std::string>& why) {
    for (const std::string& payload : RowNotes(*item.row, why)) {
      RETURN_IF_ERROR(WriteNote(item, kImportedRow, payload));
      item.row->AddPosition({end()});
    }
    item.row->CarryAll();
    return absl::OkStatus();
  }

  absl::Status WriteNote(const ImportItem& about, std::string_view event_type, std::string_view payload) {
    ASSIGN_OR_RETURN(const ImportOutcome outcome, import_->Do(NoteJson(about, event_type, payload), about.time));
    return outcome.IsDone() ? absl::OkStatus() : absl::InternalError(outcome.fault);
  }

  // Where each row went, and what of it no event says, table by table.
  absl::Status KeepTheRest() {
    const ImportItem nothing{.kind = ImportItem::Kind::kNote};
    auto row = plan_.rows.begin();
    for (const ForeignTable& table : tables_) {
      RowsNote note(table.name);
      for (size_t i = 0; i < table.rows.size(); ++i, ++row) {
        JsonWriter entry;
        row->WriteRest(entry);
        if (!FitsRowsNote(entry.text())) {
          const ImportItem whole{.kind = ImportItem::Kind::kNote, .row = &*row};
          RETURN_IF_ERROR(KeepWhole(whole, {"it is too long to stand among others"}));
          entry.Take();
          row->WriteRest(entry);
        }
        if (note.Add(entry.text())) RETURN_IF_ERROR(WriteNote(nothing, kImportedRows, note.Take()));
      }
      if (!note.empty()) RETURN_IF_ERROR(WriteNote(nothing, kImportedRows, note.Take()));
    }
    return absl::OkStatus();
  }

  absl::Status Complete() {
    JsonWriter out;
    out.BeginObject().Key("file").String(options_.file).Key("content_sha256").String(report_.digest);
    out.Key("first_position").UInt(report_.first.value).Key("tables").BeginObject();
    for (const ImportReport::Table& table : report_.tables) out.Key(table.name).UInt(table.rows);
    out.EndObject().Key("overrides").UInt(report_.overrides).Key("notes").UInt(report_.notes);
    out.Key("remarks").UInt(report_.remarks).EndObject();
    RETURN_IF_ERROR(WriteNote({.kind = ImportItem::Kind::kNote}, kImportCompleted, out.text()));
    const Value place[] = {std::string_view(source_), static_cast<int64_t>(plan_.items.size()), clock_.Now()};
    return unit_->transaction().PutRow(ApplySourcesTable(), TableSet::kLive, place);
  }

  void AddFinding(ImportFinding::Kind kind, std::string table, std::string row, std::string what, Position position) {
    uint64_t& count = kind == ImportFinding::Kind::kOverride ? report_.overrides
                      : kind == ImportFinding::Kind::kNote   ? report_.notes
                                                             : report_.remarks;
    ++count;
    report_.findings.push_back({kind, std::move(table), std::move(row), std::move(what), position});
  }

  Engine& engine_;
  Clock& clock_;
  absl::Span<const ForeignTable> tables_;
  const ImportOptions& options_;
  const OnImportProgress& on_progress_;
  std::string source_;  // by which this content is known once it is imported
  ImportPlan plan_;
  std::unique_ptr<Unit> unit_;
  std::unique_ptr<ImportUnit> import_;
  absl::flat_hash_set<const ImportRow*> recorded_errors_;  // only looked up
  ImportReport report_;
};

}  // namespace

absl::Status CheckIsState(absl::Span<const ForeignTable> tables) {
  const auto has_state = [](const ForeignTable& table) {
    return IsImportedTable(table.name) && table.name != "schema_meta";
  };
  if (std::ranges::any_of(tables, has_state)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "it has none of the tables runs, workstreams, step_attempts, errors and events; name a state database");
}

absl::StatusOr<ImportReport> ImportState(Engine& engine, Clock& clock, absl::Span<const ForeignTable> tables,
                                         const ImportOptions& options, const OnImportProgress& on_progress) {
  return Importer(engine, clock, tables, options, on_progress).Run();
}

}  // namespace annals
