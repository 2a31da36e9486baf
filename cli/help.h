// Help as text, from the same data that the parser reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace annals {

// "annals run create [RUN] [--status S] …": `path` is "annals run create".
std::string UsageLine(std::string_view path, const Command& command);

// The help of one command or group, global options included.
std::string HelpOf(std::string_view path, const Command& command);

// The help of the whole program.
std::string HelpOfAnnals();

}  // namespace annals
