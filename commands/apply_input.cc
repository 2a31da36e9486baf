#include "commands/apply_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kFirstBufferBytes = size_t{256} << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<FdSource>> FdSource::Over(int fd, std::string name, uint64_t max_bytes) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return absl::InternalError(fmt::format("read {}: make a pipe: {}", name, std::strerror(errno)));
  }
  struct stat info {};
  const bool never_waits = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  return std::unique_ptr<FdSource>(new FdSource(fd, std::move(name), max_bytes, never_waits, ends[0], ends[1]));
}

FdSource::FdSource(int fd, std::string name, uint64_t max_bytes, bool never_waits, int wake_read, int wake_write)
    : fd_(fd),
      name_(std::move(name)),
      left_(max_bytes),
      never_waits_(never_waits),
      wake_read_(wake_read),
      wake_write_(wake_write) {}

FdSource::~FdSource() {
  ::close(wake_read_);
  ::close(wake_write_);
}

bool FdSource::Poll(int timeout_ms) {
  while (true) {
    pollfd waited[] = {{fd_, POLLIN, 0}, {wake_read_, POLLIN, 0}};
    const int ready = ::poll(waited, std::size(waited), timeout_ms);
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && waited[1].revents == 0;
  }
}

absl::StatusOr<size_t> FdSource::Read(char* out, size_t size) {
  size = static_cast<size_t>(std::min<uint64_t>(size, left_));
  if (size == 0) return 0;
  while (true) {
    if (!Poll(-1)) return 0;
    const ssize_t count = ::read(fd_, out, size);
    if (count >= 0) {
      left_ -= static_cast<uint64_t>(count);
      return static_cast<size_t>(count);
    }
    if (errno == EINTR || errno == EAGAIN) continue;
    return absl::InternalError(fmt::format("read {}: {}", name_, std::strerror(errno)));
  }
}

bool FdSource::WouldWait() {
  return !never_waits_ && left_ > 0 && !Poll(0);
}

void FdSource::Interrupt() {
  // One byte always fits into a pipe that holds nothing else; a second call may find it full, which is as good.
  [[maybe_unused]] const ssize_t written = ::write(wake_write_, "", 1);
}

absl::StatusOr<TemporaryFile> ReadToEnd(ByteSource& source, const std::string& name) {
  const auto failed = [&] {
    const std::string message =
        fmt::format("keep {} in a temporary file until its end: {}", name, std::strerror(errno));
    return errno == ENOSPC ? absl::ResourceExhaustedError(message) : absl::InternalError(message);
  };
  TemporaryFile file(std::tmpfile());
  if (file == nullptr) return failed();
  std::vector<char> block(kFirstBufferBytes);
  while (true) {
    ASSIGN_OR_RETURN(const size_t count, source.Read(block.data(), block.size()));
    if (count == 0) break;
    if (std::fwrite(block.data(), 1, count, file.get()) != count) return failed();
  }
  // Whoever reads on goes by the descriptor, which stands elsewhere than the stream until then.
  if (std::fflush(file.get()) != 0 || ::lseek(::fileno(file.get()), 0, SEEK_SET) != 0) return failed();
  return file;
}

LineReader::LineReader(ByteSource& source, size_t max_line_bytes)
    : source_(source), max_line_bytes_(max_line_bytes), buffer_(kFirstBufferBytes) {}

absl::StatusOr<bool> LineReader::Fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  // A line that fills the largest buffer is too long, and given up before this.
  if (end_ == buffer_.size()) buffer_.resize(std::min(buffer_.size() * 2, max_line_bytes_ + kFirstBufferBytes));
  ASSIGN_OR_RETURN(const size_t count, source_.Read(buffer_.data() + end_, buffer_.size() - end_));
  end_ += count;
  ended_ = count == 0;
  return !ended_;
}

absl::StatusOr<std::optional<LineReader::Line>> LineReader::Next() {
  Line line;
  line.number = number_ + 1;
  while (true) {
    if (scanned_ < end_) {
      const auto* const newline =
          static_cast<const char*>(std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_));
      if (newline != nullptr) {
        const auto at = static_cast<size_t>(newline - buffer_.data());
        if (at - begin_ > max_line_bytes_) line.is_too_long = true;
        if (!line.is_too_long) line.text = {buffer_.data() + begin_, at - begin_};
        begin_ = scanned_ = at + 1;
        number_ = line.number;
        return line;
      }
      scanned_ = end_;
      if (end_ - begin_ > max_line_bytes_) line.is_too_long = true;
      // Nobody will look at it: only its end is still of interest.
      if (line.is_too_long) begin_ = end_;
    }
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (more) continue;
    if (begin_ == end_ && !line.is_too_long) return std::nullopt;
    line.text = {buffer_.data() + begin_, end_ - begin_};
    begin_ = scanned_ = end_;
    number_ = line.number;
    return line;
  }
}

bool LineReader::HasWholeLine() const {
  return scanned_ < end_ && std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_) != nullptr;
}

bool LineReader::WouldWait() {
  while (!HasWholeLine()) {
    if (ended_ || end_ - begin_ > max_line_bytes_) return false;  // of a line that is too long Next() reads the rest
    if (source_.WouldWait()) return true;
    scanned_ = end_;
    // Next() reads again where this failed, and says so.
    if (const absl::StatusOr<bool> more = Fill(); !more.ok()) return false;
  }
  return false;
}

}  // namespace annals
