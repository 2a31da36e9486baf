// Many threads, one engine: answers and log are those of one thread that gives the same commands in the order of
// arrival, whatever shares a commit and whatever fails.
#include "commands/group_commit.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/failing_storage.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::support {
namespace {

using crash::FailingStorage;
using crash::FaultMoment;
using crash::FaultPlan;
using testing::ElementsAre;
using testing::HasSubstr;

using MaybeAnswer = absl::StatusOr<Answer>;

// A storage that lets nobody begin while it is shut.
class Gate final : public Storage {
 public:
  explicit Gate(Storage& inner) : inner_(inner) {}

  void Shut() {
    const MutexLock lock(mutex_);
    is_shut_ = true;
    knocks_ = 0;
  }
  void Open() {
    const MutexLock lock(mutex_);
    is_shut_ = false;
    opened_.notify_all();
  }
  // Those who wanted to begin since it was shut.
  uint64_t knocks() {
    const MutexLock lock(mutex_);
    return knocks_;
  }
  // Called with the number of each unit, from 1, in front of it, on the thread that begins it.
  std::function<void(uint64_t)> on_begin = [](uint64_t) {};
  // Of use when no call is under way.
  uint64_t begun() const { return begun_; }

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override {
    {
      MutexLock lock(mutex_);
      ++knocks_;
      while (is_shut_) lock.Wait(opened_);
    }
    on_begin(++begun_);
    return inner_.Begin();
  }
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override { return inner_.Read(); }
  absl::Status Sweep() override { return inner_.Sweep(); }

 private:
  Storage& inner_;
  uint64_t begun_ = 0;  // of those who hold the lock, one at a time
  Mutex mutex_;
  std::condition_variable opened_;
  bool is_shut_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t knocks_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A storage of either kind behind a gate, with faults where the plan has them.
struct Scene {
  explicit Scene(Backend backend) : store(backend) {}
  std::vector<StoredRecord> Records() { return RecordsOf(store.storage()); }

  Store store;
  FaultPlan plan;
  FailingStorage failing{store.storage(), plan};
  Gate gate{failing};
  Session session{gate};
};

// Each command from a thread of its own. They arrive in this order, all before the first is begun.
std::vector<MaybeAnswer> ExecuteTogether(GroupCommit& commits, Gate& gate, const std::vector<std::string>& commands) {
  std::vector<MaybeAnswer> answers(commands.size());
  gate.Shut();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < commands.size(); ++i) {
    threads.emplace_back([&, i] {
      const JsonCommand command(commands[i]);
      answers[i] = commits.Execute(command.reader());
    });
    while (i == 0 ? gate.knocks() == 0 : commits.waiting() < i) std::this_thread::yield();
  }
  gate.Open();
  for (std::thread& thread : threads) thread.join();
  return answers;
}

std::string TextOf(const MaybeAnswer& answer) {
  return answer.ok() ? LineOf(*answer) : answer.status().ToString();
}

std::vector<std::string> LinesOf(const std::vector<MaybeAnswer>& answers) {
  std::vector<std::string> lines;
  for (const MaybeAnswer& answer : answers) lines.push_back(TextOf(answer));
  return lines;
}

std::vector<std::string> TypesOf(const std::vector<StoredRecord>& records) {
  std::vector<std::string> types;
  for (const StoredRecord& record : records) types.push_back(record.event_type);
  return types;
}

class GroupCommitTest : public testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(Backends, GroupCommitTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

// Every kind of answer: what is done, refused, an error of the command alone, only foreseen, a repeat.
const std::vector<std::string> kCommands = {CreateRun("r1", "running"),
                                            With(CreateWorkstream("a"), R"("command_id":"k1")"),
                                            MoveWorkstream("x", "ready"),
                                            With(CreateWorkstream("a"), R"("command_id":"k1")"),
                                            With(Note("stale"), R"("expect_version":99)"),
                                            With(MoveRun("paused"), R"("dry_run":true)"),
                                            MoveWorkstream("a", "done"),
                                            With(CreateWorkstream("b"), R"("command_id":"k1")"),
                                            MoveWorkstream("a", "ready"),
                                            CreateWorkstream("b", {"a"}),
                                            MoveRun("completed")};

// SPEC §2.6: the same bytes, whoever gives the commands and however they share commits.
TEST_P(GroupCommitTest, AnswersAndRecordsAsOneThreadDoesInTheOrderOfArrival) {
  Scene expected(GetParam());
  std::vector<std::string> lines;
  for (const std::string& command : kCommands) lines.push_back(LineOf(expected.session.Execute(command)));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("done at 1"), HasSubstr("done at 3"), HasSubstr("NOT_FOUND"),
                                 HasSubstr("a repeat"), HasSubstr("ABORTED"), HasSubstr("would go to"),
                                 HasSubstr("refused at 4"), HasSubstr("ABORTED"), HasSubstr("done at 5"),
                                 HasSubstr("done at 6"), HasSubstr("refused at 7")));
  for (const size_t most : {size_t{1}, size_t{2}, size_t{3}, size_t{10}, GroupCommit::kMostCommands}) {
    SCOPED_TRACE(most);
    Scene scene(GetParam());
    GroupCommit commits(scene.session.engine(), most);
    EXPECT_EQ(LinesOf(ExecuteTogether(commits, scene.gate, kCommands)), lines);
    EXPECT_EQ(scene.Records(), expected.Records());
    EXPECT_EQ(TablesOf(scene.store.storage()), TablesOf(expected.store.storage()));
    EXPECT_EQ(FaultsOf(scene.store.storage()), "");
    EXPECT_EQ(scene.gate.begun(), (kCommands.size() + most - 1) / most) << "units";
  }
}

TEST_P(GroupCommitTest, ACallerWhoIsAloneIsServedAtOnce) {
  Scene scene(GetParam());
  GroupCommit commits(scene.session.engine());
  for (const std::string& command : {CreateRun(), MoveRun("running"), MoveRun("completed")}) {
    const JsonCommand parsed(command);
    EXPECT_THAT(TextOf(commits.Execute(parsed.reader())), HasSubstr("done"));
  }
  EXPECT_EQ(scene.gate.begun(), 3u);
  EXPECT_EQ(commits.waiting(), 0u);
}

// They share the next group, which one of them has to lead: who led before them does not come again.
TEST_P(GroupCommitTest, WhoComesWhileAGroupIsCommittedIsInTheNext) {
  Scene scene(GetParam());
  scene.session.Accept(CreateRun());
  const uint64_t before = scene.gate.begun();
  GroupCommit commits(scene.session.engine());
  const auto execute = [&](const std::string& name) {
    const JsonCommand command(Note(name));
    EXPECT_THAT(TextOf(commits.Execute(command.reader())), HasSubstr("done"));
  };
  std::vector<std::thread> threads;
  scene.plan.on_call = [&](std::string_view call) {
    if (call != "Commit" || !threads.empty()) return;
    for (const char* const name : {"n2", "n3", "n4"}) threads.emplace_back(execute, name);
    while (commits.waiting() < threads.size()) std::this_thread::yield();
  };
  execute("n1");
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(scene.gate.begun() - before, 2u);
  EXPECT_EQ(scene.Records().size(), 5u);
  EXPECT_EQ(FaultsOf(scene.store.storage()), "");
}

// Another process has its turn between two groups, and the second sees what it did.
TEST(GroupCommitSharingTest, GivesTheWriteLockUpBetweenGroups) {
  Scene scene(Backend::kSqlite);
  scene.session.Accept(CreateRun());
  const auto other_storage = OpenSqlite(scene.store.path());
  Session other(*other_storage, 2);
  const uint64_t first = scene.gate.begun() + 1;
  scene.gate.on_begin = [&](uint64_t unit) {
    if (unit == first + 1) other.Accept(Note("between"));
  };
  GroupCommit commits(scene.session.engine(), 2);
  ExecuteTogether(commits, scene.gate, {Note("n1"), Note("n2"), Note("n3"), Note("n4")});
  EXPECT_THAT(TypesOf(scene.Records()), ElementsAre("run_created", "n1", "n2", "between", "n3", "n4"));
  EXPECT_EQ(FaultsOf(scene.store.storage()), "");
}

class GroupFaultTest : public testing::TestWithParam<std::tuple<Backend, FaultMoment>> {
 protected:
  static Backend backend() { return std::get<0>(GetParam()); }
  static FaultMoment moment() { return std::get<1>(GetParam()); }
  // All take their turn.
  static absl::StatusCode CodeOf(uint64_t call) {
    constexpr absl::StatusCode kCodes[] = {absl::StatusCode::kUnavailable, absl::StatusCode::kInternal,
                                           absl::StatusCode::kResourceExhausted};
    return kCodes[call % std::size(kCodes)];
  }
};
INSTANTIATE_TEST_SUITE_P(Calls, GroupFaultTest,
                         testing::Combine(testing::Values(Backend::kMemory, Backend::kSqlite),
                                          testing::Values(FaultMoment::kBefore, FaultMoment::kAfter)),
                         [](const auto& test) {
                           return NameOf(std::get<0>(test.param)) +
                                  (std::get<1>(test.param) == FaultMoment::kBefore ? "Before" : "After");
                         });

// Eight calls in two groups of four, with the 1st, 2nd, 3rd, … call of the storage failing, until a run meets no fault.
TEST_P(GroupFaultTest, AFaultIsToldToItsGroupOfWhichNothingIsKept) {
  std::vector<std::string> commands;
  for (int i = 0; i < 8; ++i)
    commands.push_back(With(Note(fmt::format("n{}", i)), fmt::format(R"("command_id":"k{}")", i)));
  uint64_t points = 0;
  for (uint64_t call = 1;; ++call) {
    SCOPED_TRACE(fmt::format("call {} fails", call));
    Scene scene(backend());
    scene.session.Accept(CreateRun());
    GroupCommit commits(scene.session.engine(), 4);
    scene.plan.FailAt(call, moment(), CodeOf(call));
    const std::vector<MaybeAnswer> answers = ExecuteTogether(commits, scene.gate, commands);
    std::string told;
    for (const MaybeAnswer& answer : answers) {
      told += answer.ok() ? '.' : 'x';
      if (answer.ok()) {
        EXPECT_THAT(TextOf(answer), HasSubstr("done"));
      } else {
        EXPECT_EQ(answer.status().code(), CodeOf(call)) << answer.status();
      }
    }
    EXPECT_EQ(FaultsOf(scene.store.storage()), "");
    if (!scene.plan.met()) {
      EXPECT_EQ(told, "........");
      break;
    }
    ++points;
    // Where the very first unit cannot be begun, nobody else had joined it yet.
    EXPECT_THAT(told, testing::AnyOf(call == 1 ? "x......." : "xxxx....", call == 1 ? "x......." : "....xxxx"));
    const auto kept = static_cast<ptrdiff_t>(scene.Records().size()) - 1;
    if (moment() == FaultMoment::kBefore) {
      EXPECT_EQ(kept, std::ranges::count(told, '.'));
    }
    // Again: what is there already is a repeat, all else is done now.
    for (const MaybeAnswer& answer : ExecuteTogether(commits, scene.gate, commands)) {
      EXPECT_THAT(TextOf(answer), HasSubstr("done"));
    }
    std::vector<std::string> types = TypesOf(scene.Records());
    std::ranges::sort(types);
    EXPECT_THAT(types, ElementsAre("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "run_created"));
    EXPECT_EQ(FaultsOf(scene.store.storage()), "");
    if (HasFailure()) break;
  }
  Tried(points, "failing storage calls under a group");
}

struct Crowd {
  const char* name;
  Backend backend;
  size_t threads;
  size_t most;  // commands in a group
  bool has_faults;
};
void PrintTo(const Crowd& crowd, std::ostream* out) {
  *out << crowd.name;
}

class CrowdTest : public testing::TestWithParam<Crowd> {};
INSTANTIATE_TEST_SUITE_P(Crowds, CrowdTest,
                         testing::Values(Crowd{"TwoInMemory", Backend::kMemory, 2, 256, false},
                                         Crowd{"EightInMemory", Backend::kMemory, 8, 256, true},
                                         Crowd{"EightInSmallGroups", Backend::kMemory, 8, 3, true},
                                         Crowd{"EightOneByOne", Backend::kMemory, 8, 1, true},
                                         Crowd{"EightInAFile", Backend::kSqlite, 8, 256, true},
                                         Crowd{"ManyInAFile", Backend::kSqlite, 64, 256, true},
                                         Crowd{"ManyInSmallGroups", Backend::kSqlite, 64, 16, false}),
                         [](const auto& test) { return std::string(test.param.name); });

// SPEC §2.1: every acknowledged command is in the log, and each once. Threads write to runs that they share, and two
// each give the same command with the same id; who is told of a fault tries again.
TEST_P(CrowdTest, EveryAcknowledgedCommandIsInTheLogOnce) {
  const Crowd& crowd = GetParam();
  const size_t commands_each = (IsFullEffort() ? 12'800 : 1'280) / crowd.threads;
  Scene scene(crowd.backend);
  for (int i = 0; i < 3; ++i) scene.session.Accept(CreateRun(fmt::format("r{}", i)));
  std::mt19937_64 chance(SeedOr(1));
  uint64_t faults = 0;
  scene.gate.on_begin = [&](uint64_t unit) {
    if (!crowd.has_faults || unit % 4 != 0) return;
    if (scene.plan.met()) ++faults;
    scene.plan.FailAt(1 + chance() % 40, FaultMoment::kBefore, absl::StatusCode::kUnavailable);
  };
  GroupCommit commits(scene.session.engine(), crowd.most);
  struct Acknowledged {
    std::string event_type;
    Receipt receipt;
  };
  std::vector<std::vector<Acknowledged>> told(crowd.threads);
  const auto work = [&](size_t thread) {
    for (size_t i = 0; i < commands_each; ++i) {
      // Every other command is also its neighbour's.
      const size_t of = i % 2 == 0 ? thread / 2 * 2 : thread;
      const std::string name = fmt::format("t{}-{}", of, i);
      const JsonCommand command(
          With(Note(name, fmt::format("r{}", (of + i) % 3)), fmt::format(R"("command_id":"{}")", name)));
      MaybeAnswer answer = commits.Execute(command.reader());
      while (absl::IsUnavailable(answer.status())) answer = commits.Execute(command.reader());
      const auto* const receipt = answer.ok() ? std::get_if<Receipt>(&*answer) : nullptr;
      if (receipt == nullptr) {
        ADD_FAILURE() << name << ": " << TextOf(answer);
        return;
      }
      told[thread].push_back({name, *receipt});
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < crowd.threads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  scene.plan.Heal();

  std::map<std::string, int> times, first_times;
  const std::vector<StoredRecord> records = scene.Records();
  for (const StoredRecord& record : records) ++times[record.event_type];
  for (const auto& of_thread : told) {
    for (const auto& [event_type, receipt] : of_thread) {
      const StoredRecord& record = records.at(receipt.first_position.value - 1);
      EXPECT_EQ(record.event_type, event_type);
      EXPECT_EQ(record.version, receipt.version);
      EXPECT_EQ(record.stream, receipt.stream);
      EXPECT_EQ(times[event_type], 1) << event_type;
      first_times[event_type] += receipt.repeat ? 0 : 1;
    }
  }
  EXPECT_EQ(records.size(), 3 + first_times.size());
  for (const auto& [event_type, count] : first_times) EXPECT_EQ(count, 1) << event_type;
  // Positions, versions, hashes and tables.
  EXPECT_EQ(FaultsOf(scene.store.storage()), "");
  EXPECT_EQ(faults > 0, crowd.has_faults);
  Tried(crowd.threads * commands_each, "commands of many threads");
}

}  // namespace
}  // namespace annals::support
