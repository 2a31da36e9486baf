// What people said to the requests of a run, as an audit shows it.
#pragma once

#include <optional>

#include "cli/audit.h"
#include "projections/projector.h"

namespace annals {

// The word that `event` of a request's stream, or of what was refused of it, is; nothing where it is none.
std::optional<AuditApproval> ApprovalOf(const FoldedEvent& event);

}  // namespace annals
