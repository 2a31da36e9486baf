// The tables compared with the fold of the log by sums over their rows, which takes half of the instructions of looking
// every row up. Where a sum does not agree, TableCheck names the rows.
#pragma once

#include <cstdint>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include "eventstore/storage.h"
#include "projections/rows.h"

namespace annals {

class TableSums {
 public:
  // The rows that the fold of a stream makes; those of all streams make the tables.
  void AddFolded(Rows& rows);
  // The rows that the table has. One that is damaged does not agree.
  absl::Status TakeShown(Snapshot& snapshot, const TableDef& table);
  // What others counted.
  void Add(const TableSums& other);
  // What the log says is not known to be right: then rows are to be named whatever the sums are.
  void Doubt() { is_doubtful_ = true; }

  bool Agree() const;

 private:
  // Of the hashes of the rows that were folded, less those that were shown.
  absl::flat_hash_map<const TableDef*, uint64_t> sums_;
  bool is_doubtful_ = false;
};

}  // namespace annals
