#include "schemas/json_fault.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schemas/json_escape.h"
#include "schemas/json_number.h"
#include "schemas/message_text.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr size_t kMaxPointerBytes = 200;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Goes through JSON byte by byte until the first fault or `stop`, knowing the way from the root to where it stands.
class JsonScan {
 public:
  JsonScan(std::string_view text, size_t stop)
      : text_(text.substr(0, FirstInvalidUtf8(text))), is_cut_(text_.size() < text.size()), stop_(stop) {}

  JsonFault Run() {
    while (fault_.reason.empty()) {
      while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
      if (expect_ == Expect::kEnd && at_ == text_.size() && !is_cut_) break;
      if (at_ >= stop_ && expect_ != Expect::kKey && expect_ != Expect::kKeyOrClose) break;
      Step();
    }
    return fault_;
  }

  std::string Pointer() const {
    std::string pointer;
    for (const Level& level : levels_) {
      if (!level.is_object) {
        pointer += fmt::format("/{}", level.index);
      } else if (level.has_key) {
        pointer += '/';
        for (const char c : level.key) pointer += c == '~' ? std::string("~0") : c == '/' ? "~1" : std::string(1, c);
      }
      if (pointer.size() > kMaxPointerBytes) break;
    }
    if (pointer.size() <= kMaxPointerBytes) return pointer;
    size_t cut = kMaxPointerBytes;
    while (cut > 0 && (static_cast<unsigned char>(pointer[cut]) & 0xc0) == 0x80) --cut;
    return pointer.substr(0, cut) + "…";
  }

 private:
  enum class Expect { kValue, kValueOrClose, kKey, kKeyOrClose, kColon, kCommaOrClose, kEnd };
  struct Level {
    bool is_object = false;
    size_t index = 0;
    bool has_key = false;
    std::string_view key = {};
  };

  void Step() {
    if (at_ == text_.size()) return FailAtEnd();
    const char c = text_[at_];
    switch (expect_) {
      case Expect::kKeyOrClose:
        if (c == '}') return Close();
        [[fallthrough]];
      case Expect::kKey:
        return c == '"' ? ReadKey() : Fail("a key in double quotes");
      case Expect::kColon:
        if (c != ':') return Fail("':'");
        expect_ = Expect::kValue;
        ++at_;
        return;
      case Expect::kValueOrClose:
        if (c == ']') return Close();
        [[fallthrough]];
      case Expect::kValue:
        return ReadValue(c);
      case Expect::kCommaOrClose:
        return ReadComma(c);
      case Expect::kEnd:
        return Fail("nothing after the value");
    }
  }

  void ReadComma(char c) {
    Level& level = levels_.back();
    if (c == (level.is_object ? '}' : ']')) return Close();
    if (c != ',') return Fail(level.is_object ? "',' or '}'" : "',' or ']'");
    ++at_;
    ++level.index;
    expect_ = level.is_object ? Expect::kKey : Expect::kValue;
  }

  void ReadValue(char c) {
    switch (c) {
      case '{':
      case '[':
        ++at_;
        levels_.push_back({.is_object = c == '{'});
        expect_ = c == '{' ? Expect::kKeyOrClose : Expect::kValueOrClose;
        return;
      case '"':
        if (ReadString()) AfterValue();
        return;
      default:
        return ReadScalar();
    }
  }

  void ReadKey() {
    levels_.back().has_key = false;
    const size_t start = at_;
    if (!ReadString()) return;
    levels_.back().key = text_.substr(start + 1, at_ - start - 2);
    levels_.back().has_key = true;
    expect_ = Expect::kColon;
  }

  bool ReadString() {
    const size_t start = at_ + 1;
    size_t end = start;
    while (end < text_.size() && text_[end] != '"') {
      if (static_cast<unsigned char>(text_[end]) < 0x20) {
        FailAt(end, fmt::format("a string holds the bare control character {}; write it as \\u{:04x}",
                                Quoted(text_.substr(end, 1)), static_cast<unsigned char>(text_[end])));
        return false;
      }
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size()) {
      if (is_cut_) {
        FailAtEnd();
      } else {
        FailAt(at_, "this string is never closed");
      }
      return false;
    }
    const std::string_view escaped = text_.substr(start, end - start);
    std::string unescaped;
    const size_t bad = AppendUnescaped(escaped, unescaped);
    if (bad != std::string_view::npos) {
      const std::string_view letter = escaped.substr(bad + 1, Utf8Length(escaped.substr(bad + 1)));
      FailAt(start + bad, letter == "u"
                              ? "\\u needs four hex digits, and surrogates come in pairs: a high one, then a low one"
                              : fmt::format("{} cannot follow a backslash", Quoted(letter)));
      return false;
    }
    at_ = end + 1;
    return true;
  }

  void ReadScalar() {
    size_t end = text_.find_first_of(" \t\n\r,:{}[]\"", at_);
    if (end == std::string_view::npos) end = text_.size();
    const std::string_view word = text_.substr(at_, end - at_);
    if (word == "true" || word == "false" || word == "null" || (!word.empty() && NumberLength(word) == word.size())) {
      at_ = end;
      return AfterValue();
    }
    if (end == text_.size() && is_cut_) return FailAtEnd();
    if (word.empty()) return Fail("a value");
    if (word.starts_with("\xef\xbb\xbf")) return FailAt(at_, "the text starts with a byte order mark; leave it out");
    FailAt(at_, fmt::format("{} is no value of JSON", Quoted(word)));
  }

  void Close() {
    ++at_;
    levels_.pop_back();
    AfterValue();
  }
  void AfterValue() { expect_ = levels_.empty() ? Expect::kEnd : Expect::kCommaOrClose; }

  void FailAt(size_t offset, std::string reason) { fault_ = {offset, std::move(reason)}; }
  void Fail(std::string_view expected) {
    const std::string_view found = text_.substr(at_, Utf8Length(text_.substr(at_)));
    FailAt(at_, fmt::format("expected {}, found {}", expected, Quoted(found)));
  }
  void FailAtEnd() {
    if (is_cut_) return FailAt(text_.size(), "not valid UTF-8");
    if (levels_.empty()) return FailAt(text_.size(), "there is no value; the text is empty");
    FailAt(text_.size(), fmt::format("the text ends inside an {}", levels_.back().is_object ? "object" : "array"));
  }

  const std::string_view text_;  // up to the first byte that is not UTF-8
  const bool is_cut_;            // there is such a byte
  const size_t stop_;
  size_t at_ = 0;
  Expect expect_ = Expect::kValue;
  std::vector<Level> levels_;
  JsonFault fault_;
};

}  // namespace

JsonFault FindSyntaxFault(std::string_view json) {
  return JsonScan(json, std::string_view::npos).Run();
}

std::string JsonPointerAt(std::string_view json, size_t offset) {
  JsonScan scan(json, offset);
  scan.Run();
  return scan.Pointer();
}

}  // namespace annals
