#include "cli/printable.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "cli/utf8.h"

namespace annals {
namespace {

enum class Whitespace { kShown, kKept };

// Characters that change how others are drawn: C1 controls (U+009B opens an escape sequence on some terminals), line
// and paragraph separators, and the bidirectional controls behind "Trojan source" (CVE-2021-42574).
bool IsTreacherous(char32_t character) {
  return (character >= 0x80 && character < 0xA0) || character == 0x061C || character == 0x200E || character == 0x200F ||
         (character >= 0x2028 && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

void AppendPicture(uint8_t control, std::string& out) {
  const uint8_t picture = control == 0x7F ? 0x21 : control;  // U+2400 + control, DEL is U+2421
  out += "\xE2\x90";
  out += static_cast<char>(0x80 + picture);
}

std::string MakePrintable(std::string_view text, Whitespace whitespace) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = DecodeUtf8(text);
    const bool kept = whitespace == Whitespace::kKept && (next.value == '\n' || next.value == '\t');
    if (!next.valid) {
      out += kReplacementUtf8;
    } else if ((next.value < 0x20 && !kept) || next.value == 0x7F) {
      AppendPicture(static_cast<uint8_t>(next.value), out);
    } else if (IsTreacherous(next.value)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<uint32_t>(next.value));
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

// Sequences are of ASCII alone: what follows in more bytes is text, of which no byte may be lost.
bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// The length of the control sequence after "ESC [": parameters 0x30-0x3F, intermediates 0x20-0x2F, one final byte.
size_t ControlSequenceLength(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && text[i] >= 0x20 && text[i] <= 0x3F) ++i;
  if (i < text.size() && text[i] >= 0x40 && text[i] <= 0x7E) ++i;
  return i;
}

// The length of a string sequence (OSC, DCS, …): up to BEL or ESC \ inclusive, or to the end of the line.
size_t StringSequenceLength(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return i;
    if (text[i] == '\a') return i + 1;
    if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '\\') return i + 2;
  }
  return text.size();
}

}  // namespace

std::string Printable(std::string_view text) {
  return MakePrintable(text, Whitespace::kShown);
}

std::string PrintableLines(std::string_view text) {
  return MakePrintable(text, Whitespace::kKept);
}

std::string StripAnsi(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '\x1b') {
      out += text[i++];
      continue;
    }
    if (++i == text.size()) break;
    const char kind = text[i];
    if (kind == '\n' || !IsAscii(kind)) continue;
    ++i;
    if (kind == '[') {
      i += ControlSequenceLength(text.substr(i));
    } else if (kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_') {
      i += StringSequenceLength(text.substr(i));
    } else if (kind >= 0x20 && kind <= 0x2F) {  // ESC ( B and its like: one more byte names the character set
      if (i < text.size() && text[i] != '\n' && IsAscii(text[i])) ++i;
    }
  }
  return out;
}

}  // namespace annals
