// The picture of an audit: inline SVG with a lane for the run and for each workstream, as wide as the page.
#pragma once

#include <ostream>

#include "cli/audit.h"

namespace annals {

// A <figure>: the lanes, what their shapes and colours mean, and what is not drawn; and with it the shapes of
// audit_marks.h.
void WriteTimeline(const Audit& audit, std::ostream& out);

}  // namespace annals
