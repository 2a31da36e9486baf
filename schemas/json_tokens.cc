#include "schemas/json_tokens.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "schemas/json_escape.h"
#include "schemas/json_number.h"

namespace annals {
namespace {

constexpr size_t kFirstCapacity = 4096;

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

JsonTokens::JsonTokens() = default;
JsonTokens::~JsonTokens() = default;

bool JsonTokens::Load(std::string_view json) {
  fault_ = {};
  next_ = end_ = nullptr;
  size_ = json.size();
  if (text_.size() <= size_ + simdjson::SIMDJSON_PADDING) {
    text_.resize(size_ + size_ / 4 + kFirstCapacity + simdjson::SIMDJSON_PADDING);
    const size_t capacity = text_.size() - simdjson::SIMDJSON_PADDING;
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, index_) !=
        simdjson::SUCCESS) {
      text_.clear();
      return Fail(0, fmt::format("its {} bytes are too many to be read", json.size()));
    }
  }
  std::ranges::copy(json, text_.begin());  // of an empty text there may be no pointer, which memcpy() wants
  // The byte behind the text is what Peek() sees at the end; the rest only has to be readable.
  std::memset(text_.data() + size_, 0, simdjson::SIMDJSON_PADDING);
  // Internal by name, but what simdjson's header calls from the objects of its users, so as stable as its ABI.
  if (index_->stage1(reinterpret_cast<const uint8_t*>(text_.data()), size_, simdjson::stage1_mode::regular) !=
      simdjson::SUCCESS) {
    return false;
  }
  next_ = index_->structural_indexes.get();
  end_ = next_ + index_->n_structural_indexes;  // simdjson itself keeps entries behind the last one, each the size
  return true;
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
      return offset == size_;
  }
}

bool JsonTokens::TakeNumber(std::string_view& number) {
  const size_t start = offset();
  const size_t length = NumberLength(std::string_view(text_).substr(start, size_ - start));
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
  const std::string_view text = std::string_view(text_).substr(0, size_);
  JsonFault fault = FindSyntaxFault(text);
  if (fault.reason.empty()) fault = fault_;
  if (fault.reason.empty()) fault = {next_ == nullptr ? 0 : std::min(offset(), size_), "not JSON"};
  const std::string pointer = JsonPointerAt(text, fault.offset);
  return absl::InvalidArgumentError(
      fmt::format("{}: byte {}{}{}: {}", tried, fault.offset + 1, pointer.empty() ? "" : ", ", pointer, fault.reason));
}

}  // namespace annals
