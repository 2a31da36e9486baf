// An audit as a page to look at.
#pragma once

#include <ostream>

#include "cli/audit.h"

namespace annals {

// One HTML file that needs nothing else: no scripts, nothing from a network (its own policy forbids both), light and
// dark, fit for paper and for narrow screens. Every event is in it; of a large run the list folds and the picture says
// what it leaves out.
void WriteAuditHtml(const Audit& audit, std::ostream& out);

}  // namespace annals
