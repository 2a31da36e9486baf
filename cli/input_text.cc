#include "cli/input_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "schemas/json_text.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<std::string> ReadAll(int file, std::string_view name) {
  std::string text;
  while (true) {
    char buffer[65536];
    const ssize_t got = read(file, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::InternalError(fmt::format("read {}: {}", name, std::strerror(errno)));
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > kMaxCommandBytes) {
      return absl::InvalidArgumentError(fmt::format("read {}: it is longer than {} bytes", name, kMaxCommandBytes));
    }
  }
}

}  // namespace

absl::StatusOr<std::string> ReadInputText(std::string_view given) {
  if (given == "-") return ReadAll(STDIN_FILENO, "standard input");
  if (!given.starts_with('@')) return std::string(given);
  const std::string name(given.substr(1));
  const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const std::string message = fmt::format("read the file {}: {}", Quoted(name), std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
  }
  absl::StatusOr<std::string> text = ReadAll(file, Quoted(name));
  close(file);
  return text;
}

absl::StatusOr<std::string> ReadFileText(std::string_view file) {
  return ReadInputText(file == "-" ? std::string(file) : fmt::format("@{}", file));
}

}  // namespace annals
