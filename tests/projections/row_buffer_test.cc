#include "projections/row_buffer.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/tables.h"
#include "tests/support/must.h"

namespace annals {
namespace {

using support::Must;
using testing::ElementsAre;

// What is written, as text.
class Writer final : public RowWriter {
 public:
  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override {
    return Put(fmt::format("{}{}", table.name, set == TableSet::kShadow ? " shadow" : ""), row);
  }
  absl::Status PutNewRows(const TableDef& table, TableSet, absl::Span<const Value> cells) override {
    return Put(fmt::format("new {}", table.name), cells);
  }
  std::vector<std::string> lines;
  size_t fail_at = SIZE_MAX;

 private:
  absl::Status Put(std::string line, absl::Span<const Value> cells) {
    for (const Value& value : cells) {
      if (const auto* text = std::get_if<std::string_view>(&value)) line += fmt::format(" \"{}\"", *text);
      if (const auto* number = std::get_if<int64_t>(&value)) line += fmt::format(" {}", *number);
      if (const auto* time = std::get_if<Timestamp>(&value)) line += fmt::format(" @{}", time->micros);
      if (std::holds_alternative<std::monostate>(value)) line += " NULL";
    }
    lines.push_back(line);
    return lines.size() < fail_at ? absl::OkStatus() : absl::ResourceExhaustedError("full");
  }
};

class RowBufferTest : public testing::Test {
 protected:
  RowBufferTest() {
    std::string first = "first", empty, second = "second";
    Must(buffer_.PutRow(RunsTable().table(), TableSet::kShadow,
                        std::vector<Value>{first, Value{}, int64_t{7}, empty, second}));
    Must(buffer_.PutNewRows(ErrorsTable().table(), TableSet::kLive, std::vector<Value>{Timestamp{5}, second}));
    first = second = "changed since";
  }
  RowBuffer buffer_;
};

TEST_F(RowBufferTest, WritesWhatTheRowsWereInTheirOrder) {
  const RowBuffer moved = std::move(buffer_);
  Writer writer;
  Must(moved.WriteInto(writer));
  EXPECT_THAT(writer.lines, ElementsAre("runs shadow \"first\" NULL 7 \"\" \"second\"", "new errors @5 \"second\""));
}

TEST_F(RowBufferTest, StopsAtTheFirstThatFails) {
  Writer writer;
  writer.fail_at = 1;
  EXPECT_EQ(buffer_.WriteInto(writer).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(writer.lines.size(), 1u);
}

}  // namespace
}  // namespace annals
