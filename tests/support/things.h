// A table of two columns, and the SQL that annals would make it with.
#pragma once

#include "eventstore/table.h"

namespace annals::support {

inline const TableDef& Things() {
  static const TableDef* const table =
      new TableDef{.name = "things",
                   .meaning = {},
                   .columns = {{.name = "id"}, {.name = "age", .type = ColumnType::kInteger, .not_null = true}}};
  return *table;
}
inline constexpr const char* kThingsSql =
    "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, CHECK (age > 0)) STRICT";

}  // namespace annals::support
