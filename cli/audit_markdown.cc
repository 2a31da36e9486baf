#include "cli/audit_markdown.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "cli/audit_facts.h"
#include "cli/audit_tables.h"
#include "cli/printable.h"

namespace annals {
namespace {

bool IsWordCharacter(const std::string& text, size_t at) {
  return at < text.size() && (absl::ascii_isalnum(static_cast<unsigned char>(text[at])) || (text[at] & 0x80) != 0);
}

void WriteTable(const AuditTable& table, std::ostream& out) {
  out << "\n## " << table.title << "\n\n" << table.note << "\n\n|";
  for (const AuditColumn& column : table.columns) out << ' ' << column.header << " |";
  out << "\n|";
  for (const AuditColumn& column : table.columns) out << (column.align == Align::kRight ? "---:|" : "---|");
  out << '\n';
  for (const AuditRow& row : table.rows) {
    out << '|';
    for (size_t i = 0; i < row.cells.size(); ++i) {
      out << ' ' << EscapeMarkdown(row.cells[i].text);
      const bool is_what = table.columns[i].cells == AuditCells::kWhat && row.event != nullptr;
      if (is_what && !StatedJson(*row.event).empty()) out << ' ' << EscapeMarkdown(StatedJson(*row.event));
      out << " |";
    }
    out << '\n';
  }
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  const std::string line = Printable(text);
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    switch (line[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '_':
        // Inside a word it is no markup, and static_check reads better so.
        if (i == 0 || !IsWordCharacter(line, i - 1) || !IsWordCharacter(line, i + 1)) out += '\\';
        out += '_';
        break;
      case '\\':
      case '`':
      case '*':
      case '[':
      case ']':
      case '|':
      case '~':
      case '$':
        out += '\\';
        [[fallthrough]];
      default:
        out += line[i];
    }
  }
  return out;
}

void WriteAuditMarkdown(const Audit& audit, std::ostream& out) {
  out << "# Audit of run " << EscapeMarkdown(audit.run_id) << "\n\n| | | |\n|---|---|---|\n";
  for (const AuditFact& fact : FactsOf(audit)) {
    out << fmt::format("| {} | **{}** | {} |\n", fact.name, EscapeMarkdown(fact.value), EscapeMarkdown(fact.note));
  }
  for (const AuditTable& table : TablesOf(audit)) WriteTable(table, out);
}

}  // namespace annals
