// UTF-8 from strangers: read without trusting it, repaired, cut between characters, and measured in terminal columns.
// Pure functions; they depend on no locale, so that a table looks the same under LANG=C.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;
inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

struct CodePoint {
  char32_t value = 0;  // kReplacementCharacter when not valid
  size_t bytes = 0;    // how many bytes it takes, or, when not valid, how many to skip (1 to 3)
  bool valid = false;
};

// The first character of `text`, which must not be empty. Overlong forms, surrogates, values past U+10FFFF and cut
// sequences are not valid; what is skipped is the longest start of a character, as Unicode (chapter 3) recommends and
// browsers and Python do.
CodePoint DecodeUtf8(std::string_view text);

// `text` as valid UTF-8 without NUL: each broken sequence and each NUL becomes U+FFFD.
std::string ValidUtf8(std::string_view text);

// The longest start of `text` that is at most `max_bytes` long and does not cut a character in two.
std::string_view CutUtf8(std::string_view text, size_t max_bytes);

// Terminal columns: 0 for combining marks and controls, 2 for East Asian wide characters and emoji, else 1. Emoji that
// are joined by U+200D are counted one by one, as most terminals draw them.
size_t DisplayWidth(char32_t character);
size_t DisplayWidth(std::string_view text);

}  // namespace annals
