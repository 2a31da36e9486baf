#include "cli/audit_text.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/audit_facts.h"
#include "cli/audit_tables.h"
#include "cli/printable.h"
#include "cli/table.h"

namespace annals {
namespace {

std::string Fitted(const std::string& text, std::optional<size_t> width) {
  return width ? Shortened(text, *width) : text;
}

void WriteFacts(const Audit& audit, std::optional<size_t> width, ColourMode colour, std::ostream& out) {
  constexpr size_t kNameColumns = 13;
  out << Paint(Fitted(Printable("Audit of run " + audit.run_id), width), Ink::kBold, colour) << '\n';
  for (const AuditFact& fact : FactsOf(audit)) {
    const std::string name = fmt::format("{:<{}}", fact.name, kNameColumns);
    const std::string value = Printable(fact.value);
    const std::string note = fact.note.empty() ? "" : "   " + Printable(fact.note);
    // A terminal too narrow for a fact wraps it: cutting between the colours would cut them too.
    out << name << Paint(value, fact.ink, colour) << Paint(note, Ink::kDim, colour) << '\n';
  }
}

}  // namespace

void WriteAuditText(const Audit& audit, std::optional<size_t> width, ColourMode colour, std::ostream& out) {
  WriteFacts(audit, width, colour, out);
  for (AuditTable& section : TablesOf(audit)) {
    std::vector<Column> columns;
    for (const AuditColumn& column : section.columns) columns.push_back({std::string(column.header), column.align});
    Table table(std::move(columns));
    for (AuditRow& row : section.rows) {
      for (size_t i = 0; row.event != nullptr && i < row.cells.size(); ++i) {
        const std::string_view json = StatedJson(*row.event);
        if (section.columns[i].cells == AuditCells::kWhat && !json.empty()) row.cells[i].text.append(" ").append(json);
      }
      table.AddRow(std::move(row.cells));
    }
    out << '\n' << Paint(section.title, Ink::kBold, colour) << '\n' << table.Render(width, colour);
  }
}

}  // namespace annals
