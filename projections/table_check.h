// The tables compared with the fold of the log, one stream at a time: its rows are the fold of that stream alone, so
// they can be compared when its last event is folded, and be forgotten then.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/btree_map.h>
#include <absl/status/status.h>

#include "eventstore/storage.h"
#include "projections/parting.h"
#include "projections/row_difference.h"
#include "projections/rows.h"

namespace annals {

using OnDifference = std::function<void(const TableDifference&)>;

class TableCheck {
 public:
  // How many rows of each table were seen.
  using Counts = absl::btree_map<const TableDef*, uint64_t>;

  // `snapshot` is where the tables stand.
  TableCheck(Snapshot& snapshot, OnDifference on_difference)
      : snapshot_(snapshot), on_difference_(std::move(on_difference)) {}

  // Compares all tables' rows of the stream with its fold, foreign keys included. `rows` are used up by it.
  absl::Status CompareStream(std::string_view stream, Rows& rows);
  const Counts& seen() const { return seen_; }

  // When all streams of the log are compared: finds the rows of streams that the log does not know. `seen` are the rows
  // that were seen of all others. Returns how many rows there are.
  absl::StatusOr<uint64_t> CompareRest(const Counts& seen);

 private:
  struct Found {
    TableDifference difference;
    std::optional<size_t> parting;  // index in partings_; none where no event made the row
  };

  template <class Cache>
  absl::Status CompareTable(std::string_view stream, Cache& cache, Rows& rows);
  absl::StatusOr<bool> HasRows(const TableDef& table);
  // Counts its rows.
  absl::Status CompareRestOf(const TableDef& table, const Counts& seen, uint64_t& rows);
  template <class RowStruct>
  void CompareRow(const RowType<RowStruct>& type, Row shown, Row folded);
  absl::Status CheckForeignKeys(const TableDef& table, Row row, Rows& rows);
  void Add(const TableDef& table, Row row, std::string detail, std::optional<Parting> parting);

  Snapshot& snapshot_;
  OnDifference on_difference_;
  Counts seen_;
  absl::btree_map<const TableDef*, bool> has_rows_;  // of those that were asked for
  // Of the stream that is being compared.
  std::vector<Found> found_;
  std::vector<Parting> partings_;
  // A row that others refer to: its table, and the last part of its key, the first being the run.
  std::string referred_table_;
  std::string referred_row_;
};

}  // namespace annals
