// The tables' side of the SQLite backend: rows in and out, by descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>
#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/storage.h"

namespace annals {

class SqliteTables {
 public:
  explicit SqliteTables(const Connection& connection) : connection_(&connection) {}

  absl::Status Put(const TableDef& table, TableSet set, Row row);
  absl::Status PutNew(const TableDef& table, TableSet set, absl::Span<const Value> cells);
  absl::Status Read(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit);
  absl::StatusOr<uint64_t> Count(const RowQuery& query);
  // In a transaction that has read the head.
  absl::StatusOr<bool> Has(const TableDef& table) const { return Has(table.name); }
  absl::Status CreateShadow(const TableDef& table);
  absl::Status SwapShadow(const TableDef& table);
  absl::Status DropShadow(const TableDef& table);

 private:
  // What tells one statement from another; the values bound to it do not.
  using Shape = absl::InlinedVector<uint64_t, 4>;
  absl::StatusOr<Statement*> Prepared(const Shape& shape, absl::FunctionRef<std::string()> sql);

  absl::Status Upsert(const TableDef& table, TableSet set, Row row);
  absl::StatusOr<bool> Has(const std::string& name) const;
  // Drops the table of that name, if there is one. It must have no triggers.
  absl::Status Drop(const std::string& name);

  // What others added to a table: columns with their types, the SQL of indexes and triggers, and the triggers' names.
  // It outlives a rebuild.
  struct Additions {
    std::vector<std::pair<std::string, std::string>> columns;
    std::vector<std::string> definitions, triggers;
  };
  absl::StatusOr<Additions> FindAdditions(const TableDef& table);

  const Connection* connection_;
  absl::flat_hash_map<Shape, std::unique_ptr<Statement>> statements_;
};

}  // namespace annals
