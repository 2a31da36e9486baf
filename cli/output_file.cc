#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status Failure(const std::string& path) {
  const std::string message = fmt::format("write the file {}: {}", Quoted(path), std::strerror(errno));
  return errno == EEXIST ? absl::AlreadyExistsError(message + "; choose another name") : absl::InternalError(message);
}

// A file descriptor that is closed with its scope.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// False: errno says why.
bool WriteAndSync(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(descriptor) == 0;
}

// The name itself is on disk once its folder is.
absl::Status SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.descriptor() >= 0 && fsync(file.descriptor()) == 0 ? absl::OkStatus() : Failure(folder);
}

}  // namespace

absl::Status CreatePrivateFile(const std::string& path, std::string_view text) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.descriptor() < 0) return Failure(path);
  if (!WriteAndSync(file.descriptor(), text)) {
    const absl::Status status = Failure(path);
    unlink(path.c_str());
    return status;
  }
  return SyncFolderOf(path);
}

absl::Status ReplaceFile(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const File file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.descriptor() < 0) return Failure(path);
  // mkostemp lets nobody else read it; seals and proofs are for others.
  const mode_t mask = umask(0);
  umask(mask);
  if (!WriteAndSync(file.descriptor(), text) || fchmod(file.descriptor(), 0666 & ~mask) != 0 ||
      rename(temporary.c_str(), path.c_str()) != 0) {
    const absl::Status status = Failure(path);
    unlink(temporary.c_str());
    return status;
  }
  return SyncFolderOf(path);
}

absl::Status WriteDocument(const std::optional<std::string>& file, std::string_view text, std::ostream& out) {
  if (file && *file != "-") return ReplaceFile(*file, text);
  out << text;
  return absl::OkStatus();
}

}  // namespace annals
