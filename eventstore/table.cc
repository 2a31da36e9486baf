#include "eventstore/table.h"

#include "schemas/check.h"

namespace annals {

size_t TableDef::ColumnIndex(std::string_view column_name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column_name) return i;
  }
  CHECK(!"the table has a column of that name");
  return 0;
}

}  // namespace annals
