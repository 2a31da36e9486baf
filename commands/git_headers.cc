#include "commands/git_headers.h"

#include <algorithm>

#include <fmt/format.h>

#include "commands/diff_names.h"

namespace annals {
namespace {

using enum GitHeader;

bool IsHex(std::string_view text) {
  return text.size() >= 4 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsMode(std::string_view text) {
  return text.size() == 6 && text.find_first_not_of("01234567") == std::string_view::npos;
}

bool IsPercentage(std::string_view text) {
  if (!text.ends_with('%') || text.size() < 2 || text.size() > 4) return false;
  text.remove_suffix(1);
  return text.find_first_not_of("0123456789") == std::string_view::npos && (text.size() < 3 || text == "100");
}

// "e842367..ce3b2b7 100644"; without the mode where that changes.
bool IsIndex(std::string_view text) {
  const size_t dots = text.find("..");
  const size_t space = std::min(text.find(' '), text.size());
  return dots < space && IsHex(text.substr(0, dots)) && IsHex(text.substr(dots + 2, space - dots - 2)) &&
         (space == text.size() || IsMode(text.substr(space + 1)));
}

bool IsName(std::string_view text) {
  return FileNameOf(text).has_value();
}

// In the order of GitHeader.
struct HeaderForm {
  std::string_view start;
  bool (*is_value)(std::string_view);
};
constexpr HeaderForm kForms[kGitHeaders] = {
    {"old mode ", IsMode},
    {"new mode ", IsMode},
    {"deleted file mode ", IsMode},
    {"new file mode ", IsMode},
    {"copy from ", IsName},
    {"copy to ", IsName},
    {"rename from ", IsName},
    {"rename to ", IsName},
    {"similarity index ", IsPercentage},
    {"dissimilarity index ", IsPercentage},
    {"index ", IsIndex},
};
// What comes with each other or not at all, and what does not come with each other.
constexpr std::array<GitHeader, 2> kTogether[] = {{kOldMode, kNewMode}, {kCopyFrom, kCopyTo}, {kRenameFrom, kRenameTo}};
constexpr std::array<GitHeader, 2> kApart[] = {
    {kNewFile, kDeletedFile}, {kNewFile, kOldMode},      {kNewFile, kCopyFrom},       {kNewFile, kRenameFrom},
    {kDeletedFile, kOldMode}, {kDeletedFile, kCopyFrom}, {kDeletedFile, kRenameFrom}, {kCopyFrom, kRenameFrom}};

// The form that the line has, whatever its value, or the end of kForms.
const HeaderForm* FormOf(const DiffText& text) {
  return std::ranges::find_if(kForms, [&](const HeaderForm& row) { return text.StartsWith(row.start); });
}

std::string_view Named(GitHeader header) {
  const std::string_view start = kForms[static_cast<size_t>(header)].start;
  return start.substr(0, start.size() - 1);
}

}  // namespace

bool GitHeaders::Read(DiffText& text, uint64_t start) {
  while (true) {
    const HeaderForm* const form = FormOf(text);
    if (form == std::end(kForms)) break;
    const auto header = static_cast<GitHeader>(form - kForms);
    const std::string_view value = text.line().substr(form->start.size());
    if (Has(header)) return text.Fail(fmt::format("a second \"{}\" line of one file", Named(header)));
    if (!form->is_value(value)) return text.Fail(fmt::format("its \"{}\" is malformed", Named(header)));
    values_[static_cast<size_t>(header)] = value;
    text.Advance();
  }
  return CheckTogether(text, start);
}

bool GitHeaders::CheckTogether(DiffText& text, uint64_t start) const {
  for (const auto& [one, other] : kTogether) {
    if (Has(one) == Has(other)) continue;
    return text.FailAt(start, fmt::format("a file with \"{}\" and without \"{}\"", Named(Has(one) ? one : other),
                                          Named(Has(one) ? other : one)));
  }
  for (const auto& [one, other] : kApart) {
    if (Has(one) && Has(other)) {
      return text.FailAt(start, fmt::format("a file with both \"{}\" and \"{}\"", Named(one), Named(other)));
    }
  }
  if (Has(kSimilarity) && !IsMoved()) {
    return text.FailAt(start, "a file with \"similarity index\" that is neither copied nor renamed");
  }
  return true;
}

bool IsCertainlyGitHeader(const DiffText& text) {
  const HeaderForm* const form = FormOf(text);
  return form != std::end(kForms) && form->is_value != IsName && form->is_value(text.line().substr(form->start.size()));
}

}  // namespace annals
