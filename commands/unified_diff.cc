#include "commands/unified_diff.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "commands/diff_hunks.h"
#include "commands/diff_names.h"

namespace annals {
namespace {

// What tools write between files: diff -r, git, Subversion and quilt, CVS.
constexpr std::string_view kBetweenFiles[] = {
    "diff ", "Only in ",   "Common subdirectories: ", "Binary files ", "File ", "index ", "Index: ",
    "=====", "RCS file: ", "retrieving revision ",
};
// Of git's, these stand before files that a unified diff can say as well, or before empty ones, which it cannot.
constexpr std::string_view kBeforeFile[] = {"new file mode ", "deleted file mode "};
constexpr std::string_view kOfGitAlone[] = {"old mode ",       "new mode ", "rename from ",      "rename to ",
                                            "copy from ",      "copy to ",  "similarity index ", "dissimilarity index ",
                                            "GIT binary patch"};

bool StartsWithAny(const DiffText& text, std::span<const std::string_view> starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return text.StartsWith(start); });
}

// `name` without its first part: "b/x" is "x". Empty where there is one part.
std::string_view BehindFirstPart(std::string_view name) {
  const size_t slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
}

// The path in the tree that two different names stand for. Where they differ in their first part alone, that is the
// name of a tree: a/ and b/, or project.orig/ and project/.
std::string_view PathOf(std::string_view old_name, std::string_view new_name) {
  const std::string_view name = new_name == kNoFile ? old_name : new_name;
  if (old_name == new_name) return name;
  const std::string_view rest = BehindFirstPart(name);
  if (rest.empty()) return name;
  const bool is_old_prefixed = old_name == kNoFile || old_name.starts_with("a/");
  const bool is_new_prefixed = new_name == kNoFile || new_name.starts_with("b/");
  const bool are_same_file = BehindFirstPart(old_name) == BehindFirstPart(new_name);
  return (is_old_prefixed && is_new_prefixed) || are_same_file ? rest : name;
}

class UnifiedDiffReader {
 public:
  UnifiedDiffReader(DiffText& text, DiffSummary& summary) : text_(text), summary_(summary) {}

  bool Read() {
    while (!text_.AtEnd()) {
      if (text_.StartsWith("--- ")) {
        announced_ = 0;
        if (!ReadFile()) return false;
      } else if (!ReadBetweenFiles()) {
        return false;
      }
    }
    return CheckAnnounced();
  }

 private:
  bool ReadBetweenFiles() {
    if (StartsWithAny(text_, kOfGitAlone)) return text_.Fail("only a git_patch can say this");
    if (text_.StartsWith("diff --cc ") || text_.StartsWith("diff --combined ")) return text_.FailAsStray();
    if (StartsWithAny(text_, kBeforeFile)) {
      announced_ = text_.number();
    } else if (StartsWithAny(text_, kBetweenFiles)) {
      if (text_.StartsWith("diff ") && !CheckAnnounced()) return false;
    } else if (!text_.line().empty()) {
      return text_.FailAsStray();
    }
    text_.Advance();
    return true;
  }

  bool CheckAnnounced() {
    return announced_ == 0 || text_.FailAt(announced_, "a file without lines; only a git_patch can say this");
  }

  bool ReadFile() {
    const std::optional<std::string> old_name = ReadName("--- ");
    const std::optional<std::string> new_name = old_name ? ReadName("+++ ") : std::nullopt;
    if (!new_name) return false;
    const bool is_new = *old_name == kNoFile;
    const bool is_deleted = *new_name == kNoFile;
    if (is_new && is_deleted) return text_.FailAt(text_.number() - 1, "a file that is neither before nor after");
    summary_.files.emplace_back(PathOf(*old_name, *new_name));
    return ReadHunks(text_, is_new ? MissingSide::kOld : is_deleted ? MissingSide::kNew : MissingSide::kNone, summary_);
  }

  std::optional<std::string> ReadName(std::string_view start) {
    if (!text_.StartsWith(start)) {
      text_.Fail("a --- line without a +++ line behind it");
      return std::nullopt;
    }
    std::optional<std::string> name = FileNameOf(text_.line().substr(start.size()));
    if (name == kNoFile) {
      text_.Advance();
      return name;
    }
    while (name && name->starts_with("./")) name->erase(0, 2);
    const std::string fault = name ? NameFault(*name) : "a file name whose quotes are broken";
    if (!fault.empty()) {
      text_.Fail(fault);
      return std::nullopt;
    }
    text_.Advance();
    return name;
  }

  DiffText& text_;
  DiffSummary& summary_;
  uint64_t announced_ = 0;  // the line that says that a file is new or deleted, before its ---; 0: none
};

}  // namespace

bool ReadUnifiedDiff(DiffText& text, DiffSummary& summary) {
  return UnifiedDiffReader(text, summary).Read();
}

}  // namespace annals
