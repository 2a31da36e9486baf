// annals import of JSON lines: what annals export wrote.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace annals {

class Context;

struct JsonLinesArguments {
  std::string file;  // "-" is standard input
  bool strict = false;
  std::vector<std::string> renames;  // "OLD=NEW"
};

// Imports the file, prints what came of it, and returns the exit code.
absl::StatusOr<int> ImportJsonLines(Context& context, const JsonLinesArguments& arguments);

}  // namespace annals
