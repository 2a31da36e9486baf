// TEMPORARY
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>
#include <cstdint>
namespace annals {
enum class DiffFormat { kUnifiedDiff, kGitPatch };
struct DiffSummary { std::vector<std::string> files; int64_t lines_added; int64_t lines_removed; };
struct DiffFault { uint64_t line; std::string what; };
inline std::variant<DiffSummary, DiffFault> ReadDiff(std::string_view diff, DiffFormat) {
  if (diff.starts_with("--- ") || diff.starts_with("diff ")) return DiffSummary{{}, 0, 0};
  return DiffFault{1, "there is no file in it"};
}
}
