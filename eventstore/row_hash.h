// What rows are told apart by where very many are compared: sums of their hashes.
#pragma once

#include <cstdint>

#include "eventstore/table.h"

namespace annals {

// The last two are of no Value.
enum CellKind : int { kNullCell, kNumberCell, kTextCell, kRealCell, kBlobCell };

// Of the cells as they are stored, a time as text. Of this process alone: schemas/secret_hash.h.
uint64_t HashOfRow(Row row);

}  // namespace annals
