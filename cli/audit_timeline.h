// The picture of an audit: inline SVG with a lane for the run and for each workstream, as wide as the page.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "cli/audit.h"

namespace annals {

// A <figure>: the lanes, what their shapes and colours mean, and what is not drawn; and with it the shapes that
// MarkSvg() refers to. The page's style (AuditStyle()) gives them their looks.
void WriteTimeline(const Audit& audit, std::ostream& out);

// The mark of a kind of event, for text beside it: an <svg> of the size of a letter, coloured by the class `look`.
std::string MarkSvg(AuditKind kind, std::string_view look);

// The class that colours an event: of some kinds by what came of it.
std::string_view MarkClass(const Audit& audit, const AuditEvent& event);
// The class that colours a state or a status.
std::string_view StateClass(std::string_view state);

}  // namespace annals
