// Binary content in a git patch: "GIT binary patch" and the lines of base 85 behind it.
#pragma once

#include "commands/diff_text.h"

namespace annals {

inline constexpr std::string_view kGitBinaryPatch = "GIT binary patch";

// Reads the binary patch that `text` stands at: the new content, and the old one where it is there. That the compressed
// bytes are what they should be shows when they are applied. False: `text` has a fault.
bool ReadGitBinary(DiffText& text);

}  // namespace annals
