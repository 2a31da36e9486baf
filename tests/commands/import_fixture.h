// An import of tables into a log in memory, and what came of it as lines of text.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "commands/import_state.h"
#include "projections/projector.h"
#include "projections/rebuild.h"
#include "schemas/json_writer.h"
#include "tests/support/foreign.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::support {

class ImportBench {
 public:
  Storage& storage() { return store_.storage(); }

  absl::StatusOr<ImportReport> TryImport(const std::vector<ForeignTable>& tables, ImportMode mode = ImportMode::kKeep) {
    const ImportOptions options{.mode = mode, .actor = "ann", .file = "old.db", .max_count = 5};
    return ImportState(session_.engine(), session_.clock(), tables, options, [](uint64_t, uint64_t) {});
  }
  ImportReport Import(const StateTables& tables, ImportMode mode = ImportMode::kKeep) {
    return Must(TryImport(tables.All(), mode));
  }

  // "override workstreams a: pending → done: …", a line each.
  static std::vector<std::string> LinesOf(const ImportReport& report) {
    static constexpr const char* kNames[] = {"override", "note", "remark"};
    std::vector<std::string> lines;
    for (const ImportFinding& finding : report.findings) {
      lines.push_back(fmt::format("{} {} {}: {}", kNames[static_cast<int>(finding.kind)], finding.table, finding.row,
                                  finding.what));
    }
    return lines;
  }

  // The cells of `columns` of each row of a table, with spaces between them.
  std::vector<std::string> RowsOf(const TableDef& table, const std::vector<std::string>& columns) {
    std::vector<std::string> lines;
    const auto snapshot = Must(storage().Read());
    Must(snapshot->ReadRows({.table = &table}, TableSet::kLive, [&](Row row) {
      std::vector<std::string> cells;
      for (const std::string& column : columns) cells.push_back(LineOf({&row[table.ColumnIndex(column)], 1}));
      lines.push_back(fmt::format("{}", fmt::join(cells, " ")));
      return absl::OkStatus();
    }));
    return lines;
  }

  // An event as one line of JSON: "run/r1 note_type ws … {fields} {content} "text"".
  std::vector<std::string> Events() {
    std::vector<std::string> lines;
    RecordFolder folder;
    for (const StoredRecord& record : RecordsOf(storage())) {
      const RecordView view = record.View();
      const FoldedEvent event = Must(folder.Read(view));
      JsonWriter out;
      out.BeginObject().Key("stream").String(record.stream).Key("type").String(record.event_type);
      Must(WriteFields(event.event, out));
      if (!event.json.empty()) out.Key("json").Raw(event.json);
      if (!event.text.empty()) out.Key("text").String(event.text);
      lines.push_back(out.EndObject().Take());
    }
    return lines;
  }

 private:
  Store store_{Backend::kMemory};
  Session session_{store_.storage()};
};

class ImportFixture : public testing::Test, protected ImportBench {
 protected:
  // Whatever was imported, the storage is whole and its tables are the fold.
  void TearDown() override {
    EXPECT_EQ(FaultsOf(storage()), "");
    EXPECT_EQ(Must(CheckTables(storage(), [](uint64_t, uint64_t) {})).difference_count, 0U);
  }
};

}  // namespace annals::support
