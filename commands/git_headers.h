// The lines of a git patch between "diff --git" and what changes in the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "commands/diff_text.h"

namespace annals {

enum class GitHeader : size_t {
  kOldMode,
  kNewMode,
  kDeletedFile,
  kNewFile,
  kCopyFrom,
  kCopyTo,
  kRenameFrom,
  kRenameTo,
  kSimilarity,
  kDissimilarity,
  kIndex
};
inline constexpr size_t kGitHeaders = 11;

// What follows a header's words; views into the diff.
class GitHeaders {
 public:
  // Reads all that `text` stands at, of the file whose "diff --git" is in line `start`: each has its form and stands
  // once, and they go together. False: `text` has a fault.
  bool Read(DiffText& text, uint64_t start);

  bool Has(GitHeader header) const { return At(header).has_value(); }
  // Copied or renamed: then there are two names, From() and To() as they are written.
  bool IsMoved() const { return Has(GitHeader::kCopyFrom) || Has(GitHeader::kRenameFrom); }
  std::string_view From() const {
    return *At(Has(GitHeader::kCopyFrom) ? GitHeader::kCopyFrom : GitHeader::kRenameFrom);
  }
  std::string_view To() const { return *At(Has(GitHeader::kCopyTo) ? GitHeader::kCopyTo : GitHeader::kRenameTo); }
  // They alone are a change, without a line of the file.
  bool AreAChange() const {
    return IsMoved() || Has(GitHeader::kOldMode) || Has(GitHeader::kNewFile) || Has(GitHeader::kDeletedFile);
  }

 private:
  const std::optional<std::string_view>& At(GitHeader header) const { return values_[static_cast<size_t>(header)]; }
  bool CheckTogether(DiffText& text, uint64_t start) const;

  std::array<std::optional<std::string_view>, kGitHeaders> values_;
};

// Whether the line is a header that prose does not hold by chance; anything can follow "rename to".
bool IsCertainlyGitHeader(const DiffText& text);

}  // namespace annals
