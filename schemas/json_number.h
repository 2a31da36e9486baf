// The text of a JSON number.
#pragma once

#include <cstddef>
#include <string_view>

namespace annals {

// How many bytes at the start of `text` are a JSON number: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?; 0 where none
// is. It takes as many as it can: of "01" one byte, of "1.x" none.
constexpr size_t NumberLength(std::string_view text) {
  size_t at = 0;
  const auto is = [&](char c) { return at < text.size() && text[at] == c; };
  const auto digits = [&] {
    const size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > start;
  };
  if (is('-')) ++at;
  if (is('0')) {
    ++at;
  } else if (!digits()) {
    return 0;
  }
  if (is('.')) {
    ++at;
    if (!digits()) return 0;
  }
  if (is('e') || is('E')) {
    ++at;
    if (is('+') || is('-')) ++at;
    if (!digits()) return 0;
  }
  return at;
}

}  // namespace annals
