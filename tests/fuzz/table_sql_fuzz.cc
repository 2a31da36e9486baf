// Any bytes as the SQL of a table, as sqlite_schema may hold them: taken apart, put together and taken apart again they
// are the same words, and a table that is compared with itself does not differ.
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sqlite/sql_tokens.h"
#include "eventstore/sqlite/table_sql.h"
#include "schemas/check.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

const TableDef& Things() {
  static const auto* const table =
      new TableDef{.name = "things",
                   .meaning = {},
                   .columns = {{.name = "id"}, {.name = "age", .type = ColumnType::kInteger, .not_null = true}}};
  return *table;
}
constexpr const char* kMade = "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, CHECK (age > 0)) STRICT";

size_t DifferencesOf(const Tokens& is, const TableExpectation& expected) {
  size_t count = 0;
  CompareTableSql(is, expected, [&](const std::string& difference, bool) {
    CHECK(!difference.empty());
    ++count;
  });
  return count;
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace annals;
  const Tokens tokens = SqlTokens(fuzz::TextOf(data, size));
  CHECK(SqlTokens(fmt::format("{}", fmt::join(tokens, " "))) == tokens);
  CHECK(DifferencesOf(tokens, {.made = tokens, .def = nullptr, .may_have_more = false}) == 0);
  static const Tokens& made = *new Tokens(SqlTokens(kMade));
  for (const bool may_have_more : {false, true}) {
    const size_t differences = DifferencesOf(tokens, {.made = made, .def = &Things(), .may_have_more = may_have_more});
    CHECK((tokens == made ? differences == 0 : true) && (tokens.empty() ? differences > 0 : true));
  }
  return 0;
}
