#include "projections/row_buffer.h"

#include <algorithm>

#include "schemas/status.h"

namespace annals {

absl::Status RowBuffer::Add(const TableDef& table, TableSet set, absl::Span<const Value> cells, bool are_new) {
  size_t bytes = 0;
  for (const Value& value : cells) {
    if (const auto* text = std::get_if<std::string_view>(&value)) bytes += text->size();
  }
  Batch& batch =
      batches_.emplace_back(Batch{&table, set, are_new, {cells.begin(), cells.end()}, std::make_unique<char[]>(bytes)});
  char* end = batch.text.get();
  for (Value& value : batch.cells) {
    if (auto* const text = std::get_if<std::string_view>(&value)) {
      char* const begin = end;
      end = std::ranges::copy(*text, begin).out;
      *text = {begin, text->size()};
    }
  }
  return absl::OkStatus();
}

absl::Status RowBuffer::WriteInto(RowWriter& writer) const {
  for (const Batch& batch : batches_) {
    const auto put = batch.are_new ? &RowWriter::PutNewRows : &RowWriter::PutRow;
    RETURN_IF_ERROR((writer.*put)(*batch.table, batch.set, batch.cells));
  }
  return absl::OkStatus();
}

}  // namespace annals
