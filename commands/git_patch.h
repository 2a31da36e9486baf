// Reads diffs as git writes them; diff_format.h says what is taken.
#pragma once

#include "commands/diff_text.h"

namespace annals {

// Reads `text` to its end. False: it has a fault.
bool ReadGitPatch(DiffText& text, DiffSummary& summary);

}  // namespace annals
