// The shapes and colours by which the page of an audit tells events and states apart. AuditStyle() has the classes.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "cli/audit.h"

namespace annals {

// The <defs> of a page's first <svg>: the shapes that MarkSvg() refers to as #mark-KIND, and the hatch of the style.
void WriteMarkShapes(std::ostream& out);

// The mark of a kind of event, for text beside it: an <svg> of the size of a letter, coloured by the class `look`.
std::string MarkSvg(AuditKind kind, std::string_view look);

// The class that colours an event: of some kinds by what came of it.
std::string_view MarkClass(const Audit& audit, const AuditEvent& event);
// The class that colours a state or a status.
std::string_view StateClass(std::string_view state);

}  // namespace annals
