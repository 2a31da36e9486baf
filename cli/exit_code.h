// What the process says of itself to the shell.
#pragma once

#include <absl/status/status.h>

namespace annals {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;    // I/O, internal, newer schema, foreign file
inline constexpr int kExitUsage = 2;     // wrong usage or bad input
inline constexpr int kExitRefused = 3;   // by the law
inline constexpr int kExitNotFound = 4;  // no such entity, no database
inline constexpr int kExitConflict =
    5;  // the version moved, the key names another command, or what is to be made is there
inline constexpr int kExitIntegrity = 6;  // what is stored is not what was written
// `step exec` could not record, or not run; every other code may be the child's own.
inline constexpr int kExitExecFailed = 125;

// The only place where a status becomes an exit code.
int ExitCodeOf(absl::StatusCode code);
inline int ExitCodeOf(const absl::Status& status) {
  return ExitCodeOf(status.code());
}

}  // namespace annals
