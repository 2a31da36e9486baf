// Finds the line of a failed command's output that tells best what went wrong.
#pragma once

#include <string>
#include <string_view>

namespace annals {

// The line, trimmed, without escape sequences, valid UTF-8 without control characters, at most 4 KiB; empty when there
// is no line at all. It is the first of the strongest kind that is present:
//   1. a test report's own summary line (pytest "FAILED file::test - why")
//   2. an error by its form: "error:", "fatal:", "panic:", "undefined reference", an assertion, "--- FAIL", "FAILED", a
//      traceback's exception (of chained exceptions the last, which is the one that got out)
//   3. a system's complaint: "No such file or directory", "command not found", "cannot …", "Segmentation fault"
//   4. a located warning or remark ("a.c:3:5: …"), for linters that fail on those
//   5. a driver that reports another's failure: "make: *** …", "ninja: build stopped", "collect2: error: ld returned"
//   6. the last line that is not empty
// A line that ends in ':' and says what follows ("panicked at src/main.rs:2:5:") is joined with the next one.
// '\r' ends a line too: what a progress display overwrote is not part of the message.
std::string TellingLine(std::string_view output);

// `line` has the form of a compiler's or linter's message: "error: …", or "file.c:3:5: …".
bool IsDiagnostic(std::string_view line);

}  // namespace annals
