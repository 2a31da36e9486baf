// Eight processes give commands to one database and write down what they saw, while they are killed and stopped at
// random moments. A judge that shares no code with the engine says whether the log can have been so.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/concurrency/client.h"
#include "tests/concurrency/crew.h"
#include "tests/judge/judge.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using judge::Attempt;
using judge::Result;

constexpr int kClients = 8;

struct DoorCase {
  const char* name;
  std::unique_ptr<Door> (*open)(const std::string& path, int lock_timeout_ms);
  uint64_t commands;  // of each client
  int sample_rounds, full_rounds;
};

class HistoryTest : public testing::TestWithParam<DoorCase> {
 protected:
  // One database, from its beginning to its judgement.
  void Round(uint64_t seed) {
    SCOPED_TRACE(fmt::format("round with seed {}", seed));
    testing_process::AnnalsSandbox sandbox;
    {
      const auto storage = support::OpenSqlite(sandbox.db());
      support::Session session(*storage);
      session.Accept(support::CreateRun("shared", "running"));
      for (int client = 0; client < kClients; ++client) {
        session.Accept(support::CreateRun(fmt::format("own{}", client), "running"));
      }
      before_ = support::RecordsOf(*storage).size();
    }
    Work(sandbox.db(), {sandbox.folder().path(), seed, GetParam().commands});
    const std::vector<Attempt> history = HistoryIn(sandbox.folder().path());
    const std::vector<judge::Event> log = judge::ReadLog(sandbox.Out({"log", "--json"}));
    EXPECT_THAT(judge::Judge(history, log, before_), testing::IsEmpty());
    const auto storage = support::OpenSqlite(sandbox.db());
    EXPECT_EQ(support::FaultsOf(*storage), "");
    Count(history);
  }

  void Work(const std::string& path, const ClientOptions& options) {
    Crew crew(options.seed, 25);
    for (int client = 0; client < kClients; ++client) {
      crew.Add(Crew::Role::kWorker, [&, this](const Post& post) {
        // Some have little patience, and are told that it is locked.
        const auto door = GetParam().open(path, post.member % 4 == 0 ? 2 : kPatienceMs);
        GiveCommands(*door, options, post);
      });
    }
    crew.Run([](const Word&) {});
    kills_ += static_cast<uint64_t>(crew.kills());
    stops_ += static_cast<uint64_t>(crew.stops());
  }

  void Count(const std::vector<Attempt>& history) {
    for (const Attempt& attempt : history) {
      if (!attempt.answer) {
        ++unheard_;
      } else {
        ++results_[static_cast<size_t>(attempt.answer->result)];
        repeats_ += attempt.answer->repeat ? 1 : 0;
      }
    }
  }

  uint64_t before_ = 0;  // events that were there when the clients began
  uint64_t kills_ = 0, stops_ = 0;
  uint64_t unheard_ = 0, repeats_ = 0;
  uint64_t results_[static_cast<size_t>(Result::kSeen) + 1] = {};
};

TEST_P(HistoryTest, CanHaveBeenSo) {
  std::mt19937_64 seeds(support::SeedOr(std::random_device{}()));
  const int rounds = support::IsFullEffort() ? GetParam().full_rounds : GetParam().sample_rounds;
  for (int round = 0; round < rounds && !HasFailure(); ++round) Round(seeds());
  const auto of = [&](Result result) { return results_[static_cast<size_t>(result)]; };
  const std::pair<const char*, uint64_t> kinds[] = {{"done", of(Result::kDone)},
                                                    {"refused", of(Result::kRefused)},
                                                    {"version conflicts", of(Result::kVersionConflict)},
                                                    {"key conflicts", of(Result::kKeyConflict)},
                                                    {"not found", of(Result::kNotFound)}};
  uint64_t judged = 0;
  for (const auto& [kind, count] : kinds) {
    support::Tried(count, fmt::format("commands judged from outside: {}", kind));
    judged += count;
  }
  support::Tried(judged, "commands judged from outside");
  support::Tried(repeats_, "repeats judged, of what was done or refused");
  support::Tried(of(Result::kSeen), "reads judged from outside");
  support::Tried(unheard_, "commands and reads of which no answer came");
  // Whether anybody is told so is a matter of luck alone.
  fmt::print("beside them, {} were told that it is locked\n", of(Result::kLocked));
  support::Tried(kills_, "kills");
  support::Tried(stops_, "stops");
}

INSTANTIATE_TEST_SUITE_P(Through, HistoryTest,
                         testing::Values(DoorCase{"Engine", OpenEngine, 250, 2, 50},
                                         DoorCase{"Binary", UseBinary, 40, 2, 20}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::concurrency
