#include "cli/audit_html.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/audit_facts.h"
#include "cli/audit_marks.h"
#include "cli/audit_style.h"
#include "cli/audit_tables.h"
#include "cli/audit_timeline.h"
#include "cli/audit_words.h"
#include "cli/html_text.h"
#include "cli/version.h"

namespace annals {
namespace {

// Longer tables are cut into parts that fold, of which a browser lays out only those that are open.
constexpr size_t kRowsOfPart = 500;

// "TOOK" → "Took".
std::string HeaderText(std::string_view header) {
  std::string text(header);
  std::transform(text.begin() + 1, text.end(), text.begin() + 1,
                 [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
  return text;
}

std::string_view ContentName(AuditKind kind) {
  switch (kind) {
    case AuditKind::kCreated:
      return "metadata";
    case AuditKind::kStepCompleted:
      return "result";
    case AuditKind::kError:
      return "context";
    default:
      return "payload";
  }
}

std::string_view ClassOf(const AuditColumn& column) {
  if (column.align == Align::kRight) return "n";
  if (column.cells == AuditCells::kTime) return "time";
  if (column.cells == AuditCells::kState) return "s";
  return column.cells == AuditCells::kText || column.cells == AuditCells::kWhat ? "w" : "t";
}

void WriteWhat(const Audit& audit, const AuditEvent& event, const Cell& cell, std::ostream& out) {
  // A list that folds has no marks: a hundred thousand small pictures take a browser longer than all of the text.
  const bool has_mark = audit.events.size() <= kRowsOfPart;
  fmt::print(out, "<td class=\"w\"><div>{}{}", has_mark ? MarkSvg(event.kind, MarkClass(audit, event)) : "",
             EscapeHtml(cell.text));
  if (!event.json.empty()) {
    fmt::print(out, "<details><summary>{}</summary><pre>{}</pre></details>", ContentName(event.kind),
               EscapeHtml(event.json));
  }
  out << "</div></td>";
}

void WriteCell(const Audit& audit, const AuditColumn& column, const AuditRow& row, const Cell& cell,
               std::ostream& out) {
  if (column.cells == AuditCells::kWhat && row.event != nullptr) {
    WriteWhat(audit, *row.event, cell, out);
    return;
  }
  fmt::print(out, "<td class=\"{}\">", ClassOf(column));
  const std::string text = EscapeHtml(cell.text);
  if (column.cells == AuditCells::kPosition && row.event == nullptr && text != "-") {
    fmt::print(out, "<a href=\"#p{0}\">{0}</a>", text);
  } else if (column.cells == AuditCells::kState) {
    fmt::print(out, "<span class=\"pill {}\">{}</span>", StateClass(cell.text), text);
  } else {
    out << text;
  }
  out << "</td>";
}

void WriteRow(const Audit& audit, const AuditTable& table, const AuditRow& row, std::ostream& out) {
  if (row.event == nullptr) {
    out << "<tr>";
  } else {
    fmt::print(out, "<tr id=\"p{}\" class=\"k-{}\">", row.event->position.value, NameOf(row.event->kind));
  }
  for (size_t i = 0; i < row.cells.size(); ++i) WriteCell(audit, table.columns[i], row, row.cells[i], out);
  out << "</tr>\n";
}

void WriteRows(const Audit& audit, const AuditTable& table, size_t first, size_t past, std::ostream& out) {
  out << "<table>\n<thead><tr>";
  for (const AuditColumn& column : table.columns) {
    fmt::print(out, "<th scope=\"col\"{}>{}</th>", column.align == Align::kRight ? " class=\"n\"" : "",
               HeaderText(column.header));
  }
  out << "</tr></thead>\n<tbody>\n";
  for (size_t i = first; i < past; ++i) WriteRow(audit, table, table.rows[i], out);
  out << "</tbody>\n</table>\n";
}

void WriteSection(const Audit& audit, const AuditTable& table, std::ostream& out) {
  fmt::print(out, "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n<p>{2}</p>\n",
             table.id, table.title, table.note);
  if (table.rows.size() <= kRowsOfPart) {
    WriteRows(audit, table, 0, table.rows.size(), out);
  } else {
    for (size_t first = 0; first < table.rows.size(); first += kRowsOfPart) {
      const size_t past = std::min(first + kRowsOfPart, table.rows.size());
      fmt::print(out, "<details class=\"part\"{}><summary>{} to {} of {}, from position {}</summary>\n",
                 first == 0 ? " open" : "", first + 1, past, table.rows.size(),
                 EscapeHtml(table.rows[first].cells.front().text));
      WriteRows(audit, table, first, past, out);
      out << "</details>\n";
    }
  }
  out << "</section>\n";
}

// On narrow screens a row is a list, and each cell says what it is.
void WriteCellNames(const std::vector<AuditTable>& tables, std::ostream& out) {
  out << "@media screen and (max-width: 70rem) {\n";
  for (const AuditTable& table : tables) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      fmt::print(out, "#{} td:nth-child({})::before {{ content: \"{}\"; }}\n", table.id, i + 1,
                 HeaderText(table.columns[i].header));
    }
  }
  out << "}\n";
}

void WriteHead(const Audit& audit, const std::vector<AuditTable>& tables, std::ostream& out) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
         "base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
  fmt::print(out, "<title>Audit of run {}</title>\n<style>{}", EscapeHtml(audit.run_id), AuditStyle());
  WriteCellNames(tables, out);
  out << "</style>\n</head>\n";
}

void WriteHeader(const Audit& audit, const std::vector<AuditTable>& tables, std::ostream& out) {
  const AuditEntity& run = audit.run();
  fmt::print(out,
             "<body>\n<header>\n<p class=\"eyebrow\">Audit of run</p>\n<h1>{} <span class=\"pill {}\">{}</span></h1>\n",
             EscapeHtml(audit.run_id), StateClass(run.state), EscapeHtml(run.state));
  out << "<dl class=\"facts\">\n";
  for (const AuditFact& fact : FactsOf(audit)) {
    // The colour of a fact is that of a state which has it.
    const std::string_view look = fact.name == "status"      ? StateClass(run.state)
                                  : fact.ink == Ink::kRed    ? "i-red"
                                  : fact.ink == Ink::kYellow ? "i-yellow"
                                                             : "i-plain";
    fmt::print(out, "<div><dt>{}</dt><dd class=\"ink {}\">{}</dd>", fact.name, look, EscapeHtml(fact.value));
    if (!fact.note.empty()) fmt::print(out, "<dd class=\"note\">{}</dd>", EscapeHtml(fact.note));
    out << "</div>\n";
  }
  out << "</dl>\n<nav aria-label=\"Sections\">\n<a href=\"#timeline\">Timeline</a>\n";
  for (const AuditTable& table : tables) {
    fmt::print(out, "<a href=\"#{}\">{}</a>\n", table.id, table.title);
  }
  out << "</nav>\n</header>\n";
}

}  // namespace

void WriteAuditHtml(const Audit& audit, std::ostream& out) {
  const std::vector<AuditTable> tables = TablesOf(audit);
  WriteHead(audit, tables, out);
  WriteHeader(audit, tables, out);
  out << "<main>\n<section id=\"timeline\" aria-labelledby=\"timeline-title\">\n<h2 "
         "id=\"timeline-title\">Timeline</h2>\n";
  WriteTimeline(audit, out);
  out << "</section>\n";
  for (const AuditTable& table : tables) WriteSection(audit, table, out);
  fmt::print(out,
             "</main>\n<footer>\n<p>Positions number the events of the whole log: <code>annals log --run {}</code> "
             "shows those of this run. Times are UTC. Written by annals {}.</p>\n</footer>\n</body>\n</html>\n",
             EscapeHtml(audit.run_id), kAnnalsVersion);
}

}  // namespace annals
