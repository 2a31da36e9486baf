#include "schemas/json_escape.h"

#include <cstdint>

namespace annals {
namespace {

// The letter after the backslash for characters that have a short escape, 0 for the others.
constexpr char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

constexpr char FromShortEscape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// The number that the four hex digits at the start of `text` stand for, or -1.
int32_t HexUnit(std::string_view text) {
  if (text.size() < 4) return -1;
  int32_t unit = 0;
  for (const char c : text.substr(0, 4)) {
    int32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

void AppendUtf8(uint32_t point, std::string& out) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// Adds the character of the \u escape (with its second half where it has one) at the start of `text`; returns the bytes
// that it takes, or 0 where it is none.
size_t AppendUnicodeEscape(std::string_view text, std::string& out) {
  const int32_t unit = HexUnit(text.substr(2));
  if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000)) return 0;
  if (unit < 0xd800 || unit >= 0xe000) {
    AppendUtf8(static_cast<uint32_t>(unit), out);
    return 6;
  }
  if (text.size() < 12 || text[6] != '\\' || text[7] != 'u') return 0;
  const int32_t low = HexUnit(text.substr(8));
  if (low < 0xdc00 || low >= 0xe000) return 0;
  AppendUtf8(static_cast<uint32_t>(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)), out);
  return 12;
}

}  // namespace

void AppendEscaped(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, copied, i - copied);
    copied = i + 1;
    out += '\\';
    if (const char letter = ShortEscape(text[i]); letter != 0) {
      out += letter;
    } else {
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  out.append(text, copied);
}

size_t AppendUnescaped(std::string_view escaped, std::string& out) {
  size_t at = 0;
  while (true) {
    const size_t backslash = escaped.find('\\', at);
    out.append(escaped, at, backslash - at);
    if (backslash == std::string_view::npos) return backslash;
    if (backslash + 1 == escaped.size()) return backslash;
    if (escaped[backslash + 1] == 'u') {
      const size_t taken = AppendUnicodeEscape(escaped.substr(backslash), out);
      if (taken == 0) return backslash;
      at = backslash + taken;
    } else {
      const char meant = FromShortEscape(escaped[backslash + 1]);
      if (meant == 0) return backslash;
      out += meant;
      at = backslash + 2;
    }
  }
}

}  // namespace annals
