#include "cli/error_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/normalised_line.h"
#include "cli/telling_line.h"
#include "cli/utf8.h"

namespace annals {
namespace {

constexpr size_t kMaxCodeBytes = 64;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool IsAlnum(char c) {
  return IsDigit(c) || IsUpper(c) || (c >= 'a' && c <= 'z');
}

// The first name in a bracket such as "-Werror,-Wunused" or "bugprone-x,-warnings-as-errors" that names a check.
std::string FirstCheck(std::string_view inside) {
  while (!inside.empty()) {
    const size_t comma = std::min(inside.find(','), inside.size());
    const std::string_view name = inside.substr(0, comma);
    inside.remove_prefix(std::min(comma + 1, inside.size()));
    if (name == "-Werror" || name == "-warnings-as-errors") continue;
    constexpr std::string_view kPromoted = "-Werror=";
    if (name.starts_with(kPromoted)) return fmt::format("-W{}", name.substr(kPromoted.size()));
    return std::string(name);
  }
  return "";
}

bool LooksLikeCheck(std::string_view inside) {
  if (inside.empty() || inside.size() > kMaxCodeBytes || IsDigit(inside[0])) return false;
  return std::all_of(inside.begin(), inside.end(), [](char c) {
    return IsAlnum(c) || c == '-' || c == '_' || c == '=' || c == ',' || c == '+' || c == '.';
  });
}

// "… error: text [check]": the bracket ends the line and follows a space. Without ": " before it, it is prose or a
// list.
std::string TrailingCheck(std::string_view line) {
  if (!line.ends_with(']')) return "";
  const size_t open = line.rfind('[');
  if (open == std::string_view::npos || open == 0 || line[open - 1] != ' ') return "";
  if (!IsDiagnostic(line)) return "";
  const std::string_view inside = line.substr(open + 1, line.size() - open - 2);
  return LooksLikeCheck(inside) ? FirstCheck(inside) : "";
}

// "error[E0382]: …", "Error [ERR_MODULE_NOT_FOUND]: …".
std::string BracketAfterError(std::string_view line) {
  for (const std::string_view opening : {"error[", "warning[", "Error [ERR_"}) {
    const size_t at = line.find(opening);
    if (at == std::string_view::npos) continue;
    const size_t start = line.find('[', at) + 1;
    const size_t end = line.find(']', start);
    if (end == std::string_view::npos) continue;
    const std::string_view inside = line.substr(start, end - start);
    if (LooksLikeCheck(inside)) return std::string(inside);
  }
  return "";
}

// One to four capitals and three to five digits: E501, W0611, TS2322, C2065, LNK2019.
bool IsCodeWord(std::string_view word) {
  size_t letters = 0;
  while (letters < word.size() && IsUpper(word[letters])) ++letters;
  const std::string_view digits = word.substr(letters);
  return letters >= 1 && letters <= 4 && digits.size() >= 3 && digits.size() <= 5 &&
         std::all_of(digits.begin(), digits.end(), IsDigit);
}

// A code word counts only where tools put it: after "error ", "warning ", "code " or a location's ": ".
std::string CodeWord(std::string_view line) {
  for (const std::string_view before : {"error ", "warning ", "code ", ": "}) {
    for (size_t at = line.find(before); at != std::string_view::npos; at = line.find(before, at + 1)) {
      std::string_view word = line.substr(at + before.size());
      word = word.substr(0, static_cast<size_t>(std::find_if_not(word.begin(), word.end(), IsAlnum) - word.begin()));
      if (IsCodeWord(word)) return std::string(word);
    }
  }
  return "";
}

std::string EndCode(int exit_code, int signal) {
  return signal != 0 ? fmt::format("signal_{}", signal) : fmt::format("exit_{}", exit_code);
}

std::string EndText(int exit_code, int signal) {
  return signal != 0 ? fmt::format("signal {}", signal) : fmt::format("exit code {}", exit_code);
}

}  // namespace

std::string FindErrorCode(std::string_view line) {
  for (const auto find : {TrailingCheck, BracketAfterError, CodeWord}) {
    if (std::string code = find(line); !code.empty()) return code;
  }
  return "";
}

ErrorSummary SummariseFailure(std::string_view output, int exit_code, int signal) {
  const std::string line = TellingLine(output);
  ErrorSummary summary;
  summary.code = FindErrorCode(line);
  if (summary.code.empty()) summary.code = EndCode(exit_code, signal);
  summary.signature = std::string(CutUtf8(NormalisedLine(line), kMaxSignatureBytes));
  if (summary.signature.empty()) summary.signature = EndText(exit_code, signal);
  summary.message = std::string(CutUtf8(line, kMaxErrorMessageBytes));
  if (summary.message.empty()) summary.message = EndText(exit_code, signal);
  return summary;
}

}  // namespace annals
