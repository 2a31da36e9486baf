// annals step exec: runs a command as an attempt at a step.
#pragma once

#include "cli/command.h"

namespace annals {

Command ExecStep();

}  // namespace annals
