// annals worker show: a worker, its lease and the tasks it holds.
#pragma once

#include "cli/command.h"

namespace annals {

Command ShowWorkerCommand();

}  // namespace annals
