// The tables and columns of a state database that an import knows.
#pragma once

#include <string_view>

namespace annals {

// Whether the rows of the table are known for what they are.
bool IsImportedTable(std::string_view name);
// Whether `column` of such a table is one that is looked at.
bool IsImportedColumn(std::string_view table, std::string_view column);

}  // namespace annals
