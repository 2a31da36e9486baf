// annals as a user runs it, in this process.
#pragma once

#include <string>
#include <vector>

namespace annals::integrity {

struct Told {
  int exit;
  std::string out;
  std::string err;
};
// With the database at `path`.
Told RunOn(const std::string& path, std::vector<std::string> arguments);

}  // namespace annals::integrity
