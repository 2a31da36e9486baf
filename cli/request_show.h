// annals request show: one in full, and what of it waits for approval.
#pragma once

#include "cli/command.h"

namespace annals {

Command ShowRequestCommand();

}  // namespace annals
