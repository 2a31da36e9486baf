// Files that a command writes: a reader finds all of one or none of it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace annals {

// A new file with mode 0600 from its first byte, on disk when this returns.
//   kAlreadyExists  there is one of that name; it was not touched
//   kInternal       it cannot be written; nothing of it is left
absl::Status CreatePrivateFile(const std::string& path, std::string_view text);

// A file that takes the place of one of that name in one step, on disk when this returns. kInternal as above.
absl::Status ReplaceFile(const std::string& path, std::string_view text);

// Writes a document to `file`, or to `out` where none is named or it is "-".
absl::Status WriteDocument(const std::optional<std::string>& file, std::string_view text, std::ostream& out);

}  // namespace annals
