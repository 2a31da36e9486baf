// JSON lines as commands, read and parsed on a thread of their own while those before them are executed.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <absl/status/status.h>
#include <absl/types/span.h>
#include <capnp/message.h>

#include "commands/apply_input.h"
#include "schemas/command.capnp.h"
#include "schemas/json_reader.h"
#include "schemas/mutex.h"

namespace annals {

// Some lines, one after the other. Keeps its memory when it is filled anew.
class CommandBatch {
 public:
  struct Line {
    uint64_t number = 0;
    absl::Status status;                // why it is no command: byte, pointer and reason, as CommandReader has them
    schema::Command::Reader command{};  // where the status is OK
  };

  absl::Span<const Line> lines() const { return lines_; }
  uint64_t last_line() const {
    return last_line_;
  }  // the number of the last line read, also of one without text, which is not among lines(); 0: none was
  bool input_waits() const { return input_waits_; }         // there was nothing more to read at that time
  const absl::Status& failure() const { return failure_; }  // of reading what would have come after it

 private:
  friend class CommandStream;
  // Room for a command of a few hundred bytes; a larger one takes more from the heap.
  struct Slot {
    std::array<capnp::word, 96> words = {};
    std::optional<capnp::MallocMessageBuilder> message;
  };
  schema::Command::Builder NewCommand();
  void Clear();

  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Line> lines_;
  size_t used_slots_ = 0;
  uint64_t last_line_ = 0;
  bool input_waits_ = false;
  absl::Status failure_;
};

class CommandStream {
 public:
  // Starts reading `source` after its first `skip_lines` lines. `actor` goes into commands that name none.
  CommandStream(ByteSource& source, uint64_t skip_lines, std::string actor);
  // Interrupts the source and ends the thread.
  ~CommandStream();
  CommandStream(const CommandStream&) = delete;
  CommandStream& operator=(const CommandStream&) = delete;

  // The next batch, or nullptr after the last one. It is void after the next call.
  const CommandBatch* Next();
  // Whether Next() would have to wait.
  bool IsEmpty();
  // How many of the lines to skip the source did not have. Known once Next() has given something.
  uint64_t lines_missing();

 private:
  static constexpr size_t kBatches = 4;
  void Run(uint64_t skip_lines);
  // False: nothing comes after this batch.
  bool Fill(CommandBatch& batch);
  void Parse(const LineReader::Line& line, CommandBatch& batch);

  ByteSource& source_;
  LineReader lines_;
  CommandReader reader_;
  const std::string actor_;

  Mutex mutex_;
  std::condition_variable changed_;
  std::array<CommandBatch, kBatches> ring_;       // filled and emptied in turn
  uint64_t filled_ ABSL_GUARDED_BY(mutex_) = 0;   // batches the thread has handed over
  uint64_t emptied_ ABSL_GUARDED_BY(mutex_) = 0;  // batches it may fill again
  uint64_t lines_missing_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // no more will be filled
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t taken_ = 0;  // of the reader's side
  std::thread thread_;
};

}  // namespace annals
