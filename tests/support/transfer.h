// A log as the lines of an export, and those lines imported again.
#pragma once

#include <string>
#include <vector>

#include "commands/import_lines.h"
#include "eventstore/storage.h"

namespace annals::support {

enum class Detail { kPlain, kFull };

// What `annals log --json [--full]` prints of the log, a line each.
std::vector<std::string> LinesOf(Storage& storage, Detail detail = Detail::kFull);

// The lines as they would come from a file. With a clock of its own that stands in 2030.
absl::StatusOr<LineImportReport> ImportInto(Storage& storage, const std::vector<std::string>& lines,
                                            const LineImportOptions& options = {},
                                            std::vector<std::string>* remarks = nullptr);

}  // namespace annals::support
