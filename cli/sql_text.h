// Answers to SQL, as a table for people or as JSON lines.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/table.h"
#include "cli/terminal.h"
#include "eventstore/sqlite/sql_reader.h"

namespace annals {

// A table per statement that has columns, with its header; NULL is empty, a blob its hex digits as x'…'. Its rows are
// held until its end, as the widths of the columns follow from them.
class SqlTables final : public SqlVisitor {
 public:
  SqlTables(std::ostream& out, std::optional<size_t> width, ColourMode colour)
      : out_(out), width_(width), colour_(colour) {}
  absl::Status Begin(absl::Span<const std::string_view> columns) override;
  absl::Status Row(absl::Span<const SqlValue> row) override;
  absl::Status End() override;

 private:
  std::ostream& out_;
  const std::optional<size_t> width_;
  const ColourMode colour_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// An object per row; a blob is a string of its hex digits, text that is no UTF-8 is mended.
class SqlLines final : public SqlVisitor {
 public:
  explicit SqlLines(std::ostream& out) : out_(out) {}
  absl::Status Begin(absl::Span<const std::string_view> columns) override;
  absl::Status Row(absl::Span<const SqlValue> row) override;
  absl::Status End() override { return absl::OkStatus(); }

 private:
  std::ostream& out_;
  std::vector<std::string> columns_;
};

}  // namespace annals
