#include "cli/input_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace annals {

absl::Status InputFile::Open(const std::string& path) {
  if (path != "-") {
    name = path;
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      const std::string message =
          fmt::format("open {}: {}; name a file of JSON lines, or - for standard input", path, std::strerror(errno));
      return errno == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
    }
  }
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(fmt::format("{} is a folder; name a file of JSON lines", name));
  }
  is_regular = S_ISREG(info.st_mode);
  return absl::OkStatus();
}

}  // namespace annals
