// What rows are told apart by where very many are compared: sums of their hashes.
#pragma once

#include <cstdint>

#include "eventstore/table.h"

namespace annals {

enum CellKind : int { kNullCell, kNumberCell, kTextCell, kOtherCell };  // the last is none that a Value can be

// Of the cells as they are stored, a time as text. Of this process alone: schemas/secret_hash.h.
uint64_t HashOfRow(Row row);

}  // namespace annals
