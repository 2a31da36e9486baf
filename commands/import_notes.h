// The notes in which an import keeps what its events do not say: payloads, each small enough to be recorded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/import_row.h"

namespace annals {

inline constexpr std::string_view kImportedRow = "imported_row";    // a row that could not be said, or not whole
inline constexpr std::string_view kImportedRows = "imported_rows";  // what became of each row, and its other cells
inline constexpr std::string_view kImportCompleted = "import_completed";  // the last event of an import

// {"table":"errors","why":["…"],"row":{…}}: the row whole. Where it is too long for one note, several
// {"table":"errors","why":["…"],"part":1,"parts":3,"text":"…"}, whose texts make the row's JSON when they are put
// together.
std::vector<std::string> RowNotes(const ImportRow& row, const std::vector<std::string>& why);

// Fills {"table":"errors","rows":[{"positions":[12],"row":{…}},…]} until it is as long as a note should be.
class RowsNote {
 public:
  explicit RowsNote(std::string table) : table_(std::move(table)) {}
  // True: it is full, Take it.
  bool Add(std::string_view entry);
  bool empty() const { return entries_.empty(); }
  std::string Take();

 private:
  std::string table_;
  std::string entries_;
};

// Whether what WriteRest() makes of a row is short enough for a RowsNote.
bool FitsRowsNote(std::string_view entry);

}  // namespace annals
