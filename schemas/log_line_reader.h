// Lines of `annals log --json`, read back as strictly as commands are (schemas/json_reader.h).
#pragma once

#include <memory>
#include <string_view>

#include <absl/status/status.h>

#include "schemas/log_line.capnp.h"

namespace annals {

// Reads one JSON object into a line. Threads: one at a time (it keeps its buffers between calls).
class LogLineReader {
 public:
  LogLineReader();
  ~LogLineReader();
  LogLineReader(const LogLineReader&) = delete;
  LogLineReader& operator=(const LogLineReader&) = delete;

  // Fills `line` (fresh) from `json`, which needs no padding: the event with its body by the line's event_type, its
  // content beside it. That the parts of the line fit each other is not looked at here. Nothing throws.
  //   kInvalidArgument   names the byte (from 1), the JSON pointer, the reason and what would be right. `line` is then
  //                      half filled: throw it away.
  //   kInternal          Cap'n Proto could not build the message
  absl::Status Read(std::string_view json, schema::LogLine::Builder line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace annals
