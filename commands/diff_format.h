// Whether a diff is in the format that it is said to be in, and what it would change.
//
// A format is what its tools write: GNU diff -u for unified_diff, git diff, git show and git format-patch for
// git_patch. Both are read strictly; what a tool that applies patches would guess or skip is a fault:
//   - A hunk holds the lines that its @@ line counts, and at least one of them is added or removed. An empty line
//   within a
//     hunk is an empty line of context, whose space was lost.
//   - The hunks of a file are in order and do not overlap. What git diff -W and diff -B write sometimes does; such
//   context
//     cannot be found twice. Sides may drift apart without a reason that shows: diff -B leaves changes out.
//   - Paths stay in the tree: relative, without empty, "." and ".." parts, never inside .git, and UTF-8.
//   - NUL bytes stand nowhere. Lines end in \n or \r\n, the last one may end without.
//   - unified_diff: between files there may be empty lines and what diff tools say there (diff …, Index: …, Only in …).
//   What
//     only git can say (renames, modes, empty files, binary content) is a fault.
//   - git_patch: a file begins with "diff --git". Free text may stand before files where it begins as a mail or as
//   "commit
//     HASH", and behind them where it begins as a signature ("-- "); no hunk may hide in it. Prefixes are a/ and b/ or
//     git's others of one character (c/, i/, o/, w/, 1/, 2/), or none on both sides. Combined diffs (diff --cc) and two
//     names that no rename or copy connects are faults.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace annals {

enum class DiffFormat { kUnifiedDiff, kGitPatch };

struct DiffSummary {
  // The paths that are changed, each once, in order of first appearance, without a/ and b/: of a deleted file the old
  // one, of all others the new one.
  std::vector<std::string> files;
  int64_t lines_added = 0;
  int64_t lines_removed = 0;
};

struct DiffFault {
  uint64_t line = 0;  // from 1
  // One line of plain text. It cites names of files, quoted, and nothing else of the diff: it stands in events, which
  // outlive a diff that is redacted.
  std::string what;
};

// What `diff` changes, or the first place where it is not in `format`. Pure; time and memory linear in its size.
std::variant<DiffSummary, DiffFault> ReadDiff(std::string_view diff, DiffFormat format);

}  // namespace annals
