// An audit for people, on a terminal or as a file.
#pragma once

#include <cstddef>
#include <optional>
#include <ostream>

#include "cli/audit.h"
#include "cli/terminal.h"

namespace annals {

// The summary and the tables. Lines are cut to `width` where it is given.
void WriteAuditText(const Audit& audit, std::optional<size_t> width, ColourMode colour, std::ostream& out);

}  // namespace annals
