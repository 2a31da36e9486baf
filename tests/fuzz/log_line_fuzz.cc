// Any bytes as a line of an export: it is read or refused, and what was read can be made an event.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "commands/log_line.h"
#include "schemas/check.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

void ReadAndSeal(std::string_view json) {
  static LogLineDecoder decoder;  // it keeps its buffers, as an import's does
  absl::StatusOr<LogLine> line = decoder.Read(json);
  CHECK(line.ok() || absl::IsInvalidArgument(line.status()));
  if (!line.ok()) return;
  CHECK(FirstInvalidUtf8(json) == std::string_view::npos);
  const absl::StatusOr<NewEvent> event = decoder.Seal(*line);
  CHECK(event.ok() || absl::IsDataLoss(event.status()));
  if (!event.ok()) return;
  EventDecoder events;
  CHECK(events.Decode(event->event).ok());
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ReadAndSeal({reinterpret_cast<const char*>(data), size});
  return 0;
}
