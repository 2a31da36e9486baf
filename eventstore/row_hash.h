// What rows are told apart by where very many are compared: sums of their hashes.
#pragma once

#include <cstdint>

#include "eventstore/table.h"

namespace annals {

// Kinds of cells, as SQLite numbers them.
inline constexpr int kNumberCell = 1, kTextCell = 3, kNullCell = 5;

// Of the cells as they are stored, a time as text. Of this process alone: schemas/secret_hash.h.
uint64_t HashOfRow(Row row);

}  // namespace annals
