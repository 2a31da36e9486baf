#include "commands/diff_text.h"

#include <algorithm>
#include <utility>

namespace annals {
namespace {

// What is most likely meant by a line that has no place where it stands.
struct Stray {
  std::string_view start, what;
};
constexpr Stray kStrays[] = {
    {"@@@ ", "a combined diff is no patch; take the diff against one parent"},
    {"diff --cc ", "a combined diff is no patch; take the diff against one parent"},
    {"diff --combined ", "a combined diff is no patch; take the diff against one parent"},
    {"@@ ", "a hunk before the --- and +++ lines of its file"},
    {"+++ ", "a +++ line without a --- line before it"},
    {"--- ", "a --- line that belongs to no file"},
    {"\\", "a mark of a missing newline that follows no line of a hunk"},
    {" ", "a line that belongs to no hunk; the @@ line before it may count too few"},
    {"+", "a line that belongs to no hunk; the @@ line before it may count too few"},
    {"-", "a line that belongs to no hunk; the @@ line before it may count too few"},
};

}  // namespace

void DiffText::Advance() {
  if (rest_.empty() || at_end_) {
    line_ = {};
    at_end_ = true;
    return;
  }
  ++number_;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  if (line_.find('\0') == std::string_view::npos) return;
  Fail("it holds a NUL byte; a diff of binary files is text");
  line_ = {};
  at_end_ = true;
}

bool DiffText::FailAt(uint64_t line, std::string what) {
  if (!fault_) fault_ = DiffFault{line, std::move(what)};
  return false;
}

bool DiffText::FailAsStray() {
  const auto* const stray = std::ranges::find_if(kStrays, [&](const Stray& row) { return StartsWith(row.start); });
  if (stray != std::end(kStrays)) return Fail(std::string(stray->what));
  return Fail("it belongs to no file");
}

}  // namespace annals
