// The annals binary on a database that others use. Whoever runs it takes it along when killed.
#pragma once

#include <string>
#include <vector>

#include "tests/cli/annals_process.h"

namespace annals::concurrency {

testing_process::ProcessResult RunAnnals(const std::string& database, std::vector<std::string> arguments);

// Whether it says that others held the write lock for too long: nothing was done, and may be tried again.
bool IsLocked(const testing_process::ProcessResult& result);

}  // namespace annals::concurrency
