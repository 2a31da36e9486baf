#include "schemas/text_rules.h"

#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

using ByteSet = std::array<bool, 256>;
constexpr ByteSet SetOf(std::initializer_list<std::string_view> texts) {
  ByteSet set{};
  for (const std::string_view text : texts) {
    for (const char c : text) set[static_cast<unsigned char>(c)] = true;
  }
  return set;
}
constexpr ByteSet kIdBytes = SetOf({kDigits, kLetters, "._:-"});
constexpr ByteSet kHexBytes = SetOf({kDigits, "abcdefABCDEF"});
constexpr ByteSet kBase64Bytes = SetOf({kDigits, kLetters, "+/="});

// The index of the first byte that is not in `set`, or npos.
size_t FirstOutside(const ByteSet& set, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!set[static_cast<unsigned char>(text[i])]) return i;
  }
  return std::string_view::npos;
}

size_t FirstControl(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 || c == 0x7f || c == 0xc2) && IsControl(text.substr(i))) return i;
  }
  return std::string_view::npos;
}

// What a rule asks, apart from which bytes.
struct Limits {
  size_t min_bytes;
  size_t max_bytes;
  std::string_view text;
};
Limits LimitsOf(TextRule rule) {
  switch (rule) {
    case TextRule::kId:
      return {1, kMaxIdBytes, "an id is 1 to 128 bytes of [A-Za-z0-9._:-], not starting with '-' or '.'"};
    case TextRule::kLabel:
      return {1, kMaxLabelBytes, "it must be one line of 1 to 512 bytes, without control characters"};
    case TextRule::kProse:
      break;
    case TextRule::kHash:
      return {kHashDigits, kHashDigits, "a hash is 64 hex digits"};
    case TextRule::kBase64:
      return {1, kMaxBase64Bytes, "it must be base64, at most 8388608 bytes of it"};
  }
  return {0, kMaxContentBytes, "it must be at most 1048576 bytes of text, without NUL"};
}

size_t FirstBadByte(TextRule rule, std::string_view text) {
  switch (rule) {
    case TextRule::kId:
      return FirstOutside(kIdBytes, text);
    case TextRule::kLabel:
      return FirstControl(text);
    case TextRule::kProse:
      break;
    case TextRule::kHash:
      return FirstOutside(kHexBytes, text);
    case TextRule::kBase64:
      return FirstOutside(kBase64Bytes, text);
  }
  return text.find('\0');
}

}  // namespace

bool KeepsRule(TextRule rule, std::string_view text) {
  const Limits limits = LimitsOf(rule);
  if (text.size() < limits.min_bytes || text.size() > limits.max_bytes) return false;
  if (rule == TextRule::kId && (text[0] == '-' || text[0] == '.')) return false;
  return FirstBadByte(rule, text) == std::string_view::npos;
}

std::string RuleFault(TextRule rule, std::string_view text) {
  const Limits limits = LimitsOf(rule);
  if (text.empty()) return fmt::format("is empty; {}", limits.text);
  if (text.size() < limits.min_bytes || text.size() > limits.max_bytes) {
    return fmt::format("is {} bytes long; {}", text.size(), limits.text);
  }
  const size_t bad = FirstBadByte(rule, text);
  if (bad == std::string_view::npos) {
    return fmt::format("{} starts with '{}'; {}", Quoted(text), text[0], limits.text);
  }
  return fmt::format("{} has {} at its byte {}; {}", Quoted(text),
                     Quoted(text.substr(bad, Utf8Length(text.substr(bad)))), bad + 1, limits.text);
}

absl::Status CheckText(TextRule rule, std::string_view text) {
  if (const size_t bad = FirstInvalidUtf8(text); bad != std::string_view::npos) {
    return absl::InvalidArgumentError(fmt::format("{} is not UTF-8 from its byte {} on", Quoted(text), bad + 1));
  }
  return KeepsRule(rule, text) ? absl::OkStatus() : absl::InvalidArgumentError(RuleFault(rule, text));
}

absl::Status CheckId(std::string_view what, std::string_view text) {
  return WithContext(CheckText(TextRule::kId, text), what);
}
absl::Status CheckLabel(std::string_view what, std::string_view text) {
  return WithContext(CheckText(TextRule::kLabel, text), what);
}
absl::Status CheckProse(std::string_view what, std::string_view text) {
  return WithContext(CheckText(TextRule::kProse, text), what);
}

}  // namespace annals
