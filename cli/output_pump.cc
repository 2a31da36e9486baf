#include "cli/output_pump.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace annals {
namespace {

constexpr size_t kReadBytes = 64 * 1024;  // what a pipe holds by default

bool IsWritableNow(int fd) {
  pollfd state{.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&state, 1, 0) > 0;  // errors count: the write will say which
}

}  // namespace

OutputPump::OutputPump(std::string_view name, int read_fd, int write_fd, OutputTail& tail)
    : name_(name), read_fd_(read_fd), write_fd_(write_fd), tail_(tail), buffer_(kReadBytes, '\0') {}

OutputPump::~OutputPump() {
  CloseRead();
}

pollfd OutputPump::Wanted() const {
  if (!pending_.empty()) return {.fd = write_fd_, .events = POLLOUT, .revents = 0};
  return {.fd = read_fd_, .events = POLLIN, .revents = 0};
}

void OutputPump::Step() {
  if (pending_.empty()) Read();
  if (!pending_.empty()) Write();
}

void OutputPump::NoteDeath() {
  int waiting = 0;
  if (read_fd_ >= 0 && ioctl(read_fd_, FIONREAD, &waiting) == 0) owed_bytes_ = static_cast<uint64_t>(waiting);
}

void OutputPump::CaptureRest() {
  const uint64_t most = std::max<uint64_t>(owed_bytes_, kReadBytes);  // a process left behind may write for ever
  for (uint64_t taken = 0; read_fd_ >= 0 && taken < most;) {
    const size_t got = Read();
    if (got == 0) break;
    taken += got;
  }
  pending_ = {};
  CloseRead();
}

size_t OutputPump::Read() {
  const ssize_t got = read(read_fd_, buffer_.data(), buffer_.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0) {
    CloseRead();
    return 0;
  }
  const std::string_view bytes(buffer_.data(), static_cast<size_t>(got));
  owed_bytes_ -= std::min<uint64_t>(owed_bytes_, bytes.size());
  tail_.Append(bytes);
  if (pass_through_.ok()) pending_ = bytes;
  return bytes.size();
}

// At most PIPE_BUF bytes at a time: that is what a pipe that polls as writable takes without blocking.
void OutputPump::Write() {
  while (!pending_.empty() && IsWritableNow(write_fd_)) {
    const ssize_t put = write(write_fd_, pending_.data(), std::min<size_t>(pending_.size(), PIPE_BUF));
    if (put >= 0) {
      pending_.remove_prefix(static_cast<size_t>(put));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      pass_through_ = absl::UnavailableError(
          fmt::format("pass on the command's output: {}: {}; the record of it is complete", name_, strerror(errno)));
      pending_ = {};
    }
  }
}

void OutputPump::CloseRead() {
  if (read_fd_ >= 0) close(read_fd_);
  read_fd_ = -1;
}

}  // namespace annals
