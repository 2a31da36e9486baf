// Files that a command writes: a reader finds all of one or none of it.
#pragma once

#include <fstream>
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

// A file that is written bit by bit under another name, and takes its name, and the place of what has it, when it is
// whole and on disk. Dropped without Commit(), it leaves nothing behind. A link is followed; what is no regular file,
// such as a pipe or /dev/stderr, is written to as it is.
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  //   kInvalidArgument  it is a folder, or there is no folder to put it in
  //   kInternal         it cannot be made there
  absl::Status Open(const std::string& path);
  std::ostream& stream() { return stream_; }
  //   kResourceExhausted  the disk is full
  //   kInternal           it cannot be written
  absl::Status Commit();

 private:
  std::string path_;        // as it was named
  std::string target_;      // what it names
  std::string unfinished_;  // where it is written until then; empty: in its place
  std::ofstream stream_;
};

// Writes a document to `file`, or to `out` where none is named or it is "-". Errors as of OutputFile.
absl::Status WriteDocument(const std::optional<std::string>& file, std::string_view text, std::ostream& out);

}  // namespace annals
