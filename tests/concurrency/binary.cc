#include "tests/concurrency/binary.h"

#include <signal.h>
#include <sys/prctl.h>

#include <utility>

namespace annals::concurrency {

testing_process::ProcessResult RunAnnals(const std::string& database, std::vector<std::string> arguments) {
  return testing_process::RunProcess({.arguments = std::move(arguments),
                                      .environment = {{"PIPELINE_DB_PATH", database}},
                                      .in_child = [] { prctl(PR_SET_PDEATHSIG, SIGKILL); }});
}

bool IsLocked(const testing_process::ProcessResult& result) {
  return result.exit == 1 && result.err.find("another process holds the write lock") != std::string::npos;
}

}  // namespace annals::concurrency
