#include "cli/html_text.h"

#include "cli/printable.h"

namespace annals {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : PrintableLines(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace annals
