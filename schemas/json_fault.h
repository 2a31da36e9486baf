// Why a text is not JSON, and where: the slow second look at input that was refused, so that reading what is right
// needs to keep nothing for a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals {

struct JsonFault {
  size_t offset = 0;   // of the byte, from 0
  std::string reason;  // empty: none found
};

// The first place where `json` stops being one JSON value in UTF-8. Any depth: it keeps its own stack.
JsonFault FindSyntaxFault(std::string_view json);

// The JSON pointer of the value or key at `offset`, or of the last one before it: "/metadata/tags/0", "" for the whole.
// Keys stand in it as they are escaped in `json`, with ~0 and ~1; a long pointer is cut with "…".
std::string JsonPointerAt(std::string_view json, size_t offset);

}  // namespace annals
