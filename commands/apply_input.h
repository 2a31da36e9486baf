// Lines of bytes that come from elsewhere and may not be there yet: a file, a pipe, a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace annals {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `size` bytes into `out`; waits until there are some. 0: the end, or it was interrupted.
  virtual absl::StatusOr<size_t> Read(char* out, size_t size) = 0;
  // Whether Read() would have to wait now.
  virtual bool WouldWait() = 0;
  // Makes a Read() that waits, and all later ones, give 0. The one call that may come from another thread.
  virtual void Interrupt() = 0;
};

// What a file descriptor gives, up to `max_bytes` from where it stands; it is not closed here.
class FdSource final : public ByteSource {
 public:
  // `name` is for messages. kInternal: no pipe could be made to interrupt it by.
  static absl::StatusOr<std::unique_ptr<FdSource>> Over(int fd, std::string name, uint64_t max_bytes = UINT64_MAX);
  ~FdSource() override;
  FdSource(const FdSource&) = delete;
  FdSource& operator=(const FdSource&) = delete;

  absl::StatusOr<size_t> Read(char* out, size_t size) override;
  bool WouldWait() override;
  void Interrupt() override;

 private:
  FdSource(int fd, std::string name, uint64_t max_bytes, bool never_waits, int wake_read, int wake_write);
  // True: there is something to read, or the end. False: interrupted, or nothing within `timeout_ms` (-1: for ever).
  bool Poll(int timeout_ms);

  const int fd_;
  const std::string name_;
  uint64_t left_;           // bytes that may still be read
  const bool never_waits_;  // a regular file
  const int wake_read_, wake_write_;
};

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
// A file without a name that goes away when it is closed.
using TemporaryFile = std::unique_ptr<std::FILE, FileCloser>;

// Reads `source` to its end into a temporary file, which stands at its beginning then: what is read from there never
// waits. kResourceExhausted: there is no room for it. Others: reading failed.
absl::StatusOr<TemporaryFile> ReadToEnd(ByteSource& source, const std::string& name);

// Splits a source at '\n'. Memory: as much as the longest line, at most `max_line_bytes`.
class LineReader {
 public:
  struct Line {
    uint64_t number = 0;    // from 1
    std::string_view text;  // without its end; valid until the next call. Of a line that is too long: empty
    bool is_too_long = false;
  };
  LineReader(ByteSource& source, size_t max_line_bytes);

  // The next line, the last one with or without an end; nullopt when there are no more.
  absl::StatusOr<std::optional<Line>> Next();
  // Whether Next() would have to wait, also for the rest of a line that has begun: reads what there is of it.
  bool WouldWait();

 private:
  bool HasWholeLine() const;
  // Makes room and reads once. False: the end.
  absl::StatusOr<bool> Fill();

  ByteSource& source_;
  const size_t max_line_bytes_;
  std::vector<char> buffer_;
  size_t begin_ = 0;    // of what was read and not given out
  size_t scanned_ = 0;  // no line ends in [begin_, scanned_)
  size_t end_ = 0;
  uint64_t number_ = 0;
  bool ended_ = false;  // a terminal would wait again behind its end
};

}  // namespace annals
