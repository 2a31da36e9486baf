// Any bytes as the rows of an older pipeline's state database: whatever stands in its cells is imported, nothing is
// lost, and the log is whole. A row is a line, its cells stand between tabs, the first is the table.
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "commands/import_state.h"
#include "eventstore/memory/memory_storage.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "schemas/utf8.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/foreign.h"
#include "tests/support/ledger.h"
#include "tests/support/session.h"

namespace annals {
namespace {

constexpr size_t kMaxRows = 40;
constexpr int64_t kMaxCount = 20;  // of one row of errors

// Nothing is NULL, digits are a number, "=1.5" is another, what is no UTF-8 are bytes, and all else is text.
ForeignCell CellOf(std::string_view text) {
  if (text.empty()) return {};
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  if (text[0] == '=') return std::strtod(std::string(text.substr(1)).c_str(), nullptr);
  if (FirstInvalidUtf8(text) != std::string_view::npos) return ForeignBytes{std::string(text)};
  return std::string(text);
}

std::vector<ForeignTable> TablesOf(std::string_view text) {
  std::vector<ForeignTable> tables = support::StateTables().All();
  size_t rows = 0;
  for (const std::string& line : fuzz::LinesOf(text)) {
    if (++rows > kMaxRows) break;
    std::vector<ForeignCell> cells;
    const size_t name_end = line.find('\t');
    for (size_t at = name_end; at != std::string::npos;) {
      const size_t next = line.find('\t', at + 1);
      cells.push_back(CellOf(std::string_view(line).substr(at + 1, next - at - 1)));
      at = next;
    }
    for (ForeignTable& table : tables) {
      if (table.name != line.substr(0, name_end)) continue;
      cells.resize(table.columns.size());
      table.rows.push_back(cells);
    }
  }
  return tables;
}

absl::StatusOr<ImportReport> Import(Storage& log, const std::vector<ForeignTable>& tables, ImportMode mode) {
  SimulatedClock clock(support::Session::kStart);
  SeededRandom random(1);
  Engine engine(log, clock, random);
  const ImportOptions options{.mode = mode, .actor = "fuzz", .file = "old.db", .max_count = kMaxCount};
  return ImportState(engine, clock, tables, options, [](uint64_t, uint64_t) {});
}

void ImportAll(const std::vector<ForeignTable>& tables) {
  const auto log = MemoryStorage::Create(ProjectedTables());
  const auto judged = Import(*log, tables, ImportMode::kDryRun);
  CHECK(judged.ok() && !judged->stands && support::RecordsOf(*log).empty());
  const auto strict = Import(*log, tables, ImportMode::kStrict);
  CHECK(strict.ok());
  if (!strict->IsLawful()) CHECK(!strict->stands && support::RecordsOf(*log).empty());

  const auto kept = Import(*log, tables, ImportMode::kKeep);
  CHECK(kept.ok() && kept->overrides == judged->overrides && kept->notes == judged->notes);
  CHECK(support::FaultsOf(*log).empty());
  const auto records = support::RecordsOf(*log);
  const auto again = Import(*log, tables, ImportMode::kKeep);
  CHECK(again.ok() && (again->imported_before || !kept->stands) && support::RecordsOf(*log) == records);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ImportAll(annals::TablesOf(annals::fuzz::TextOf(data, size)));
  return 0;
}
