// Why an entity is in its state, as a page for people and as JSON.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "commands/why.h"

namespace annals {

// Lines end in '\n' and are at most `width` wide where it is given, but for commands, which stay whole.
std::string WhyText(const why::Explanation& explained, Timestamp now, std::optional<size_t> width, ColourMode colour);

// One object, without a newline.
std::string WhyJson(const why::Explanation& explained);

}  // namespace annals
