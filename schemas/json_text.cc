#include "schemas/json_text.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "schemas/json_escape.h"
#include "schemas/message_text.h"

namespace annals {
namespace {

constexpr size_t kFewKeys = 16;  // up to here comparing each with each is faster than sorting

}  // namespace

bool JsonCopier::CopyObject(std::string& out) {
  out.clear();
  keys_.clear();
  const size_t start = in_.offset();
  if (in_.Peek() != '{') return in_.FailType("an object");
  if (!Object(out, 1)) return false;
  if (out.size() <= kMaxContentBytes) return true;
  return in_.Fail(start, fmt::format("is {} bytes when minified; at most {} are kept", out.size(), kMaxContentBytes));
}

bool JsonCopier::Value(std::string& out, size_t depth) {
  std::string_view number;
  switch (in_.Peek()) {
    case '{':
      return Object(out, depth);
    case '[':
      return Array(out, depth);
    case '"':
      return String(out);
    case 't':
      out += "true";
      return in_.TakeWord("true");
    case 'f':
      out += "false";
      return in_.TakeWord("false");
    case 'n':
      out += "null";
      return in_.TakeWord("null");
    default:
      if (!in_.TakeNumber(number)) return false;
      out += number;
      return true;
  }
}

bool JsonCopier::Object(std::string& out, size_t depth) {
  if (depth > kMaxJsonDepth) return in_.Fail(in_.offset(), fmt::format("nested deeper than {} levels", kMaxJsonDepth));
  in_.Take('{');
  out += '{';
  const size_t first_key = keys_.size();
  if (!in_.Take('}')) {
    do {
      const size_t offset = in_.offset();
      const size_t begin = out.size();
      if (!String(out)) return false;
      keys_.push_back({begin, out.size(), offset});
      if (!in_.Take(':')) return false;
      out += ':';
      if (!Value(out, depth + 1)) return false;
      out += ',';
    } while (in_.Take(','));
    if (!in_.Take('}')) return false;
    out.pop_back();
  }
  out += '}';
  if (!CheckKeys(out, first_key)) return false;
  keys_.resize(first_key);
  return true;
}

bool JsonCopier::Array(std::string& out, size_t depth) {
  if (depth > kMaxJsonDepth) return in_.Fail(in_.offset(), fmt::format("nested deeper than {} levels", kMaxJsonDepth));
  in_.Take('[');
  out += '[';
  if (!in_.Take(']')) {
    do {
      if (!Value(out, depth + 1)) return false;
      out += ',';
    } while (in_.Take(','));
    if (!in_.Take(']')) return false;
    out.pop_back();
  }
  out += ']';
  return true;
}

bool JsonCopier::String(std::string& out) {
  std::string_view text;
  if (!in_.ReadString(text)) return false;
  out += '"';
  AppendEscaped(text, out);
  out += '"';
  return true;
}

bool JsonCopier::CheckKeys(const std::string& out, size_t first_key) {
  const std::span<Key> keys = std::span(keys_).subspan(first_key);
  const auto text = [&](const Key& key) { return std::string_view(out).substr(key.begin, key.end - key.begin); };
  const Key* duplicate = nullptr;
  if (keys.size() <= kFewKeys) {
    for (size_t i = 1; i < keys.size() && duplicate == nullptr; ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (text(keys[i]) == text(keys[j])) duplicate = &keys[i];
      }
    }
  } else {
    std::stable_sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) { return text(a) < text(b); });
    for (size_t i = 1; i < keys.size(); ++i) {
      if (text(keys[i]) != text(keys[i - 1])) continue;
      if (duplicate == nullptr || keys[i].offset < duplicate->offset) duplicate = &keys[i];
    }
  }
  if (duplicate == nullptr) return true;
  const std::string_view quoted = text(*duplicate);
  return in_.Fail(duplicate->offset,
                  fmt::format("the key {} is given twice", Quoted(quoted.substr(1, quoted.size() - 2))));
}

absl::StatusOr<std::string> MinifyJsonObject(std::string_view json) {
  constexpr std::string_view kTried = "read the JSON";
  if (json.size() > kMaxCommandBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{}: it is {} bytes long; at most {} are read", kTried, json.size(), kMaxCommandBytes));
  }
  JsonTokens tokens;
  JsonCopier copier(tokens);
  std::string minified;
  if (!tokens.Load(json) || !copier.CopyObject(minified) || !tokens.AtEnd()) return tokens.status(kTried);
  return minified;
}

}  // namespace annals
