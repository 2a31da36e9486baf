// Any bytes as a diff in both formats: it has a summary or a fault in a line that it has, and what is one diff may
// stand twice.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "commands/diff_format.h"
#include "schemas/check.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

void CheckFile(std::string_view file) {
  CHECK(!file.empty() && !file.starts_with('/'));
  CHECK(!file.starts_with("../") && !file.ends_with("/..") && file.find("/../") == std::string_view::npos);
  CHECK(FirstInvalidUtf8(file) == std::string_view::npos);
}

void Read(std::string_view diff, DiffFormat format) {
  const auto lines = static_cast<uint64_t>(std::ranges::count(diff, '\n')) + 1;
  const auto read = ReadDiff(diff, format);
  if (const auto* const fault = std::get_if<DiffFault>(&read)) {
    CHECK(fault->line > 0 && fault->line <= lines && !fault->what.empty());
    CHECK(fault->what.find('\n') == std::string::npos);
    return;
  }
  const auto& summary = std::get<DiffSummary>(read);
  CHECK(!summary.files.empty() && static_cast<uint64_t>(summary.lines_added + summary.lines_removed) < lines);
  for (const std::string& file : summary.files) CheckFile(file);

  // An empty line is between all parts of a diff.
  const auto twice = ReadDiff(fmt::format("{0}\n\n{0}", diff), format);
  const auto* const summary_of_two = std::get_if<DiffSummary>(&twice);
  if (summary_of_two == nullptr) return;  // it begins as only a first line may
  CHECK(summary_of_two->files == summary.files);
  CHECK(summary_of_two->lines_added == 2 * summary.lines_added);
  CHECK(summary_of_two->lines_removed == 2 * summary.lines_removed);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view diff(reinterpret_cast<const char*>(data), size);
  annals::Read(diff, annals::DiffFormat::kUnifiedDiff);
  annals::Read(diff, annals::DiffFormat::kGitPatch);
  return 0;
}
