// A file that a command reads, or standard input.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <unistd.h>

namespace annals {

// Closed at the end unless it is standard input.
struct InputFile {
  InputFile() = default;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (fd > STDIN_FILENO) ::close(fd);
  }
  // `path` is "-" for standard input.
  //   kNotFound         there is no such file
  //   kInvalidArgument  it is a folder
  //   kInternal         it cannot be opened
  absl::Status Open(const std::string& path);

  int fd = STDIN_FILENO;
  std::string name = "standard input";
  bool is_regular = false;  // a file whose content is known before it is read
};

// Whether `path` begins as SQLite databases do. Standard input, which can be read once only, does not, and nor does a
// file that cannot be opened: whoever reads it says so.
bool IsSqliteFile(const std::string& path);

}  // namespace annals
