// annals run watch: a run while it goes on.
#pragma once

#include "cli/command.h"

namespace annals {

Command WatchRun();

}  // namespace annals
