// annals request resume: where the work of a request goes on.
#pragma once

#include "cli/command.h"
#include "eventstore/table.h"

namespace annals {

// Whether the work of a row of requests goes on: it has not ended, and waits for no person.
bool IsResumable(Row row);

Command ResumeRequestCommand();

}  // namespace annals
