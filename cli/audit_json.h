// An audit as one JSON object.
#pragma once

#include <string>

#include "cli/audit.h"

namespace annals {

// Minified, without a newline. Keys are snake_case, times ISO 8601, durations in ms; an event has the keys of its kind.
std::string AuditJson(const Audit& audit);

}  // namespace annals
