// Text of strangers in a page.
#pragma once

#include <string>
#include <string_view>

namespace annals {

// `text` fit for HTML and SVG, between tags and inside quoted attributes: & < > " ' as entities, controls,
// bidirectional controls and broken UTF-8 shown as PrintableLines() does. Newlines and tabs stay.
std::string EscapeHtml(std::string_view text);

}  // namespace annals
