// What an import does with each line: one kind for each way to import.
#pragma once

#include <memory>

#include <absl/status/status.h>

#include "commands/import_lines.h"
#include "commands/log_line.h"
#include "commands/raw_append.h"

namespace annals {

class LineTaker {
 public:
  virtual ~LineTaker() = default;
  // `line` is what `decoder` gave last, and number `number` of the file.
  virtual absl::Status Take(LogLine& line, LogLineDecoder& decoder, uint64_t number) = 0;
  // The file is at its end; what is to be committed with the last event.
  virtual absl::Status Finish(uint64_t lines) = 0;
  // Whether what was taken may be committed before the end.
  virtual bool commits_in_batches() const = 0;
};

std::unique_ptr<LineTaker> TakeExactly(Storage& storage, RawAppender& appender, LineImportReport& report);

struct MergeParts {
  RawAppender& appender;
  Clock& clock;
  RandomSource& random;
  const LineImportOptions& options;
  const OnLineRemark& on_remark;
  LineImportReport& report;
};
std::unique_ptr<LineTaker> TakeMerged(const MergeParts& parts);

}  // namespace annals
