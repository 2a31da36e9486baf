// For backends that keep the log in files of their own: what can be seen to be wrong with these, whatever the events
// say.
#pragma once

#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/types/span.h>

#include "eventstore/storage.h"

namespace annals {

// A snapshot of such a backend is one of these too.
class FileSnapshot {
 public:
  virtual ~FileSnapshot() = default;
  // Calls `visit` with each thing that is wrong: damaged pages, indexes that do not show their rows, a schema that is
  // not the one this annals makes, rows that stand for nothing. `tables` are the projected ones. Takes time in
  // proportion to the whole database.
  virtual absl::Status FindDamage(absl::Span<const TableDef* const> tables,
                                  absl::FunctionRef<void(std::string)> visit) = 0;
  // Of that only the pages, the indexes and values that no row may have: all there is to ask of a file of another
  // schema.
  virtual absl::Status FindDamagedPages(absl::FunctionRef<void(std::string)> visit) = 0;
};

}  // namespace annals
