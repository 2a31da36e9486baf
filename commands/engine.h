// The one way in: a command is judged against the rows, becomes events, and the events become rows — in one
// transaction.
//
// Threads: one at a time per Engine; other threads and processes use an Engine and a Storage of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/container/btree_set.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/answer.h"
#include "commands/machine_shelf.h"
#include "commands/sealer.h"
#include "commands/target.h"
#include "eventstore/event_codec.h"
#include "eventstore/storage.h"
#include "projections/rows.h"
#include "schemas/command.capnp.h"

namespace annals {

class Engine;

// One transaction over any number of commands. Dropped without Commit(), it leaves nothing behind.
class Unit {
 public:
  ~Unit();
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  // Judges and applies one command. An error of the command alone is an Answer; an error of the call (I/O, corruption)
  // is a Status, after which the unit is fit only to be dropped.
  absl::StatusOr<Answer> Execute(schema::Command::Reader command);
  // Records again what a unit that was dropped answered to `command`: `annals apply --atomic` keeps only that.
  absl::StatusOr<Answer> RecordRefusal(schema::Command::Reader command, const Refused& refused);
  // From now on the events of commands say that they happened at `time` (1970-01-01T00:00:00Z: they claim no time of
  // their own): an import keeps the times of what it imports. When they were recorded is the clock's all the same.
  void SetOccurredAt(Timestamp time) { occurred_at_ = time; }
  // Writes the rows changed so far, and forgets some, so that a unit of millions of commands keeps within its memory.
  absl::Status Spill();
  // Makes everything durable.
  absl::Status Commit();

  Transaction& transaction() { return *transaction_; }

 private:
  friend class Engine;
  Unit(Engine& engine, std::unique_ptr<Transaction> transaction);

  absl::StatusOr<Answer> Judge(schema::Command::Reader command);
  absl::StatusOr<Answer> JudgeRedaction(schema::Command::Reader command);
  absl::StatusOr<Answer> JudgeHeartbeat(schema::Command::Reader command, const Target& target);
  absl::Status CheckExpectedVersion(schema::Command::Reader command, std::string_view stream);
  void DraftRefusal(schema::Command::Reader command, const Refusal& refusal);
  // When the events of the command at hand are recorded, never before what is in the log, and when they happened.
  EventTimes Times() const;
  DecisionInput InputFor(schema::Command::Reader command, const Target& target, Rows& rows);
  // Places the drafts at the end of their streams, by default `stream`, folds them, and goes on with what follows.
  absl::StatusOr<Answer> Record(schema::Command::Reader command, std::string_view stream);
  // The same, of which nothing stays.
  absl::StatusOr<Preview> Foresee(schema::Command::Reader command, std::string_view stream);
  Engine& engine_;
  std::unique_ptr<Transaction> transaction_;
  // Whose rows still show content that was redacted in this unit, and are written anew at its end.
  absl::btree_set<std::string> redacted_streams_;
  Timestamp occurred_at_;
  Timestamp now_;  // the clock, which is asked once per command; it may have gone back
  bool committed_ = false;
};

class Engine {
 public:
  struct Options {
    size_t cache_bytes = size_t{64} << 20;  // rows kept between commits, about
  };
  Engine(Storage& storage, Clock& clock, RandomSource& random);
  Engine(Storage& storage, Clock& clock, RandomSource& random, Options options);

  Storage& storage() { return storage_; }

  // Takes the write lock. One unit at a time. kUnavailable: other writers held it for longer than the storage waits.
  absl::StatusOr<std::unique_ptr<Unit>> Begin();

  // Begin, Execute each, Commit: one commit for all. An answer per command, in order.
  absl::StatusOr<std::vector<Answer>> Execute(absl::Span<const schema::Command::Reader> commands);

 private:
  friend class Unit;
  Storage& storage_;
  Clock& clock_;
  RandomSource& random_;
  Options options_;
  Rows rows_;
  Drafts drafts_;
  EventDecoder decoder_;
  Sealer sealer_;
  MachineShelf machines_;
  Target target_;  // of the command at hand
  // Where the log ended when the rows were last known to be right; another end means that others wrote.
  Position known_position_;
  uint64_t known_generation_ = 0;
  bool rows_known_ = false;
};

}  // namespace annals
