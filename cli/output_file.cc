#include "cli/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "eventstore/publish_file.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

absl::Status Failed(const std::string& path, int error) {
  const std::string message = fmt::format("write the file {}: {}", Quoted(path), std::strerror(error));
  switch (error) {
    case EEXIST:
      return absl::AlreadyExistsError(message + "; choose another name");
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message + "; make room and try again");
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return absl::InvalidArgumentError(message + "; name another place");
    default:
      return absl::InternalError(message + "; name another place");
  }
}

// 0, or what went wrong. Closes `fd`.
int WriteAndClose(int fd, std::string_view text) {
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

absl::Status CreatePrivateFile(const std::string& path, std::string_view text) {
  const std::string unfinished = fmt::format("{}.{}.tmp", path, getpid());
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Failed(path, errno);
  const int error = WriteAndClose(fd, text);
  absl::Status status = error == 0 ? PublishFile(unfinished, path, IfThere::kRefuse) : Failed(path, error);
  if (!status.ok()) unlink(unfinished.c_str());
  return status;
}

OutputFile::~OutputFile() {
  if (!unfinished_.empty()) unlink(unfinished_.c_str());
}

absl::Status OutputFile::Open(const std::string& path) {
  path_ = path;
  std::error_code ignored;
  std::string written_to = path;
  if (!fs::exists(path, ignored) || fs::is_regular_file(path, ignored)) {
    // Renaming onto a link would replace the link.
    const fs::path target = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : fs::path(path);
    target_ = target.string();
    written_to = (target.parent_path() / fmt::format(".{}.{}.tmp", target.filename().string(), getpid())).string();
    unfinished_ = written_to;
  }
  stream_.open(written_to, std::ios::binary | std::ios::trunc);
  if (stream_) return absl::OkStatus();
  unfinished_.clear();
  return Failed(path, errno);
}

absl::Status OutputFile::Commit() {
  errno = 0;
  stream_.close();
  if (!stream_) return Failed(path_, errno == 0 ? EIO : errno);
  if (unfinished_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(PublishFile(unfinished_, target_, IfThere::kReplace));
  unfinished_.clear();
  return absl::OkStatus();
}

absl::Status WriteDocument(const std::optional<std::string>& file, std::string_view text, std::ostream& out) {
  if (!file || *file == "-") {
    out << text;
    return absl::OkStatus();
  }
  OutputFile output;
  RETURN_IF_ERROR(output.Open(*file));
  output.stream() << text;
  return output.Commit();
}

}  // namespace annals
