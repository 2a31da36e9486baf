// What a storage holds, as values that can be compared and printed: the records, and the rows of every table as text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <absl/types/span.h>

#include "eventstore/storage.h"
#include "projections/rows.h"

namespace annals::support {

// A record that owns its bytes.
struct StoredRecord {
  Position position;
  std::string stream;
  StreamVersion version;
  std::string event_type;
  std::string ws_id;
  Timestamp recorded_at;
  std::string event;
  std::string kept_leaf;
  std::optional<std::pair<Salt, std::string>> content;
  bool operator==(const StoredRecord&) const = default;
  // Of use until this one goes.
  RecordView View() const;
};
void PrintTo(const StoredRecord& record, std::ostream* out);
std::vector<StoredRecord> RecordsOf(Storage& storage, const LogRange& range = {});

// Table name → its rows, each a line "cell|cell|…", sorted. Every table that is kept has an entry.
using TableLines = std::map<std::string, std::vector<std::string>>;
std::string LineOf(Row row);
TableLines TablesOf(Storage& storage);
TableLines TablesOf(Rows& rows);
// The tables as the records make them, folded one by one into rows that know of no storage.
TableLines FoldOf(absl::Span<const StoredRecord> records, bool keeps_state_transitions = false);

// The tree's root by the definition of RFC 6962 §2.1, from the records' bytes alone: it shares no code with the tree.
Hash RecomputedRoot(absl::Span<const StoredRecord> records);
Hash RootOf(Storage& storage);

// What must hold of every storage whatever was done to it: positions and stream versions have no gaps, times do not go
// back, the tree's root is the records' and the tables are the fold. Nothing, or what is wrong.
std::string FaultsOf(Storage& storage);

}  // namespace annals::support
