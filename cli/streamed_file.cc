#include "cli/streamed_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace annals {
namespace {

absl::Status Failed(const std::string& path) {
  const int error = errno;
  const std::string message = fmt::format("write {}: {}", path, std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(message + "; make room and try again");
  return absl::InternalError(message + "; name another file with --out");
}

}  // namespace

StreamedFile::~StreamedFile() {
  if (!temporary_path_.empty()) ::unlink(temporary_path_.c_str());
}

absl::Status StreamedFile::Open(const std::string& path) {
  path_ = path;
  const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
  stream_.open(temporary, std::ios::binary | std::ios::trunc);
  if (!stream_) return Failed(path);
  temporary_path_ = temporary;
  return absl::OkStatus();
}

absl::Status StreamedFile::Commit() {
  stream_.close();
  if (!stream_) return Failed(path_);
  // On disk before it takes the name: a crash must not leave half a file under it.
  const int fd = ::open(temporary_path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!is_synced || ::rename(temporary_path_.c_str(), path_.c_str()) != 0) return Failed(path_);
  temporary_path_.clear();
  return absl::OkStatus();
}

}  // namespace annals
