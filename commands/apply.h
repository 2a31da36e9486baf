// Many commands from one source of JSON lines: executed in batches, remembered per source, all or nothing if so asked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/answer.h"
#include "commands/apply_input.h"
#include "commands/engine.h"
#include "eventstore/sources.h"
#include "eventstore/storage.h"

namespace annals {

enum class ApplyMode {
  kBatches,  // a commit per batch
  kAtomic,   // one commit for all; the first refused or bad line takes everything back, and a refusal is recorded alone
  kDryRun,   // each line is judged as if those before it had happened, and nothing is written
};

struct ApplyOptions {
  ApplyMode mode = ApplyMode::kBatches;
  size_t batch = 1000;         // lines per commit; fewer where their answers would fill the memory
  bool keep_going = false;     // past refused and bad lines; not with kAtomic
  bool only_problems = false;  // answers only what was refused or bad
  std::string source = {};     // the key under which the place is kept; empty: it is not kept
  std::string actor = {};      // of commands that name none
};

// What `line` was answered: a refusal or an error may be among them. With kBatches only what is durable is answered.
// With kAtomic lines are answered as they are judged, and void if the report says that all was taken back.
using OnAnswer = std::function<void(uint64_t line, const Answer& answer)>;
// `line` lines are done with, of those the source has.
using OnApplyProgress = std::function<void(uint64_t line)>;

struct ApplyReport {
  uint64_t lines_before = 0;   // done with by an earlier call
  uint64_t lines_missing = 0;  // of those before, when the input is shorter: it is hardly the same source
  uint64_t lines = 0;          // done with now, with those before
  uint64_t done = 0;           // commands that had their effect
  uint64_t would_be_done = 0;  // that were judged only: with kDryRun, or by a dry_run of their own
  uint64_t repeats = 0;        // whose id had been used before
  uint64_t refused = 0;
  uint64_t bad = 0;            // no command, or about what does not exist, or in conflict
  bool rolled_back = false;    // kAtomic: nothing of it stands, but for the record of the refusal
  uint64_t stopped_at = 0;     // the line that ended it before its time; 0 when none did
  absl::Status first_problem;  // kFailedPrecondition for a refusal; starts with "line N: "
  absl::Status sweep;          // where content was redacted, and the file may still hold it (Storage::Sweep): why
};

// Executes what `input` holds. A line that was refused is recorded and done with, so a later call goes on behind it; a
// bad line is done with only with keep_going, else a later call begins with it. Lines without text are skipped.
// kAtomic and kDryRun hold the write lock from the first command to the end of the input: give them one that never
// waits (ReadToEnd). Memory: bounded, however many lines there are and whatever the batch.
//   kInvalidArgument  options that exclude each other
//   kAborted          somebody else is applying the same source
//   others            reading or storing failed; what was committed until then stays, and a later call goes on behind
//   it
absl::StatusOr<ApplyReport> Apply(Storage& storage, Engine& engine, Clock& clock, ByteSource& input,
                                  const ApplyOptions& options, const OnAnswer& on_answer,
                                  const OnApplyProgress& on_progress);

// The key of a file's content: the SHA-256 of what stands from its offset, which stays, to the end. What is appended
// later is not among `bytes`, and makes it another source.
struct FileKey {
  std::string key;
  uint64_t bytes = 0;
};
absl::StatusOr<FileKey> SourceKeyOfFile(int fd, const std::string& name);

}  // namespace annals
