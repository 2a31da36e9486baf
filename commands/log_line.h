// A line of `annals log --json` made an event again: the inverse of projections/log_json.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <capnp/message.h>

#include "eventstore/event_codec.h"
#include "eventstore/storage.h"
#include "schemas/log_line.capnp.h"
#include "schemas/log_line_reader.h"

namespace annals {

// Views live until the next line is read.
struct LogLine {
  Position position;
  std::string_view stream;
  StreamVersion version;
  std::string_view event_type;
  schema::Event::Builder event{nullptr};  // whole, but for its content
  std::string_view json, text;            // its content; empty where there is none, or it was redacted
  // With --full only.
  std::optional<Hash> leaf_hash;
  std::optional<Hash> content_digest;  // the content is kept beside the event
  uint32_t content_size = 0;
  std::optional<Salt> content_salt;  // nothing where the content was redacted
  std::optional<Salt> command_salt;  // the same of the command's
  bool IsFull() const { return leaf_hash.has_value(); }
  bool IsRedacted() const { return content_digest && !content_salt; }
};

class LogLineDecoder {
 public:
  // The line in `json`. What its parts say of each other fits: type and body, stream and run.
  //   kInvalidArgument  names the byte and the JSON pointer, or what does not fit
  absl::StatusOr<LogLine> Read(std::string_view json);

  // The event of `line`, which Read() gave last, as it was stored: its bytes are the same wherever --full wrote it.
  //   kDataLoss  the content is not the one its digest is of
  absl::StatusOr<NewEvent> Seal(LogLine& line);
  // Whether that event, at the place the line names, has the leaf hash that the line names.
  //   kDataLoss  it has another one
  static absl::Status CheckLeaf(const LogLine& line, const NewEvent& event);

 private:
  LogLineReader reader_;
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  std::string event_, event_type_, content_;
};

}  // namespace annals
