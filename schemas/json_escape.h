// The inside of JSON strings: escapes read strictly, written in one canonical way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals {

// Adds `text` (valid UTF-8) in the shortest form JSON allows: \" \\ \b \f \n \r \t, other characters below U+0020 as
// \u00xx in lower case, everything else as itself. Equal texts get equal bytes, which is what makes keys comparable.
void AppendEscaped(std::string_view text, std::string& out);

// Adds what `escaped` (the bytes between the quotes, valid UTF-8, no bare quote) stands for. Returns npos, or the index
// of the first backslash that starts no escape, a \u without four hex digits, or half a surrogate pair; `out` is
// unspecified then.
size_t AppendUnescaped(std::string_view escaped, std::string& out);

}  // namespace annals
