// Rows to be written later, by another thread.
#pragma once

#include <memory>
#include <vector>

#include "eventstore/storage.h"

namespace annals {

class RowBuffer final : public RowWriter {
 public:
  // Copies the rows, text and all. `table` must outlive the buffer.
  absl::Status PutRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override;

  // Puts the rows into `writer`, in the order they came, as many at once.
  absl::Status WriteInto(RowWriter& writer) const;

 private:
  struct Batch {
    const TableDef* table;
    TableSet set;
    std::vector<Value> cells;      // viewing `text`
    std::unique_ptr<char[]> text;  // of all of them
  };
  std::vector<Batch> batches_;
};

}  // namespace annals
