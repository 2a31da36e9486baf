// An audit as tables: what its text, its Markdown and its HTML have in common. Texts are as the log has
// them; each renderer makes them safe for where they go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/audit.h"
#include "cli/table.h"

namespace annals {

// What the cells of a column are: of a kText people wrote a part, a kWhat may be followed by the event's JSON.
enum class AuditCells { kText, kPosition, kTime, kState, kName, kWhat };

struct AuditColumn {
  std::string_view header;
  AuditCells cells = AuditCells::kText;
  Align align = Align::kLeft;
};

struct AuditRow {
  std::vector<Cell> cells;            // as many as there are columns
  const AuditEvent* event = nullptr;  // in the table of all events: which one it is
};

struct AuditTable {
  std::string_view id;     // "refused"
  std::string_view title;  // "What was refused"
  std::string_view note;   // a sentence about it
  std::vector<AuditColumn> columns;
  std::vector<AuditRow> rows;
};

// The tables that have rows, in the order they are read: what was refused and overridden, errors, attempts, times,
// people, and then every event. `audit` must outlive them.
std::vector<AuditTable> TablesOf(const Audit& audit);

// What people stated as JSON, to follow a kWhat where it cannot be folded away: metadata and payloads; empty for what
// tools produced.
std::string_view StatedJson(const AuditEvent& event);

}  // namespace annals
