// Rows of text in aligned columns, as every list command prints them.
//
//   RUN   STATUS     DONE
//   r1    completed  12/12
//   r2    running     3/12
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/printable.h"
#include "cli/terminal.h"

namespace annals {

enum class Align { kLeft, kRight };

struct Column {
  std::string header;
  Align align = Align::kLeft;
};

struct Cell {
  std::string text;  // may be anything: it is made Printable() here
  Ink ink = Ink::kPlain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // `cells` are as many as there are columns.
  void AddRow(std::vector<Cell> cells);

  bool empty() const { return rows_.empty(); }

  // The header and every row, each ended by '\n' and without spaces at its end. Columns are two spaces apart. With
  // `max_width` (of a terminal) lines are at most that wide: the widest columns are cut and end in "…", down to a
  // few columns each; a terminal that is narrower still wraps. Without it (a pipe, a file) nothing is cut.
  std::string Render(std::optional<size_t> max_width, ColourMode colour) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// `text`, which must be Printable(), in at most `width` columns; what does not fit ends in "…". `width` is at least 1.
std::string Shortened(const std::string& text, size_t width);

}  // namespace annals
