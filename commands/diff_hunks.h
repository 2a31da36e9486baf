// The hunks of one file: the same in all formats.
#pragma once

#include "commands/diff_text.h"

namespace annals {

// Which side of a file is not there.
enum class MissingSide { kNone, kOld, kNew };

// Reads the hunks that `text` stands at, at least one, and counts their lines. False: `text` has a fault.
bool ReadHunks(DiffText& text, MissingSide missing, DiffSummary& summary);

}  // namespace annals
