#include "cli/telling_line.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

#include "cli/printable.h"
#include "cli/utf8.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr size_t kMaxLineBytes = 4096;

// How much a line tells, from least to most.
enum class Weight { kNone, kAny, kDriver, kRemark, kComplaint, kError, kSummary };

using Words = std::initializer_list<std::string_view>;

bool ContainsAny(std::string_view line, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

bool StartsWithAny(std::string_view line, Words words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return line.starts_with(word); });
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsWordCharacter(char c) {
  return IsDigit(c) || c == '_' || c == '-' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// `word` stands by itself: "ERROR" in "[ERROR] x", not in "MY_ERROR_CODE" or "ERROR-FREE".
bool HasWord(std::string_view line, std::string_view word) {
  for (size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool free_before = at == 0 || (!IsWordCharacter(line[at - 1]) && line[at - 1] != '/' && line[at - 1] != '.');
    const bool free_after = end == line.size() || (!IsWordCharacter(line[end]) && line[end] != '/' && line[end] != '.');
    if (free_before && free_after) return true;
  }
  return false;
}

// "file.ext:3:" or "file.ext(3,5):" at the start: where compilers and linters put the place.
bool IsLocated(std::string_view line) {
  const size_t place = line.find_first_of(":( ", line.size() > 2 && line[1] == ':' ? 2 : 0);  // past a drive letter
  if (place == std::string_view::npos || place == 0 || line[place] == ' ' || place + 1 == line.size()) return false;
  const std::string_view file = line.substr(0, place);
  return file.find('.') != std::string_view::npos && IsDigit(line[place + 1]) &&
         line.find(':', place + 1) < line.size();
}

// Says that something did not fail: "0 errors", "no error", "checking for foo... not found".
bool IsReassurance(std::string_view line) {
  return HasWord(line, "0 errors") || HasWord(line, "0 error") || HasWord(line, "0 failed") ||
         HasWord(line, "0 failures") || HasWord(line, "no errors") || HasWord(line, "No errors") ||
         StartsWithAny(line, {"-- ", "checking "});
}

// Reports that a program it ran has failed, which that program said better itself.
bool IsDriver(std::string_view line) {
  const bool is_make = StartsWithAny(line, {"make: ", "make[", "gmake: ", "gmake["}) && ContainsAny(line, {"] Error "});
  return is_make ||
         StartsWithAny(line, {"FAILED: ", "ninja: ", "collect2: error", "npm ERR!", "npm error",
                              "error: could not compile", "error: test failed", "error Command failed"}) ||
         ContainsAny(line, {"linker command failed", "errors generated.", "error generated.", "Error while processing ",
                            "[build failed]"});
}

bool IsSummary(std::string_view line) {
  return StartsWithAny(line, {"FAILED ", "ERROR "}) && ContainsAny(line, {".py::", ".py - "});
}

bool IsError(std::string_view line) {
  return ContainsAny(line, {"error:",           "Error:",
                            "ERROR:",           "error[",
                            "Exception:",       "fatal:",
                            "FATAL:",           "panic:",
                            "panicked at",      "undefined reference",
                            "undefined symbol", "multiple definition of",
                            "ld: cannot find",  "CMake Error",
                            "terminate called", "--- FAIL",
                            "[  FAILED  ]",     "***Failed",
                            "***Exception",     "***Timeout",
                            "***Not Run",       "Error [ERR_",
                            ": undefined: "}) ||
         (ContainsAny(line, {"Assertion"}) && ContainsAny(line, {"failed", "Failed"})) ||
         StartsWithAny(line, {"E   ", "AssertionError", "fatal error", "FAIL ", "FAIL:"}) ||
         HasWord(line, "error TS") || ContainsAny(line, {": error ", ": fatal error ", "): error "}) ||
         HasWord(line, "FAILED") || HasWord(line, "ERROR") || HasWord(line, "FATAL");
}

bool IsComplaint(std::string_view line) {
  return ContainsAny(
             line, {"*** No rule to make target", "o such file or directory", "ermission denied", "command not found",
                    ": not found", "egmentation fault", "o space left", "ot enough memory", "ut of memory", "imed out",
                    "onnection refused", "Is a directory", "Not a directory", ": Failure"}) ||
         HasWord(line, "Error") || HasWord(line, "error") || HasWord(line, "Failed") || HasWord(line, "failed") ||
         HasWord(line, "cannot") || HasWord(line, "Cannot") || HasWord(line, "Aborted") || HasWord(line, "Killed");
}

Weight WeightOf(std::string_view line) {
  if (line.empty()) return Weight::kNone;
  if (IsReassurance(line)) return Weight::kAny;
  if (IsDriver(line)) return Weight::kDriver;
  if (IsSummary(line)) return Weight::kSummary;
  const bool is_remark = ContainsAny(line, {"warning:", "note:", "Warning:"});
  if (!is_remark && IsError(line)) return Weight::kError;
  if (!is_remark && IsComplaint(line)) return Weight::kComplaint;
  return IsLocated(line) && line.find("note:") == std::string_view::npos ? Weight::kRemark : Weight::kAny;
}

std::string_view Trim(std::string_view line) {
  const size_t start = line.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  return line.substr(start, line.find_last_not_of(' ') - start + 1);
}

std::string WithoutControls(std::string_view line) {
  const std::string valid = ValidUtf8(StripAnsi(line));
  std::string out;
  for (std::string_view rest = valid; !rest.empty(); rest.remove_prefix(Utf8Length(rest))) {
    out += IsControl(rest) ? " " : rest.substr(0, Utf8Length(rest));
  }
  return out;
}

std::vector<std::string> Lines(std::string_view output) {
  std::vector<std::string> lines;
  while (!output.empty()) {
    const size_t end = std::min(output.find_first_of("\n\r"), output.size());
    lines.push_back(WithoutControls(CutUtf8(output.substr(0, end), kMaxLineBytes)));
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return lines;
}

// The first line at or after `from` that is not empty, or lines.size().
size_t NextFull(const std::vector<std::string>& lines, size_t from) {
  while (from < lines.size() && Trim(lines[from]).empty()) ++from;
  return from;
}

// The exception of the traceback that begins at `start`: its first line that is not indented.
size_t ExceptionOf(const std::vector<std::string>& lines, size_t start) {
  const size_t indent = lines[start].find_first_not_of(' ');
  size_t at = start + 1;
  while (at < lines.size() && (Trim(lines[at]).empty() || lines[at].find_first_not_of(' ') > indent)) ++at;
  return at;
}

bool IsTraceback(std::string_view line) {
  return line.find("Traceback (most recent call last)") != std::string_view::npos;
}

// As ExceptionOf, but of a chain of exceptions the one that got out.
size_t LastOfChain(const std::vector<std::string>& lines, size_t traceback) {
  size_t exception = ExceptionOf(lines, traceback);
  while (exception < lines.size()) {
    const size_t link = NextFull(lines, exception + 1);
    if (link == lines.size()) break;
    if (!ContainsAny(lines[link], {"During handling of the above exception", "was the direct cause of the following"}))
      break;
    const size_t next = NextFull(lines, link + 1);
    if (next == lines.size() || !IsTraceback(lines[next])) break;
    const size_t following = ExceptionOf(lines, next);
    if (following == lines.size()) break;  // the output ends in the middle of it
    exception = following;
  }
  return exception;
}

std::string WithContinuation(const std::vector<std::string>& lines, size_t at) {
  std::string line(Trim(lines[at]));
  const size_t next = NextFull(lines, at + 1);
  if (next == lines.size()) return line;
  const std::string_view following = Trim(lines[next]);
  if (!line.ends_with(':') && !following.starts_with("what():")) return line;
  line += ' ';
  line += following;
  return std::string(CutUtf8(line, kMaxLineBytes));
}

}  // namespace

std::string TellingLine(std::string_view output) {
  const std::vector<std::string> lines = Lines(output);
  size_t best = lines.size();
  Weight best_weight = Weight::kNone;
  for (size_t i = 0; i < lines.size(); ++i) {
    size_t at = i;
    Weight weight = WeightOf(Trim(lines[i]));
    if (IsTraceback(lines[i])) {
      at = LastOfChain(lines, i);
      weight = at < lines.size() ? Weight::kError : Weight::kNone;
    }
    // Of lines that say nothing the last one counts, else the first: what follows a fault is often its consequence.
    const bool better = weight > best_weight || (weight == Weight::kAny && best_weight == Weight::kAny);
    if (better) {
      best = at;
      best_weight = weight;
    }
  }
  return best < lines.size() ? WithContinuation(lines, best) : "";
}

bool IsDiagnostic(std::string_view line) {
  return IsLocated(line) || ContainsAny(line, {"error: ", "warning: ", "fatal error: "});
}

}  // namespace annals
