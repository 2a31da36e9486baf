// Text of many words, as it stands on a terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

// `text`, which is made Printable(), behind `start`, broken between words where a line would be wider than `width`; the
// lines that follow are indented as far as `start` is wide. Without `width` one line. Ends in '\n'.
std::string Paragraph(const std::string& start, std::string_view text, std::optional<size_t> width);

}  // namespace annals
