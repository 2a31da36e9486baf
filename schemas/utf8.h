// UTF-8: whether a text is, and where its characters begin.
#pragma once

#include <cstddef>
#include <string_view>

namespace annals {

// The bytes of the character that `text` starts with: 1 to 4; 0 where it is empty or not UTF-8 (overlong forms,
// surrogates and what lies past U+10FFFF are not).
size_t Utf8Length(std::string_view text);

// The index of the first byte that is not part of valid UTF-8, or npos.
size_t FirstInvalidUtf8(std::string_view text);

// `text` starts with a control character: U+0000 to U+001F, U+007F to U+009F.
inline bool IsControl(std::string_view text) {
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7f) return true;
  return first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
}

}  // namespace annals
