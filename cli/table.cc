#include "cli/table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/utf8.h"
#include "schemas/check.h"

namespace annals {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 4;  // below this a cut cell says nothing

size_t TotalWidth(const std::vector<size_t>& widths) {
  size_t total = widths.empty() ? 0 : kGap * (widths.size() - 1);
  for (const size_t width : widths) total += width;
  return total;
}

// Takes from the widest column, again and again, until the line fits or every column is at its narrowest.
void Fit(size_t max_width, std::vector<size_t>& widths) {
  for (size_t& width : widths) width = std::min(width, std::max(max_width, kNarrowest));  // bounds the loop below
  while (TotalWidth(widths) > max_width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) return;
    --*widest;
  }
}

void AppendCell(const Cell& cell, size_t width, Align align, ColourMode colour, std::string& line) {
  const std::string text = Shortened(cell.text, width);
  const std::string padding(width - DisplayWidth(text), ' ');
  if (align == Align::kRight) line += padding;
  line += Paint(text, cell.ink, colour);
  if (align == Align::kLeft) line += padding;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  CHECK(!columns_.empty());
}

void Table::AddRow(std::vector<Cell> cells) {
  CHECK(cells.size() == columns_.size());
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::string Table::Render(std::optional<size_t> max_width, ColourMode colour) const {
  std::vector<Cell> header;
  std::vector<size_t> widths;
  for (const Column& column : columns_) {
    header.push_back({column.header, Ink::kBold});
    widths.push_back(std::max<size_t>(DisplayWidth(column.header), 1));
  }
  for (const std::vector<Cell>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
  }
  if (max_width) Fit(*max_width, widths);

  std::string out;
  const auto append_row = [&](const std::vector<Cell>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      AppendCell(row[i], widths[i], columns_[i].align, colour, line);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line;
    out += '\n';
  };
  append_row(header);
  for (const std::vector<Cell>& row : rows_) append_row(row);
  return out;
}

std::string Shortened(const std::string& text, size_t width) {
  CHECK(width > 0);
  // More bytes than columns is usual (UTF-8), fewer is a quick yes: no character is wider than its bytes are many.
  if (text.size() <= width || DisplayWidth(text) <= width) return text;
  std::string_view rest = text;
  size_t used = 0;
  while (true) {
    const CodePoint next = DecodeUtf8(rest);
    const size_t columns = DisplayWidth(next.value);
    if (used + columns > width - 1) break;
    used += columns;
    rest.remove_prefix(next.bytes);
  }
  return text.substr(0, text.size() - rest.size()) + "…";
}

}  // namespace annals
