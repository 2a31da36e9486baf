// The files of this repository as text, for the tests of the house rules.
#pragma once

#include <string>
#include <vector>

namespace annals::house {

struct SourceFile {
  std::string path;  // from the root, with '/': "eventstore/storage.h"
  std::string text;
};

// Every text file below `root`, by path. Left out: binary files, build folders, state/, and hidden folders but .ci.
std::vector<SourceFile> ReadRepository(const std::string& root);

}  // namespace annals::house
