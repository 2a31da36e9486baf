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
#include "tests/support/things.h"

namespace annals {
namespace {

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
  static const Tokens& made = *new Tokens(SqlTokens(support::kThingsSql));
  for (const bool may_have_more : {false, true}) {
    const size_t differences =
        DifferencesOf(tokens, {.made = made, .def = &support::Things(), .may_have_more = may_have_more});
    CHECK((tokens == made ? differences == 0 : true) && (tokens.empty() ? differences > 0 : true));
  }
  return 0;
}
