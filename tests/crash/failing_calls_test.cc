// Every failure path runs: the 1st, 2nd, 3rd, … call of the storage fails, until a run survives. What must hold each
// time: the failure is reported, the log and the tables agree, and the same Engine, given the same commands again,
// ends where an undisturbed run ends (SPEC §2.1, §2.2).
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "projections/rows.h"
#include "tests/crash/failing_storage.h"
#include "tests/crash/scripts.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::crash {
namespace {

using namespace annals::support;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};
// More than any script's calls: a loop that gets here would never end.
constexpr uint64_t kMostCalls = 20'000;

std::string Replaced(std::string text, int64_t attempt) {
  const std::string placeholder = std::to_string(kLastAttempt);
  if (const size_t at = text.find(placeholder); at != std::string::npos) {
    text.replace(at, placeholder.size(), std::to_string(attempt));
  }
  return text;
}

// A storage whose plan begins to count when the test says so. SQLite's file is copied from one with the schema laid.
class FaultyStore {
 public:
  FaultyStore(Backend backend, const std::string& empty_file) {
    if (backend == Backend::kMemory) {
      inner_ = MemoryStorage::Create(ProjectedTables());
      return;
    }
    path_ = FreshPath("faulty");
    std::filesystem::copy_file(empty_file, path_);
    inner_ = OpenSqlite(path_);
    // Calls are what fails here, never the machine: the disk need not be waited for.
    Must(static_cast<SqliteStorage&>(*inner_).connection().Execute("PRAGMA synchronous = OFF"));
  }
  ~FaultyStore() {
    inner_.reset();
    if (!path_.empty()) RemoveDatabase(path_);
  }
  FaultyStore(const FaultyStore&) = delete;
  FaultyStore& operator=(const FaultyStore&) = delete;

  FaultPlan& plan() { return plan_; }
  Storage& faulty() { return faulty_.emplace(*inner_, plan_); }
  Storage& inner() { return *inner_; }

 private:
  std::string path_;
  std::unique_ptr<Storage> inner_;
  FaultPlan plan_;
  std::optional<FailingStorage> faulty_;
};

// What a run leaves behind, but for what chance chose: salts, and with them digests and hashes.
struct Ending {
  TableLines tables;
  std::vector<std::string> log;
  std::vector<std::string> answers;
};

std::vector<std::string> LogOf(Storage& storage) {
  std::vector<std::string> lines;
  for (const StoredRecord& record : RecordsOf(storage)) {
    lines.push_back(fmt::format("{} {}", testing::PrintToString(record), FormatTimestamp(record.recorded_at)));
  }
  return lines;
}

// What waits for approval has a digest that depends on its salt.
std::string WithoutDigests(const std::string& line) {
  static const std::regex digest("[0-9a-f]{64}");
  return std::regex_replace(line, digest, "digest");
}

// No fold, but a heartbeat leaves one whole or not at all like everything else.
std::vector<std::string> LeasesIn(Storage& storage) {
  std::vector<std::string> lines;
  Must(Must(storage.Read())->ReadRows({.table = &LeasesTable()}, TableSet::kLive, [&](Row row) {
    lines.push_back(LineOf(row));
    return absl::OkStatus();
  }));
  return lines;
}

// A commit that was durable though it reported a failure makes the second answer a repeat; a heartbeat, which has no
// key, then only renews the lease once more. No more may differ.
bool IsAgain(const std::string& is, const std::string& was) {
  if (is == was || is == was + ", a repeat") return true;
  const auto of_worker = [](const std::string& line) {
    return line.substr(std::min(line.find(" of worker/"), line.size()));
  };
  return is.starts_with("done at 0 to 0 of worker/") && of_worker(is) == of_worker(was);
}

// Empty: all is the same.
std::string FirstDifference(const Ending& ending, const Ending& undisturbed) {
  if (ending.answers.size() != undisturbed.answers.size()) return "answers are missing";
  for (size_t i = 0; i < ending.answers.size(); ++i) {
    const std::string& is = ending.answers[i];
    const std::string& was = undisturbed.answers[i];
    if (!IsAgain(is, was)) return fmt::format("answer {}: {}\nundisturbed: {}", i, is, was);
  }
  if (ending.log != undisturbed.log) return "the logs differ";
  return ending.tables == undisturbed.tables ? "" : "the tables differ";
}

class FailingCallsTest : public testing::TestWithParam<std::tuple<Backend, FaultMoment, Script>> {
 protected:
  FailingCallsTest() {
    if (backend() == Backend::kMemory) return;
    empty_file_ = FreshPath("empty");
    OpenSqlite(empty_file_);
  }
  ~FailingCallsTest() override {
    if (!empty_file_.empty()) RemoveDatabase(empty_file_);
  }

  static Backend backend() { return std::get<0>(GetParam()); }
  static FaultMoment moment() { return std::get<1>(GetParam()); }
  static std::vector<Batch> TheScript() { return std::get<2>(GetParam()).make(); }
  // Both codes take their turn.
  static absl::StatusCode CodeOf(uint64_t call) {
    return call % 2 == 0 ? absl::StatusCode::kInternal : absl::StatusCode::kResourceExhausted;
  }

  // Plays the script on one Engine with the `fail_at`-th call failing; 0: none does. Whether that call came.
  bool Play(const std::vector<Batch>& script, uint64_t fail_at, Ending& ending) {
    FaultyStore store(backend(), empty_file_);
    Session session(store.faulty());
    store.plan().FailAt(fail_at, moment(), CodeOf(fail_at));
    int64_t attempt = 0;
    Timestamp now = Session::kStart;
    for (const Batch& batch : script) {
      now.micros += 1'000'000;
      std::vector<JsonCommand> parsed;
      std::vector<schema::Command::Reader> commands;
      for (const std::string& command : batch) parsed.emplace_back(Replaced(command, attempt));
      for (const JsonCommand& command : parsed) commands.push_back(command.reader());
      const auto execute = [&] {
        session.clock().Set(now);
        return session.engine().Execute(commands);
      };
      const bool before = store.plan().met();
      auto answers = execute();
      const bool again = !before && store.plan().met();
      EXPECT_EQ(answers.ok(), !again) << answers.status();
      if (again) {
        EXPECT_EQ(answers.status().code(), CodeOf(fail_at)) << answers.status();
        EXPECT_EQ(FaultsOf(store.inner()), "");
        answers = execute();
      }
      for (const Answer& answer : Must(std::move(answers))) {
        ending.answers.push_back(LineOf(answer));
        const auto* const receipt = std::get_if<Receipt>(&answer);
        if (receipt != nullptr && receipt->state == "in_progress") attempt = receipt->attempt_id.value_or(0);
      }
    }
    ending.tables = TablesOf(store.inner());
    for (std::string& line : ending.tables["requests"]) line = WithoutDigests(line);
    ending.tables["leases"] = LeasesIn(store.inner());
    ending.log = LogOf(store.inner());
    EXPECT_EQ(FaultsOf(store.inner()), "");
    calls_ = store.plan().calls();
    return store.plan().met();
  }

  // Fills a storage with the script, then runs `work` on it with the 1st, 2nd, … call failing, and again without.
  template <class Work>
  void FailEachCallOf(Work work) {
    FaultyStore store(backend(), empty_file_);
    Session session(store.inner());
    int64_t attempt = 0;
    for (const Batch& batch : TheScript()) {
      Batch ready;
      for (const std::string& command : batch) ready.push_back(Replaced(command, attempt));
      for (const Answer& answer : session.ExecuteAll(ready)) {
        const auto* const receipt = std::get_if<Receipt>(&answer);
        if (receipt != nullptr && receipt->state == "in_progress") attempt = receipt->attempt_id.value_or(0);
      }
    }
    const TableLines tables = TablesOf(store.inner());
    const std::vector<std::string> log = LogOf(store.inner());
    Storage& faulty = store.faulty();
    uint64_t points = 0;
    for (uint64_t call = 1; call < kMostCalls; ++call) {
      SCOPED_TRACE(fmt::format("call {} fails", call));
      store.plan().FailAt(call, moment(), CodeOf(call));
      const absl::Status status = work(faulty);
      const bool met = store.plan().met();
      store.plan().Heal();
      EXPECT_EQ(status.code(), met ? CodeOf(call) : absl::StatusCode::kOk) << status;
      EXPECT_EQ(FaultsOf(store.inner()), "");
      EXPECT_EQ(TablesOf(store.inner()), tables);
      if (!met) break;
      ++points;
      EXPECT_EQ(work(faulty), absl::OkStatus());
      EXPECT_EQ(TablesOf(store.inner()), tables);
      if (HasFailure()) break;
    }
    EXPECT_EQ(LogOf(store.inner()), log);
    // Work goes on, also for an engine that knew the tables before.
    session.Accept(Note("afterwards"));
    EXPECT_EQ(FaultsOf(store.inner()), "");
    Report(points);
  }

  void Report(uint64_t points) {
    Tried(points, "failing storage calls");
    EXPECT_LT(points, kMostCalls - 1) << "no run came without a fault";
  }

  std::string empty_file_;
  uint64_t calls_ = 0;
};

TEST_P(FailingCallsTest, AnEngineReportsTheFaultAndGoesOn) {
  const std::vector<Batch> script = TheScript();
  Ending undisturbed;
  ASSERT_FALSE(Play(script, 0, undisturbed));
  uint64_t points = 0;
  for (uint64_t call = 1; call < kMostCalls; ++call) {
    SCOPED_TRACE(fmt::format("call {} fails", call));
    Ending ending;
    const bool met = Play(script, call, ending);
    EXPECT_EQ(FirstDifference(ending, undisturbed), "");
    if (HasFailure()) break;
    if (!met) break;
    ++points;
  }
  Report(points);
}

// Without it the walk above could pass over a script that does nothing.
TEST_P(FailingCallsTest, TheScriptHasEveryKindOfAnswer) {
  Ending ending;
  ASSERT_FALSE(Play(TheScript(), 0, ending));
  const auto count = [&](std::string_view start) {
    return std::ranges::count_if(ending.answers, [&](const std::string& line) { return line.starts_with(start); });
  };
  EXPECT_GE(ending.answers.size(), 60u);
  EXPECT_GE(count("done"), 35);
  EXPECT_GE(count("refused"), 10);
  EXPECT_GE(count("would"), 1);
  EXPECT_GE(count("NOT_FOUND"), 1);
  EXPECT_GE(count("ABORTED"), 1);
  EXPECT_GE(std::ranges::count_if(ending.answers, [](const auto& line) { return line.ends_with("a repeat"); }), 3);
}

TEST_P(FailingCallsTest, ARebuildReportsTheFaultAndCanBeDoneAgain) {
  FailEachCallOf([](Storage& storage) { return Rebuild(storage, nullptr, kQuiet).status(); });
}

TEST_P(FailingCallsTest, ACheckReportsTheFaultAndCanBeDoneAgain) {
  FailEachCallOf([](Storage& storage) -> absl::Status {
    const absl::StatusOr<CheckReport> report = CheckTables(storage, kQuiet);
    if (!report.ok()) return report.status();
    EXPECT_EQ(report->difference_count, 0u);
    return absl::OkStatus();
  });
}

INSTANTIATE_TEST_SUITE_P(Crash, FailingCallsTest,
                         testing::Combine(testing::Values(Backend::kMemory, Backend::kSqlite),
                                          testing::Values(FaultMoment::kBefore, FaultMoment::kAfter),
                                          testing::Values(kRunsScript, kMachinesScript)),
                         [](const auto& row) {
                           return NameOf(std::get<0>(row.param)) +
                                  (std::get<1>(row.param) == FaultMoment::kBefore ? "Before" : "After") +
                                  std::get<2>(row.param).name;
                         });

}  // namespace
}  // namespace annals::crash
