// State machines as text: a table, Mermaid, Graphviz, and the page docs/state_machine.md.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "commands/machine.h"

namespace annals {

// A stateDiagram-v2. States have names of their own only where Mermaid takes them as such; labels lose what would end
// them.
std::string MermaidOf(const Machine& machine);
// A digraph; what states and edges mean is shown under the mouse where it is drawn as SVG.
std::string DotOf(const Machine& machine);
// States and edges for a terminal of that width.
std::string MachineTables(const Machine& machine, std::optional<size_t> width, ColourMode colour);
// docs/state_machine.md.
std::string StateMachinePage();

}  // namespace annals
