#include "commands/diff_format.h"

#include <utility>

#include <absl/container/flat_hash_set.h>

#include "commands/diff_text.h"
#include "commands/git_patch.h"
#include "commands/unified_diff.h"

namespace annals {

std::variant<DiffSummary, DiffFault> ReadDiff(std::string_view diff, DiffFormat format) {
  DiffText text(diff);
  DiffSummary summary;
  const bool is_read = format == DiffFormat::kGitPatch ? ReadGitPatch(text, summary) : ReadUnifiedDiff(text, summary);
  if (is_read && summary.files.empty()) text.FailAt(1, "there is no file in it");
  if (text.fault()) return *text.fault();
  absl::flat_hash_set<std::string> seen;
  std::erase_if(summary.files, [&](const std::string& file) { return !seen.insert(file).second; });
  return summary;
}

}  // namespace annals
