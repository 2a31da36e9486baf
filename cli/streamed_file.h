// A file that is there whole or not at all.
#pragma once

#include <fstream>
#include <string>

#include <absl/status/status.h>

namespace annals {

// Written under another name beside `path`, which it takes, whatever lay there before, when it is whole and on disk.
// Dropped without Commit(), it leaves nothing behind.
class StreamedFile {
 public:
  StreamedFile() = default;
  ~StreamedFile();
  StreamedFile(const StreamedFile&) = delete;
  StreamedFile& operator=(const StreamedFile&) = delete;

  //   kInternal          it cannot be made there
  absl::Status Open(const std::string& path);
  std::ostream& stream() { return stream_; }
  // The name that is written to, for whoever writes it otherwise than by stream().
  const std::string& temporary_path() const { return temporary_path_; }
  //   kResourceExhausted the disk is full; kInternal otherwise
  absl::Status Commit();

 private:
  std::string path_, temporary_path_;
  std::ofstream stream_;
};

}  // namespace annals
