#include "cli/paragraph.h"

#include <algorithm>

#include "cli/printable.h"
#include "cli/utf8.h"

namespace annals {

std::string Paragraph(const std::string& start, std::string_view text, std::optional<size_t> width) {
  const std::string indent(DisplayWidth(start), ' ');
  std::string lines;
  std::string line = start;
  bool is_empty = true;
  const std::string printable = Printable(text);
  std::string_view rest = printable;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (!is_empty && width && DisplayWidth(line) + 1 + DisplayWidth(word) > *width) {
      lines += line + '\n';
      line = indent;
      is_empty = true;
    }
    if (!is_empty) line += ' ';
    line += word;
    is_empty = false;
  }
  return lines + line + '\n';
}

}  // namespace annals
