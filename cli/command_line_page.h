// docs/command_line.md, made from the tree of commands.
#pragma once

#include <string>

namespace annals {

std::string CommandLinePage();

}  // namespace annals
