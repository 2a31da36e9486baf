// The 1st, 2nd, 3rd, … call of SQLite to the disk fails, once or from then on, until a run meets no fault. What must
// hold: nothing is acknowledged that is not there, the log and the tables agree, and the same commands given again are
// each done once.
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/crash/recording_vfs.h"
#include "tests/crash/reference_run.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals::crash {
namespace {

using namespace annals::support;
using Kind = DiskStep::Kind;

constexpr size_t kCommands = 60;
constexpr size_t kBatch = 5;
// So that checkpoints come into it.
constexpr int kCheckpointPages = 40;

struct FaultyCall {
  const char* name;
  Kind kind;
  DiskFault fault;
  bool is_for_ever;
};
void PrintTo(const FaultyCall& call, std::ostream* out) {
  *out << call.name;
}

const FaultyCall kFaultyCalls[] = {
    {"WriteOnce", Kind::kWrite, {SQLITE_IOERR_WRITE}, false},
    {"WriteForEver", Kind::kWrite, {SQLITE_IOERR_WRITE}, true},
    {"FullOnce", Kind::kWrite, {SQLITE_FULL}, false},
    {"FullForEver", Kind::kWrite, {SQLITE_FULL}, true},
    {"HalfAWriteOnce", Kind::kWrite, {SQLITE_FULL, /*is_half=*/true}, false},
    {"HalfAWriteForEver", Kind::kWrite, {SQLITE_FULL, /*is_half=*/true}, true},
    {"ReadOnlyForEver", Kind::kWrite, {SQLITE_READONLY}, true},
    {"SyncOnce", Kind::kSync, {SQLITE_IOERR_FSYNC}, false},
    {"SyncForEver", Kind::kSync, {SQLITE_IOERR_FSYNC}, true},
    {"TruncateOnce", Kind::kTruncate, {SQLITE_IOERR_TRUNCATE}, false},
    {"OpenOnce", Kind::kCreate, {SQLITE_CANTOPEN}, false},
    {"OpenForEver", Kind::kCreate, {SQLITE_CANTOPEN}, true},
    {"ReadOnce", Kind::kRead, {SQLITE_IOERR_READ}, false},
    {"ReadForEver", Kind::kRead, {SQLITE_IOERR_READ}, true},
    {"LockOnce", Kind::kLock, {SQLITE_IOERR_LOCK}, false},
    {"LockForEver", Kind::kLock, {SQLITE_IOERR_LOCK}, true},
    {"ShareOnce", Kind::kShare, {SQLITE_IOERR_SHMMAP}, false},
    {"ShareForEver", Kind::kShare, {SQLITE_IOERR_SHMMAP}, true},
    {"SizeOnce", Kind::kSize, {SQLITE_IOERR_FSTAT}, false},
    {"SizeForEver", Kind::kSize, {SQLITE_IOERR_FSTAT}, true},
    {"AccessOnce", Kind::kAccess, {SQLITE_IOERR_ACCESS}, false},
    {"AccessForEver", Kind::kAccess, {SQLITE_IOERR_ACCESS}, true},
    {"ShareLockOnce", Kind::kShareLock, {SQLITE_IOERR_SHMLOCK}, false},
    {"ShareLockForEver", Kind::kShareLock, {SQLITE_IOERR_SHMLOCK}, true},
    {"UnlockOnce", Kind::kUnlock, {SQLITE_IOERR_UNLOCK}, false},
    {"UnlockForEver", Kind::kUnlock, {SQLITE_IOERR_UNLOCK}, true},
    {"DeleteOnce", Kind::kDelete, {SQLITE_IOERR_DELETE}, false},
};

absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(const Folder& folder) {
  static SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  static SeededRandom random(7);
  return SqliteStorage::Open({.path = folder.database(),
                              .checkpoint_pages = kCheckpointPages,
                              .tables = ProjectedTables(),
                              .clock = &clock,
                              .random = &random});
}

// The commands in batches of one commit each.
std::vector<std::vector<std::string>> Batches() {
  const std::vector<std::string> commands = ReferenceRun(kCommands);
  std::vector<std::vector<std::string>> batches;
  for (size_t i = 0; i < commands.size(); i += kBatch) {
    batches.emplace_back(commands.begin() + static_cast<ptrdiff_t>(i),
                         commands.begin() + static_cast<ptrdiff_t>(std::min(commands.size(), i + kBatch)));
  }
  return batches;
}

uint64_t EndOf(const Answer& answer) {
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) return receipt->last_position.value;
  if (const auto* const refused = std::get_if<Refused>(&answer)) return refused->position.value;
  return 0;
}

// The last position of which the answers speak.
absl::StatusOr<uint64_t> Execute(Session& session, const std::vector<std::string>& batch) {
  std::vector<JsonCommand> parsed;
  std::vector<schema::Command::Reader> commands;
  for (const std::string& command : batch) parsed.emplace_back(command);
  for (const JsonCommand& command : parsed) commands.push_back(command.reader());
  const auto answers = session.engine().Execute(commands);
  if (!answers.ok()) return answers.status();
  uint64_t end = 0;
  for (const Answer& answer : *answers) end = std::max(end, EndOf(answer));
  return end;
}

absl::StatusOr<uint64_t> HeadOf(Storage& storage) {
  const auto snapshot = storage.Read();
  if (!snapshot.ok()) return snapshot.status();
  return (*snapshot)->head().position.value;
}

class DiskFaultTest : public testing::TestWithParam<FaultyCall> {
 protected:
  // Plays all batches with the `fail_at`-th call failing. Whether that call came.
  bool Play(uint64_t fail_at) {
    const FaultyCall& call = GetParam();
    folder_.Fill({});
    uint64_t calls = 0;
    bool heals = false;
    Device device;
    device.fault = [&](Kind kind) -> DiskFault {
      if (heals || kind != call.kind) return {};
      ++calls;
      const bool fails = call.is_for_ever ? calls >= fail_at : calls == fail_at;
      return fails ? call.fault : DiskFault{};
    };
    const auto met = [&] { return calls >= fail_at; };
    uint64_t acknowledged = 0;
    {
      Recorder recorder(device, {});
      absl::StatusOr<std::unique_ptr<SqliteStorage>> storage = Open(folder_);
      EXPECT_TRUE(storage.ok() || met()) << storage.status();
      if (storage.ok()) {
        Session session(**storage);
        for (const auto& batch : Batches()) {
          const bool sync_failed = call.kind == Kind::kSync && met();
          absl::StatusOr<uint64_t> end = Execute(session, batch);
          if (!end.ok()) {
            EXPECT_TRUE(met()) << end.status();
            if (call.fault.code == SQLITE_FULL) {
              EXPECT_EQ(end.status().code(), absl::StatusCode::kResourceExhausted) << end.status();
              // Reads are served.
              EXPECT_EQ(Must(HeadOf(**storage)), acknowledged);
            }
            // Work goes on where the fault has passed, but for a sync: what that left nobody knows.
            end = Execute(session, batch);
            EXPECT_EQ(end.ok(), !call.is_for_ever && call.kind != Kind::kSync) << end.status();
          }
          if (!end.ok()) break;
          EXPECT_FALSE(sync_failed) << "a commit was acknowledged after a sync had failed";
          acknowledged = std::max(acknowledged, *end);
          // The failing call may be one of this read.
          const absl::StatusOr<uint64_t> head = HeadOf(**storage);
          EXPECT_TRUE(head.ok() || met()) << head.status();
          if (head.ok()) {
            EXPECT_EQ(*head, acknowledged);
          }
        }
        if (call.fault.code == SQLITE_FULL) {
          heals = true;
          acknowledged = Must(Execute(session, {With(Note("room"), R"("command_id":"room")")}));
        }
      }
      // What is closed now meets the same disk.
    }
    CheckAndGoOn(acknowledged);
    return met();
  }

  // Another process finds all that was acknowledged, and does what was not.
  void CheckAndGoOn(uint64_t acknowledged) {
    const std::unique_ptr<SqliteStorage> storage = Must(Open(folder_));
    EXPECT_GE(RecordsOf(*storage).size(), acknowledged);
    EXPECT_EQ(FaultsOf(*storage), "");
    Session session(*storage, /*seed=*/2);
    for (const auto& batch : Batches()) EXPECT_EQ(Execute(session, batch).status(), absl::OkStatus());
    EXPECT_EQ(FaultsOf(*storage), "");
    std::vector<std::string> events;
    for (const StoredRecord& record : RecordsOf(*storage)) {
      if (record.event_type != "room") events.push_back(fmt::format("{} {}", record.stream, record.event_type));
    }
    if (undisturbed_.empty()) undisturbed_ = events;
    EXPECT_EQ(events, undisturbed_);
  }

  Folder folder_;
  std::vector<std::string> undisturbed_;  // of the first run, in which no call fails
};

TEST_P(DiskFaultTest, IsReportedAndNothingIsLostOrDoneTwice) {
  ASSERT_FALSE(Play(UINT64_MAX));
  uint64_t points = 0;
  // There are thousands of writes and hundreds of reads, and few of all else. A sample begins at another call each
  // time.
  const bool is_frequent = GetParam().kind == Kind::kWrite || GetParam().kind == Kind::kRead;
  const uint64_t stride = IsFullEffort() || !is_frequent ? 1 : 29;
  const uint64_t first = stride == 1 ? 1 : 1 + SeedOr(std::random_device{}()) % stride;
  for (uint64_t call = first; Play(call); call += stride) {
    ++points;
    if (HasFailure()) FAIL() << "call " << call;
  }
  Tried(points, "failing system calls");
}

INSTANTIATE_TEST_SUITE_P(Calls, DiskFaultTest, testing::ValuesIn(kFaultyCalls),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::crash
