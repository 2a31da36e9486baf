#include "tests/support/ledger.h"

#include <algorithm>
#include <iterator>
#include <type_traits>

#include <fmt/format.h>

#include "eventstore/sha256.h"
#include "projections/projector.h"
#include "tests/support/must.h"

namespace annals::support {
namespace {

// A cell such that no two rows look the same: what separates cells and lines is escaped, NULL and "NULL" differ.
std::string CellText(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* time = std::get_if<Timestamp>(&value)) return FormatTimestamp(*time);
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return "NULL";
  std::string escaped = "'";
  for (const char c : *text) {
    if (c == '\\' || c == '|' || c == '\'') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped + "'";
}

std::string BigEndian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i));
  return text;
}

Hash DefinedRoot(absl::Span<const Hash> leaves) {
  if (leaves.empty()) return Sha256({});
  if (leaves.size() == 1) return leaves[0];
  size_t left = 1;
  while (left * 2 < leaves.size()) left *= 2;
  const Hash a = DefinedRoot(leaves.first(left));
  const Hash b = DefinedRoot(leaves.subspan(left));
  return Sha256({std::string_view("\x01", 1), BytesOf(a), BytesOf(b)});
}

std::string FirstDifference(const TableLines& stored, const TableLines& folded) {
  for (const auto& [table, lines] : stored) {
    const auto other = folded.find(table);
    if (other == folded.end()) return fmt::format("table {} is stored, but not folded\n", table);
    if (lines == other->second) continue;
    std::vector<std::string> only;
    std::ranges::set_symmetric_difference(lines, other->second, std::back_inserter(only));
    return fmt::format("table {}: {} row(s) stored, {} folded; not in both, first of {}: {}\n", table, lines.size(),
                       other->second.size(), only.size(), only.empty() ? "" : only[0]);
  }
  return stored.size() == folded.size() ? "" : "a table is folded, but not stored\n";
}

}  // namespace

RecordView StoredRecord::View() const {
  RecordView view{.position = position,
                  .stream = stream,
                  .version = version,
                  .event_type = event_type,
                  .ws_id = ws_id,
                  .recorded_at = recorded_at,
                  .event = event,
                  .kept_leaf = kept_leaf,
                  .content = {}};
  if (content) view.content = KeptContent{content->first, content->second};
  return view;
}

void PrintTo(const StoredRecord& record, std::ostream* out) {
  *out << fmt::format("#{} {} v{} {} {}", record.position.value, record.stream, record.version.value, record.event_type,
                      record.ws_id);
}

std::vector<StoredRecord> RecordsOf(Storage& storage, const LogRange& range) {
  std::vector<StoredRecord> records;
  const auto snapshot = Must(storage.Read());
  const auto cursor = Must(snapshot->ReadLog(range));
  while (const RecordView* const view = Must(cursor->Next())) {
    StoredRecord& record = records.emplace_back(StoredRecord{.position = view->position,
                                                             .stream = std::string(view->stream),
                                                             .version = view->version,
                                                             .event_type = std::string(view->event_type),
                                                             .ws_id = std::string(view->ws_id),
                                                             .recorded_at = view->recorded_at,
                                                             .event = std::string(view->event),
                                                             .kept_leaf = std::string(view->kept_leaf),
                                                             .content = {}});
    if (view->content) record.content.emplace(view->content->salt, view->content->bytes);
  }
  return records;
}

std::string LineOf(Row row) {
  std::string line;
  for (const Value& value : row) {
    if (!line.empty()) line += '|';
    line += CellText(value);
  }
  return line;
}

TableLines TablesOf(Storage& storage) {
  TableLines tables;
  const auto snapshot = Must(storage.Read());
  for (const TableDef* const table : ProjectedTables()) {
    if (!Must(snapshot->HasTable(*table))) continue;
    std::vector<std::string>& lines = tables[table->name];
    Must(snapshot->ReadRows({.table = table}, TableSet::kLive, [&](Row row) {
      lines.push_back(LineOf(row));
      return absl::OkStatus();
    }));
    std::ranges::sort(lines);
  }
  return tables;
}

TableLines TablesOf(Rows& rows) {
  TableLines tables;
  rows.ForEachTable([&](auto& cache) {
    const auto& type = cache.type();
    std::vector<std::string>& lines = tables[type.table().name];
    std::vector<Value> values(type.table().columns.size());
    cache.ForEach([&](const auto& row) {
      type.ToValues(row, absl::MakeSpan(values));
      lines.push_back(LineOf(values));
    });
    std::ranges::sort(lines);
  });
  return tables;
}

TableLines FoldOf(absl::Span<const StoredRecord> records, bool keeps_state_transitions) {
  Rows rows;
  rows.keeps_state_transitions = keeps_state_transitions;
  RecordFolder folder;
  for (const StoredRecord& record : records) Must(folder.Fold(record.View(), rows));
  return TablesOf(rows);
}

Hash RecomputedRoot(absl::Span<const StoredRecord> records) {
  std::vector<Hash> leaves;
  for (const StoredRecord& record : records) {
    const std::string head = '\0' + BigEndian(record.position.value, 8) + BigEndian(record.version.value, 8) +
                             BigEndian(record.stream.size(), 2);
    leaves.push_back(Sha256({head, record.stream, record.event}));
  }
  return DefinedRoot(leaves);
}

Hash RootOf(Storage& storage) {
  return Must(storage.Read())->head().tree.Root();
}

std::string FaultsOf(Storage& storage) {
  std::string faults;
  uint64_t position = 0;
  Timestamp before{INT64_MIN};
  std::map<std::string, uint64_t> versions;
  const std::vector<StoredRecord> records = RecordsOf(storage);
  for (const StoredRecord& record : records) {
    if (record.position.value != ++position)
      faults += fmt::format("#{} stands at {}\n", record.position.value, position);
    if (record.version.value != ++versions[record.stream]) {
      faults += fmt::format("#{}: {} is at version {}, not {}\n", position, record.stream, record.version.value,
                            versions[record.stream]);
    }
    if (record.recorded_at < before) faults += fmt::format("#{} was recorded before its forerunner\n", position);
    before = record.recorded_at;
  }
  if (RootOf(storage) != RecomputedRoot(records)) faults += "the tree's root is not the one of the records\n";
  const TableLines stored = TablesOf(storage);
  return faults + FirstDifference(stored, FoldOf(records, stored.contains("state_transitions")));
}

}  // namespace annals::support
