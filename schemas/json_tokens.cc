#include "schemas/json_tokens.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "schemas/json_escape.h"
#include "schemas/json_number.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

// What a byte outside strings is to the first pass.
enum class Role : uint8_t { kScalar, kSpace, kMark, kQuote };

constexpr std::array<Role, 256> kRoles = [] {
  std::array<Role, 256> roles{};
  for (const unsigned char c : {' ', '\t', '\n', '\r'}) roles[c] = Role::kSpace;
  for (const unsigned char c : {'{', '}', '[', ']', ':', ','}) roles[c] = Role::kMark;
  roles['"'] = Role::kQuote;
  return roles;
}();

// How many bytes from the start of `text` are plain ASCII: no quote, backslash or control character. Eight are looked
// at in one step; of the last seven it says 0.
size_t PlainBytes(std::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  constexpr uint64_t kOnes = 0x0101010101010101, kHighBits = kOnes << 7;
  size_t plain = 0;
  for (; plain + sizeof(uint64_t) <= text.size(); plain += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + plain, sizeof(word));
    // Taking 1 from a byte that is 0, or 0x20 from one that is less, borrows into its highest bit. A borrow may pass on
    // to the bytes behind it, never to those before: the first is right.
    const uint64_t quotes = (word ^ kOnes * '"') - kOnes, backslashes = (word ^ kOnes * '\\') - kOnes;
    const uint64_t others = (quotes | backslashes | (word - kOnes * 0x20) | word) & kHighBits;
    if (others != 0) return plain + static_cast<size_t>(std::countr_zero(others)) / 8;
  }
  return plain;
}

// What the value that starts with `first` is, or "" where none starts so.
std::string_view KindOf(char first) {
  switch (first) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      return first == '-' || (first >= '0' && first <= '9') ? "a number" : "";
  }
}

}  // namespace

bool JsonTokens::Load(std::string_view json) {
  fault_ = {};
  next_ = end_ = nullptr;
  if (json.size() > UINT32_MAX) {
    text_.clear();
    return Fail(0, fmt::format("its {} bytes are too many to be read", json.size()));
  }
  text_ = json;
  places_.clear();
  if (!FindTokens() || places_.empty()) return false;
  const size_t tokens = places_.size();
  // What looks one token ahead of the last one finds the end, whose byte is NUL.
  places_.insert(places_.end(), 2, static_cast<uint32_t>(text_.size()));
  next_ = places_.data();
  end_ = next_ + tokens;
  return true;
}

bool JsonTokens::FindTokens() {
  const std::string_view text = text_;
  bool is_ascii = true, in_scalar = false;
  for (size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const Role role = kRoles[byte];
    if (role == Role::kMark || role == Role::kQuote || (role == Role::kScalar && !in_scalar)) {
      places_.push_back(static_cast<uint32_t>(at));
    }
    in_scalar = role == Role::kScalar;
    ++at;
    if (in_scalar && byte >= 0x80) is_ascii = false;
    if (role != Role::kQuote) continue;
    while (true) {
      at += PlainBytes(text.substr(at));
      if (at >= text.size()) return false;
      const auto inside = static_cast<unsigned char>(text[at++]);
      if (inside == '"') break;
      if (inside < 0x20) return false;
      if (inside == '\\' && at < text.size() && (text[at] == '"' || text[at] == '\\')) ++at;
      if (inside >= 0x80) is_ascii = false;
    }
  }
  return is_ascii || FirstInvalidUtf8(text) == std::string_view::npos;
}

bool JsonTokens::TakeString(std::string_view& escaped) {
  if (Peek() != '"') return false;
  const char* const begin = text_.data() + next_[0] + 1;
  // Between the closing quote and the next token there is only white space.
  const char* end = text_.data() + next_[1] - 1;
  while (end >= begin && *end != '"') --end;
  if (end < begin) return false;
  escaped = {begin, static_cast<size_t>(end - begin)};
  ++next_;
  return true;
}

bool JsonTokens::ReadString(std::string_view& text) {
  if (!TakeString(text)) return false;
  if (text.find('\\') == std::string_view::npos) return true;
  unescaped_.clear();
  if (AppendUnescaped(text, unescaped_) != std::string_view::npos) return false;
  text = unescaped_;
  return true;
}

bool JsonTokens::EndsScalar(size_t offset) const {
  switch (text_[offset]) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ',':
    case ':':
    case ']':
    case '}':
      return true;
    default:
      return offset == text_.size();
  }
}

bool JsonTokens::TakeNumber(std::string_view& number) {
  const size_t start = offset();
  const size_t length = NumberLength(std::string_view(text_).substr(start));
  if (length == 0 || !EndsScalar(start + length)) return false;
  number = {text_.data() + start, length};
  ++next_;
  return true;
}

bool JsonTokens::TakeWord(std::string_view word) {
  const size_t start = offset();
  if (text_.compare(start, word.size(), word) != 0 || !EndsScalar(start + word.size())) return false;
  ++next_;
  return true;
}

bool JsonTokens::ReadStringAt(const uint32_t* place, std::string_view& text) {
  const uint32_t* const here = std::exchange(next_, place);
  const bool found = ReadString(text);
  next_ = here;
  return found;
}

size_t JsonTokens::CountElements() const {
  if (Peek() != '[' || next_ + 1 >= end_ || text_[next_[1]] == ']') return 0;
  size_t count = 1, depth = 0;
  for (const uint32_t* at = next_ + 1; at < end_; ++at) {
    const char c = text_[*at];
    if (depth == 0 && c == ']') break;
    if (depth == 0 && c == ',') ++count;
    if (c == '{' || c == '[') ++depth;
    if (depth > 0 && (c == '}' || c == ']')) --depth;
  }
  return count;
}

const uint32_t* JsonTokens::FindMember(std::string_view key) {
  const uint32_t* at = next_ + 1;
  const auto byte = [&] { return text_[*at]; };
  while (at < end_ && byte() == '"') {
    std::string_view name;
    const bool is_found = ReadStringAt(at, name) && name == key;
    if (++at >= end_ || byte() != ':') return nullptr;
    if (++at >= end_) return nullptr;
    if (is_found) return at;
    for (size_t depth = 0; at < end_; ++at) {
      const char c = byte();
      if (c == '{' || c == '[') ++depth;
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
      if (c == '}' || c == ']') --depth;
    }
    if (at >= end_ || byte() != ',') return nullptr;
    ++at;
  }
  return nullptr;
}

bool JsonTokens::Fail(size_t offset, std::string reason) {
  fault_ = {offset, std::move(reason)};
  return false;
}

bool JsonTokens::FailType(std::string_view wanted) {
  const std::string_view kind = KindOf(Peek());
  if (kind.empty()) return false;
  return Fail(offset(), fmt::format("must be {}, is {}{}", wanted, kind, Peek() == 'n' ? "; leave the key out" : ""));
}

absl::Status JsonTokens::status(std::string_view tried) const {
  const std::string_view text = text_;
  JsonFault fault = FindSyntaxFault(text);
  if (fault.reason.empty()) fault = fault_;
  if (fault.reason.empty()) fault = {next_ == nullptr ? 0 : std::min(offset(), text.size()), "not JSON"};
  const std::string pointer = JsonPointerAt(text, fault.offset);
  return absl::InvalidArgumentError(
      fmt::format("{}: byte {}{}{}: {}", tried, fault.offset + 1, pointer.empty() ? "" : ", ", pointer, fault.reason));
}

}  // namespace annals
