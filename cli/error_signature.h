// What a failed command's output says in one line: for people (message), for counting (signature) and for tools (code).
//
// Two failures with the same signature are counted as one error. So a signature leaves out what differs between two
// runs of the same fault, and keeps what tells two faults apart; normalised_line.h says how.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals {

inline constexpr size_t kMaxSignatureBytes = 200;
inline constexpr size_t kMaxErrorMessageBytes = 4096;

struct ErrorSummary {
  std::string code;  // what the tool itself calls it ("-Wformat=", "E0382", "nullPointer"), else "exit_1", "signal_11"
  std::string signature;  // one line, at most kMaxSignatureBytes of valid UTF-8 without controls, never empty
  std::string message;    // the telling line as it came but for colours, at most kMaxErrorMessageBytes, never empty
};

// `output` is the tail of what the command printed, `exit_code` and `signal` its end (signal is 0 when it exited). The
// line comes from TellingLine(); without output it is "exit code 3" or "signal 11". Pure: the same input gives the same
// text.
ErrorSummary SummariseFailure(std::string_view output, int exit_code, int signal);

// The code of the fault in one line of a tool's output, or empty: a trailing [-Wname], [checkName] or [check,options]
// of a diagnostic, error[E0382], or a word such as C2065, TS2322 or E501 where tools put their codes.
std::string FindErrorCode(std::string_view line);

}  // namespace annals
