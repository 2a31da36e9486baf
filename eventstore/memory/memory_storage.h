// The log and the tables in memory: the store of tests, of time travel and of what is thrown away afterwards.
#pragma once

#include <memory>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "eventstore/storage.h"

namespace annals {

// Keeps the contract of eventstore/storage.h and forgets everything when it goes. Exact rather than fast: a read walks
// the rows that share the leading key columns it names, and the indexes of a TableDef are not kept. A Transaction works
// on the one state there is and takes its work back when it is dropped. What came from a MemoryStorage must go before
// it does. kInternal is
//   a Transaction or Snapshot asked for while another one is alive and uncommitted
//   a table that is not there; a row or a condition that does not fit its table: the wrong number of cells, a value of
//   another type than its column's, NULL where the column is NOT NULL or of the key, a value outside one_of
class MemoryStorage final : public Storage {
 public:
  // `tables` are the projected tables; those that are on_demand are absent until a shadow is swapped in. The side
  // tables (CommandIdsTable, ApplySourcesTable) are always there.
  static std::unique_ptr<MemoryStorage> Create(absl::Span<const TableDef* const> tables);
  struct State;
  explicit MemoryStorage(std::unique_ptr<State> state);  // what Create calls: only it can make a State
  ~MemoryStorage() override;

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override;
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override;
  absl::Status Sweep() override { return absl::OkStatus(); }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace annals
