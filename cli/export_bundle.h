// annals export --bundle: a run as a database of its own.
#pragma once

#include <optional>
#include <string>

#include <absl/status/statusor.h>

namespace annals {

class Context;

struct BundleArguments {
  std::string run;
  std::string file;
  std::optional<std::string> key, seal;  // files; one of them, or neither
};

// Writes the file, whole or not at all, says what it shows, and returns the exit code.
absl::StatusOr<int> ExportBundle(Context& context, const BundleArguments& arguments);

}  // namespace annals
