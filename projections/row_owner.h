// Which stream makes which rows (TableDef::owners).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "eventstore/table.h"

namespace annals {

// The stream that makes `row`: the first owner whose cells are all there. Nothing where none is.
std::optional<std::string> OwnerOf(const TableDef& table, Row row);

// The stream that makes all rows `query` asks for, since its conditions name one owner whole. Nothing where they do
// not.
std::optional<std::string> OwnerNamedBy(const RowQuery& query);

// Asks for the rows that `stream` makes, in an order that an index has. Nothing where it makes none in this table.
// Views `stream`.
std::optional<RowQuery> RowsOwnedBy(const TableDef& table, std::string_view stream);

}  // namespace annals
