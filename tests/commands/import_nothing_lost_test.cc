// Every cell of every row can be found again in the log, whatever it holds.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "schemas/json_escape.h"
#include "schemas/json_text.h"
#include "tests/commands/import_fixture.h"

namespace annals::support {
namespace {

class ImportNothingLostTest : public ImportFixture {};

// How a cell stands in JSON. Free JSON stands as itself where it could be taken.
std::vector<std::string> FormsOf(const ForeignCell& cell) {
  JsonWriter out;
  WriteCell(cell, out);
  std::vector<std::string> forms = {out.text()};
  if (const auto* const text = std::get_if<std::string>(&cell)) {
    if (const auto json = MinifyJsonObject(*text); json.ok()) forms.push_back(*json);
    forms.push_back("run/" + *text);  // a run is the name of its stream
  }
  return forms;
}

std::string FirstLost(const std::vector<ForeignTable>& tables, const std::string& log) {
  for (const ForeignTable& table : tables) {
    for (const auto& row : table.rows) {
      for (size_t i = 0; i < row.size(); ++i) {
        const auto forms = FormsOf(row[i]);
        const auto is_found = [&](const std::string& form) { return log.find(form) != std::string::npos; };
        if (std::ranges::none_of(forms, is_found)) return table.name + "." + table.columns[i] + " = " + forms[0];
      }
    }
  }
  return "";
}

// A cell that is what its column wants, or something else that nobody else says.
ForeignCell AnyCell(const std::string& column, int64_t unique) {
  const auto text = [&](std::string_view before) { return fmt::format("{}{}", before, unique); };
  const int kind = *rc::gen::inRange(0, 14);
  if (kind == 0) return {};
  if (kind == 1) return unique;
  if (kind == 2) return static_cast<double>(unique) + 0.25;
  if (kind == 3) return ForeignBytes{text("\xff\x00\x80")};
  if (kind == 4) return text("a \"text\" with\n\\ ü\x01 ");
  if (kind == 5) return text("{\"bad\":");
  if (column == "run_id") return *rc::gen::elementOf(std::vector<std::string>{"r1", "r2", text("r")});
  if (column == "ws_id") return *rc::gen::elementOf(std::vector<std::string>{"a", "b", text("w")});
  if (column == "id" || column == "count") return unique % 4;
  if (column == "depends_on") return *rc::gen::elementOf(std::vector<std::string>{R"(["a"])", "b , a", "", "b"});
  if (column == "status") {
    return *rc::gen::elementOf(
        std::vector<std::string>{"pending", "running", "done", "failed", "COMPLETED", "paused", "success", "ready"});
  }
  if (column.ends_with("_json")) return fmt::format(R"({{ "n" : [ {}, 1.0 ] }})", unique);
  if (column.ends_with("_at") || column == "timestamp") {
    return fmt::format("2024-01-{:02}T10:00:{:02}+0{}:00", unique % 28 + 1, unique % 60, unique % 9);
  }
  return text("v");
}

TEST_F(ImportNothingLostTest, WhateverTheRowsHold) {
  rc::check([] {
    StateTables tables;
    int64_t unique = 700'000'000;
    for (ForeignTable* const table :
         {&tables.errors, &tables.events, &tables.runs, &tables.attempts, &tables.workstreams, &tables.schema_meta}) {
      if (*rc::gen::inRange(0, 3) == 0) table->columns.push_back("column of its own");
      const int rows = *rc::gen::inRange(0, 6);
      for (int i = 0; i < rows; ++i) {
        auto& row = table->rows.emplace_back();
        for (const std::string& column : table->columns) row.push_back(AnyCell(column, ++unique));
      }
    }
    ImportBench bench;
    const std::vector<ForeignTable> all = tables.All();
    Must(bench.TryImport(all).status());
    std::string log;
    for (const std::string& line : bench.Events()) log += line + "\n";
    RC_ASSERT(FirstLost(all, log) == "");
    RC_ASSERT(FaultsOf(bench.storage()) == "");
  });
}

TEST_F(ImportNothingLostTest, ARowThatIsTooLongStandsInPartsThatMakeItWhole) {
  StateTables tables;
  tables.Run().Workstream("a").Error("a");
  std::string message = "begin ";
  while (message.size() < (size_t{3} << 20)) message += "\"ü\" ";
  tables.errors.rows[0][6] = message;
  Import(tables);
  std::string row;
  for (const std::string& line : Events()) {
    if (line.find(R"("part":)") == std::string::npos) continue;
    const size_t begin = line.find(R"("text":")") + 8;
    ASSERT_EQ(AppendUnescaped(std::string_view(line).substr(begin, line.rfind("\"}}") - begin), row),
              std::string_view::npos);
  }
  std::string expected = "\"message\":\"";
  AppendEscaped(message, expected);
  EXPECT_NE(row.find(expected), std::string::npos);
  EXPECT_TRUE(row.starts_with(R"({"id":1,)") && row.ends_with("}"));
}

TEST_F(ImportNothingLostTest, ALongCellOfATableOfItsOwnStandsInPartsToo) {
  StateTables tables;
  tables.Run().extra = {{"blobs", {"name", "bytes"}, {{"b", ForeignBytes{std::string(size_t{1} << 20, 'x')}}}}};
  const ImportReport report = Import(tables);
  EXPECT_TRUE(report.IsLawful());
  EXPECT_THAT(Events(), testing::Contains(testing::HasSubstr(R"("part":3,"parts":6)")));
}

}  // namespace
}  // namespace annals::support
