#include "commands/git_binary.h"

#include <algorithm>
#include <string_view>

namespace annals {
namespace {

constexpr size_t kBytesPerGroup = 4;
constexpr size_t kDigitsPerGroup = 5;
constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

bool IsSize(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool StartsContent(const DiffText& text) {
  for (const std::string_view kind : {"literal ", "delta "}) {
    if (text.StartsWith(kind) && IsSize(text.line().substr(kind.size()))) return true;
  }
  return false;
}

// How many bytes a line that begins with `letter` holds; 0 where it is none.
size_t BytesOf(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<size_t>(letter - 'A') + 1;
  if (letter >= 'a' && letter <= 'z') return static_cast<size_t>(letter - 'a') + 27;
  return 0;
}

bool IsContentLine(std::string_view line) {
  const size_t bytes = BytesOf(line[0]);
  const size_t groups = (bytes + kBytesPerGroup - 1) / kBytesPerGroup;
  return bytes > 0 && line.size() == 1 + groups * kDigitsPerGroup &&
         line.find_first_not_of(kDigits, 1) == std::string_view::npos;
}

// Up to the empty line behind it.
bool ReadContent(DiffText& text) {
  text.Advance();
  if (text.line().empty()) return text.Fail("binary content without a line");
  for (; !text.line().empty(); text.Advance()) {
    if (!IsContentLine(text.line())) {
      return text.Fail("it is no line of binary content");
    }
  }
  text.Advance();
  return true;
}

}  // namespace

bool ReadGitBinary(DiffText& text) {
  text.Advance();
  if (!StartsContent(text)) return text.Fail("a binary patch begins with \"literal SIZE\" or \"delta SIZE\"");
  if (!ReadContent(text)) return false;
  return !StartsContent(text) || ReadContent(text);
}

}  // namespace annals
