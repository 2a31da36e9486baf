// JSON checked byte by byte, as RFC 8259 has it and as our readers take it: a second opinion that shares no code with
// them. Slow and small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace annals::fuzz {

class PlainJson {
 public:
  // One object with white space round it, all of it UTF-8, no key twice in an object, nested at most `max_depth` deep.
  static bool IsObject(std::string_view text, size_t max_depth) {
    PlainJson json(text, max_depth);
    json.Skip();
    if (json.Peek() != '{' || !json.Value(1)) return false;
    json.Skip();
    return json.at_ == text.size();
  }

 private:
  PlainJson(std::string_view text, size_t max_depth) : text_(text), max_depth_(max_depth) {}

  // -1 behind the end.
  int Peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }
  int Next() {
    const int byte = Peek();
    if (byte >= 0) ++at_;
    return byte;
  }
  bool Take(char wanted) {
    if (Peek() != wanted) return false;
    ++at_;
    return true;
  }
  void Skip() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++at_;
  }

  bool Value(size_t depth) {
    switch (Peek()) {
      case '{':
        return depth <= max_depth_ && Object(depth);
      case '[':
        return depth <= max_depth_ && Array(depth);
      case '"': {
        std::string ignored;
        return String(ignored);
      }
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  bool Object(size_t depth) {
    ++at_;
    Skip();
    if (Take('}')) return true;
    std::set<std::string> keys;
    do {
      Skip();
      std::string key;
      if (!String(key) || !keys.insert(key).second) return false;
      Skip();
      if (!Take(':')) return false;
      Skip();
      if (!Value(depth + 1)) return false;
      Skip();
    } while (Take(','));
    return Take('}');
  }

  bool Array(size_t depth) {
    ++at_;
    Skip();
    if (Take(']')) return true;
    do {
      Skip();
      if (!Value(depth + 1)) return false;
      Skip();
    } while (Take(','));
    return Take(']');
  }

  bool Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool Digits() {
    const size_t begin = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    return at_ > begin;
  }
  bool Number() {
    Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return Digits();
    }
    return true;
  }

  // `text` gets what it means.
  bool String(std::string& text) {
    if (!Take('"')) return false;
    while (!Take('"')) {
      if (Peek() < 0x20) return false;
      if (!(Peek() == '\\' ? Escape(text) : Character(text))) return false;
    }
    return true;
  }
  bool Escape(std::string& text) {
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    ++at_;
    const int letter = Next();
    if (letter == 'u') {
      uint32_t unit = 0, low = 0;
      if (!Hex(unit) || (unit >= 0xdc00 && unit < 0xe000)) return false;
      if (unit >= 0xd800 && unit < 0xdc00) {
        if (!Word("\\u") || !Hex(low) || low < 0xdc00 || low >= 0xe000) return false;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      }
      Append(unit, text);
      return true;
    }
    const size_t at = letter < 0 ? kLetters.npos : kLetters.find(static_cast<char>(letter));
    if (at == kLetters.npos) return false;
    text += kMeant[at];
    return true;
  }
  bool Hex(uint32_t& unit) {
    for (int i = 0; i < 4; ++i) {
      const int c = Next();
      const int digit = c >= '0' && c <= '9'                     ? c - '0'
                        : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                 : -1;
      if (digit < 0) return false;
      unit = unit * 16 + static_cast<uint32_t>(digit);
    }
    return true;
  }
  bool Character(std::string& text) {
    const auto first = static_cast<uint32_t>(Next());
    const int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    if (more < 0) return false;
    uint32_t value = more == 0 ? first : first & (0x3fU >> more);
    for (int i = 0; i < more; ++i) {
      if (Peek() < 0x80 || Peek() >= 0xc0) return false;
      value = value << 6 | (static_cast<uint32_t>(Next()) & 0x3f);
    }
    constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (value < kLeast[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return false;
    Append(value, text);
    return true;
  }
  // Not UTF-8, but one text for each value, which is all that comparing keys needs.
  static void Append(uint32_t value, std::string& text) {
    if (value < 0x80) {
      text += static_cast<char>(value);
      return;
    }
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift | (shift == 24 ? 0x80 : 0));
  }

  const std::string_view text_;
  const size_t max_depth_;
  size_t at_ = 0;
};

}  // namespace annals::fuzz
