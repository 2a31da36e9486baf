// Text out of the log or a command's output, made safe to print: what a stranger wrote must not move the cursor, set
// the title, hide a line or turn text round. Whatever is printed for a person and came from data goes through here
// once.
#pragma once

#include <string>
#include <string_view>

namespace annals {

// One line, valid UTF-8, of the same meaning to the eye: C0 controls and DEL become their pictures (ESC is "␛", newline
// "␊"), C1 controls, line separators and bidirectional controls become "\u009b", broken UTF-8 becomes U+FFFD.
std::string Printable(std::string_view text);

// The same, but newlines and tabs stay: for text that has lines of its own, such as an output tail.
std::string PrintableLines(std::string_view text);

// `text` without terminal escape sequences (CSI such as colours, OSC such as titles and links, two-byte ones), for
// text that is compared and not shown. An unfinished sequence is dropped with all that follows on its line.
std::string StripAnsi(std::string_view text);

}  // namespace annals
