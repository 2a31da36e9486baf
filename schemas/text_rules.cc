#include "schemas/text_rules.h"

#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr std::array<bool, 256> MakeIdBytes() {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")) {
    allowed[static_cast<unsigned char>(c)] = true;
  }
  return allowed;
}
constexpr std::array<bool, 256> kIdBytes = MakeIdBytes();

// The index of the first byte that no id holds, or npos.
size_t FirstBadIdByte(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!kIdBytes[static_cast<unsigned char>(text[i])]) return i;
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

std::string_view RuleText(TextRule rule) {
  switch (rule) {
    case TextRule::kId:
      return "an id is 1 to 128 bytes of [A-Za-z0-9._:-], not starting with '-' or '.'";
    case TextRule::kLabel:
      return "it must be one line of 1 to 512 bytes, without control characters";
    case TextRule::kProse:
      break;
  }
  return "it must be at most 1048576 bytes of text, without NUL";
}

size_t MaxBytes(TextRule rule) {
  switch (rule) {
    case TextRule::kId:
      return kMaxIdBytes;
    case TextRule::kLabel:
      return kMaxLabelBytes;
    case TextRule::kProse:
      break;
  }
  return kMaxContentBytes;
}

size_t FirstBadByte(TextRule rule, std::string_view text) {
  switch (rule) {
    case TextRule::kId:
      return FirstBadIdByte(text);
    case TextRule::kLabel:
      return FirstControl(text);
    case TextRule::kProse:
      break;
  }
  return text.find('\0');
}

}  // namespace

bool KeepsRule(TextRule rule, std::string_view text) {
  if (text.size() > MaxBytes(rule)) return false;
  if (rule != TextRule::kProse && text.empty()) return false;
  if (rule == TextRule::kId && (text[0] == '-' || text[0] == '.')) return false;
  return FirstBadByte(rule, text) == std::string_view::npos;
}

std::string RuleFault(TextRule rule, std::string_view text) {
  if (text.empty()) return fmt::format("is empty; {}", RuleText(rule));
  if (text.size() > MaxBytes(rule)) return fmt::format("is {} bytes long; {}", text.size(), RuleText(rule));
  const size_t bad = FirstBadByte(rule, text);
  if (bad == std::string_view::npos) {
    return fmt::format("{} starts with '{}'; {}", Quoted(text), text[0], RuleText(rule));
  }
  return fmt::format("{} has {} at its byte {}; {}", Quoted(text),
                     Quoted(text.substr(bad, Utf8Length(text.substr(bad)))), bad + 1, RuleText(rule));
}

absl::Status CheckText(TextRule rule, std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not UTF-8 from its byte {} on", Quoted(text), FirstInvalidUtf8(text) + 1));
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
