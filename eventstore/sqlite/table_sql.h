// A table's CREATE TABLE, part by part, held against the one that annals makes.
#pragma once

#include <string>
#include <vector>

#include <absl/functional/function_ref.h>

#include "eventstore/table.h"

namespace annals {

using Tokens = std::vector<std::string>;  // of SqlTokens()

// "A" where annals has "B": from the first token that is another.
std::string DifferenceOf(const Tokens& is, const Tokens& made);

struct TableExpectation {
  Tokens made;
  const TableDef* def;  // null where no column is ever added to it
  bool may_have_more;   // columns of the user's that keep no row out
};
// Calls `visit` with each difference, as "lacks …" or "has …". A column may stand as it is added to rows that were
// there already.
void CompareTableSql(const Tokens& is, const TableExpectation& expected,
                     absl::FunctionRef<void(std::string difference, bool is_lost_column)> visit);

}  // namespace annals
