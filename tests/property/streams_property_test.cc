// SPEC §2.5 over streams of every kind: whatever their events, in whatever order they alternate, the tables kept up
// with them are the fold, at the end and at any point before. A failure names its seed.
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "commands/verify.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/as_of.h"
#include "projections/rebuild.h"
#include "tests/support/by_hand.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals::property {
namespace {

using support::Backend;
using support::Entity;
using support::HandEvent;
using support::Kept;
using support::Must;
using support::StoredRecord;
using support::TableLines;
using support::TablesOf;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

// Entities of all machines, each moved from where it stands.
class Lives {
 public:
  explicit Lives(uint64_t seed) : random_(seed) {}

  std::vector<HandEvent> Begin() {
    std::vector<HandEvent> events = {
        {.stream = "run/r1", .event_type = "run_created", .payload = R"({"machine_version":"1"})"}};
    for (const char* const ws_id : {"a", "b"}) {
      events.push_back({.stream = "run/r1",
                        .event_type = "workstream_created",
                        .payload = R"({"machine_version":"1"})",
                        .ws_id = ws_id});
    }
    return events;
  }

  HandEvent Next() {
    const Kind& kind = kKinds[Below(std::size(kKinds))];
    Entity entity{kind.machine, fmt::format("e{}", Below(3)), {}};
    if (entity.Stream() == "run/r1") entity.ws_id = Below(2) == 0 ? "a" : "b";
    if (entity.machine == "request" && Below(4) == 0 && states_.contains(entity.machine + entity.id)) {
      return entity.Checkpoint(fmt::format("c{}", Below(2)), fmt::format(R"({{"n":{}}})", Below(100)));
    }
    const auto [state, is_new] = states_.try_emplace(entity.machine + entity.id, kind.states[0]);
    const std::string content = fmt::format(R"("detail":{{"n":{}}},"reason":"because {}")", Below(100), Below(100));
    if (is_new) {
      return Kept(entity.Created(kind.states[0], Joined(kind.created, fmt::format(R"("text":"t{}")", Below(9)))));
    }
    if (*kind.amended != '\0' && Below(3) == 0) return Kept(entity.Amended(Joined(kind.amended, content)));
    const std::string from = std::exchange(state->second, kind.states[Below(kind.states.size())]);
    return entity.Moved(from, state->second, "go", Joined(kind.moved, content));
  }

 private:
  struct Kind {
    const char* machine;
    std::vector<const char*> states;
    const char* created;
    const char* moved;
    const char* amended;
  };
  static const Kind kKinds[8];

  static std::string Joined(std::string_view fields, std::string_view more) {
    return fields.empty() ? std::string(more) : fmt::format("{},{}", fields, more);
  }
  size_t Below(size_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
  std::map<std::string, std::string> states_;
};

const Lives::Kind Lives::kKinds[8] = {
    {"worker",
     {"initializing", "idle", "busy", "unresponsive"},
     R"("worker":{"capabilities":["a"],"max_concurrent_tasks":2,"heartbeat_sec":9})",
     R"("worker":{"last_heartbeat":"2026-01-01T00:00:00Z"})",
     R"("worker":{"claim":"taken","run_id":"r1","task_id":"e1","epoch":1})"},
    {"circuit_breaker",
     {"closed", "open", "half_open"},
     R"("circuit_breaker":{"failure_threshold":5,"cooldown_seconds":60,"success_threshold":1})",
     "",
     R"("circuit_breaker":{"outcome":"failure"})"},
    {"request",
     {"pending", "planning", "plan_approved", "plan_rejected", "reviewing", "implementing", "failed"},
     R"("request":{"document":"request"})",
     R"("request":{"document":"plan"})",
     R"("request":{"document":"implementation","patches":["p=h"]})"},
    {"task",
     {"pending", "queued", "running", "retrying"},
     R"("task":{"max_retries":3})",
     R"("task":{"worker_id":"e1","epoch":2,"retry_at":"2026-01-01T00:00:00Z"})",
     ""},
    {"patch",
     {"pending", "validating", "quarantined", "staged", "applied"},
     R"("patch":{"files":["a"]})",
     R"("patch":{"scope_passed":true})",
     ""},
    {"test_gate",
     {"pending", "running", "blocked"},
     R"("test_gate":{"timeout_sec":1})",
     R"("test_gate":{"exit_code":3})",
     ""},
    {"deploy", {"new", "up", "down"}, "", "", ""},
    {"rollout", {"new", "up", "gone"}, "", "", ""},
};

class StreamsProperty : public testing::TestWithParam<uint64_t> {};

TEST_P(StreamsProperty, TablesAreTheFoldHoweverTheyAreMade) {
  support::Store store(Backend::kSqlite);
  Storage& storage = store.storage();
  support::ByHand hand(storage, GetParam());
  Lives lives(GetParam());
  hand.WriteAll(lives.Begin());
  std::map<uint64_t, TableLines> was;
  for (int batch = 0; batch < 12; ++batch) {
    std::vector<HandEvent> events;
    for (int i = 0; i < 15; ++i) events.push_back(lives.Next());
    hand.WriteAll(events);
    was[Must(storage.Read())->head().position.value] = TablesOf(storage);
  }
  EXPECT_EQ(support::FaultsOf(storage), "");
  EXPECT_EQ(Must(CheckTables(storage, kQuiet)).difference_count, 0u);
  Must(Verify({{&storage}}, {}, kQuiet, [](const Fault& fault) {
    EXPECT_NE(fault.kind, FaultKind::kTable) << fault.detail;
    EXPECT_NE(fault.kind, FaultKind::kUndecodable) << fault.detail;
  }));
  Must(Rebuild(storage, nullptr, kQuiet));
  EXPECT_EQ(TablesOf(storage), was.rbegin()->second);
  const std::vector<StoredRecord> records = support::RecordsOf(storage);
  for (const auto& [position, tables] : was) {
    EXPECT_EQ(support::FoldOf(absl::MakeConstSpan(records).first(position)), tables);
    const auto past = Must(AsOfSnapshot::Open(Must(storage.Read()), Position{position},
                                              Must(SqliteRowStore::InMemory(ProjectedTables())), kQuiet));
    for (const auto& [name, lines] : tables) {
      std::vector<std::string> then;
      Must(past->ReadRows({.table = FindProjectedTable(name)}, TableSet::kLive, [&](Row row) {
        then.push_back(support::LineOf(row));
        return absl::OkStatus();
      }));
      std::ranges::sort(then);
      EXPECT_EQ(then, lines) << name << " as of " << position;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, StreamsProperty, testing::Range<uint64_t>(1, 13),
                         [](const auto& test) { return fmt::format("Seed{}", test.param); });

}  // namespace
}  // namespace annals::property
