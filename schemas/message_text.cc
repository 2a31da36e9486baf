#include "schemas/message_text.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schemas/json_escape.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
constexpr size_t kMaxComparedBytes = 64;  // a longer name is not a slip of the pen, and the comparison is quadratic

// Letters to insert, drop, replace or swap with their neighbour to get from `a` to `b` (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, above, row(b.size() + 1);  // of a's last letter but one, its last, and this one
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 2]) &&
                           absl::ascii_tolower(a[i - 2]) == absl::ascii_tolower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty() && out.size() < kMaxQuotedBytes) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (IsControl(text) && static_cast<unsigned char>(text[0]) >= 0x7f) {  // JSON leaves these as they are
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(text[length - 1]));
    } else {
      AppendEscaped(text.substr(0, length), out);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += text.empty() ? "\"" : "…\"";
  return out;
}

std::string Listed(std::span<const std::string_view> names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string_view NearestName(std::string_view given, std::span<const std::string_view> names) {
  if (given.size() > kMaxComparedBytes) return {};
  std::string_view nearest;
  size_t least = std::max<size_t>(given.size() / 3, 1) + 1;
  for (const std::string_view name : names) {
    if (std::max(given.size(), name.size()) - std::min(given.size(), name.size()) >= least) continue;
    const size_t distance = EditDistance(given, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

std::string SuggestName(std::string_view given, std::span<const std::string_view> names) {
  const std::string_view nearest = NearestName(given, names);
  if (!nearest.empty()) return fmt::format("did you mean \"{}\"?", nearest);
  constexpr size_t kNamed = 40;
  std::string known = "known: " + Listed(names.first(std::min(names.size(), kNamed)));
  if (names.size() > kNamed) known += fmt::format(" and {} more", names.size() - kNamed);
  return known;
}

std::string ListedBriefly(std::span<const std::string> names) {
  constexpr size_t kNamed = 10;
  const std::span<const std::string> first = names.first(std::min(names.size(), kNamed));
  std::string text = fmt::format("{}", fmt::join(first, ", "));
  if (names.size() > kNamed) text += fmt::format(" and {} more", names.size() - kNamed);
  return text;
}

}  // namespace annals
