#include "cli/input_file.h"

#include <cerrno>
#include <cstring>
#include <string_view>

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

bool IsSqliteFile(const std::string& path) {
  if (path == "-") return false;
  InputFile input;
  if (!input.Open(path).ok()) return false;
  constexpr std::string_view kBegin("SQLite format 3\0", 16);
  char begin[kBegin.size()] = {};
  return input.is_regular && ::pread(input.fd, begin, sizeof(begin), 0) == static_cast<ssize_t>(sizeof(begin)) &&
         std::string_view(begin, sizeof(begin)) == kBegin;
}

}  // namespace annals
