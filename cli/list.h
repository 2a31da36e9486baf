// The one implementation of every list: filters from arguments, rows from a table, a table or JSON lines on stdout.
#pragma once

#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/table.h"
#include "eventstore/table.h"
#include "schemas/timestamp.h"

namespace annals {

// A column for people. Without `cell` it is the table's column of that name.
struct ListColumn {
  std::string_view header;
  std::string_view column;
  Cell (*cell)(const TableDef& table, Row row, Timestamp now) = nullptr;
};

// An option that keeps the rows whose `column` equals its value.
struct ListFilter {
  std::string_view option;  // "--ws"
  std::string_view value;   // "WS"
  std::string_view column;  // "ws_id"
  std::string_view meaning;
};

// A flag that keeps some rows.
struct ListFlag {
  std::string_view option;  // "--resumable"
  std::string_view meaning;
  bool (*keeps)(Row row);
};

struct ListDef {
  const TableDef* table;
  std::string_view things;  // "runs", for messages
  std::string_view summary;
  std::string_view example;
  std::string_view time_column;  // what --since looks at, and the order: newest last
  std::vector<ListColumn> columns;
  std::vector<ListFilter> filters = {};  // beside --run and --status, where the table has them
  std::vector<ListFlag> flags = {};
};

// `list` with --run, --status, --since, --limit and the filters.
Command MakeListCommand(ListDef def);

}  // namespace annals
