// Rows to be written later, by another thread.
#pragma once

#include <memory>
#include <vector>

#include "eventstore/storage.h"

namespace annals {

class RowBuffer final : public RowWriter {
 public:
  // These copy the rows, text and all. `table` must outlive the buffer.
  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override { return Add(table, set, row, false); }
  absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override {
    return Add(table, set, cells, true);
  }

  // Puts the rows into `writer` as they were put here.
  absl::Status WriteInto(RowWriter& writer) const;

 private:
  absl::Status Add(const TableDef& table, TableSet set, absl::Span<const Value> cells, bool are_new);

  struct Batch {
    const TableDef* table;
    TableSet set;
    bool are_new;
    std::vector<Value> cells;      // viewing `text`
    std::unique_ptr<char[]> text;  // of all of them
  };
  std::vector<Batch> batches_;
};

}  // namespace annals
