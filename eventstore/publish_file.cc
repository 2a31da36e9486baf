#include "eventstore/publish_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "schemas/sabotage.h"

namespace annals {
namespace {

absl::Status Failed(const std::string& path, int error) {
  if (error == EEXIST) {
    return absl::AlreadyExistsError(fmt::format("write {}: it is already there; name a new file", path));
  }
  const std::string message = fmt::format("write {}: {}", path, std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(message + "; make room and try again");
  return absl::InternalError(message + "; name another place");
}

// 0, or what went wrong.
int Sync(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error;
}

// 0, or what went wrong.
int Rename(const std::string& from, const std::string& to, IfThere if_there) {
  if (if_there == IfThere::kReplace || IsSabotaged("files_are_overwritten")) {
    return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  // A file system that cannot rename without replacing can still make a second name, which fails where it is taken.
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  unlink(from.c_str());
  return 0;
}

}  // namespace

absl::Status PublishFile(const std::string& unfinished, const std::string& path, IfThere if_there) {
  if (const int error = Sync(unfinished, 0)) return Failed(path, error);
  if (const int error = Rename(unfinished, path, if_there)) return Failed(path, error);
  // The name, too, must outlive a power cut.
  const std::string folder = std::filesystem::absolute(path).parent_path();
  if (const int error = Sync(folder, O_DIRECTORY)) return Failed(path, error);
  return absl::OkStatus();
}

}  // namespace annals
