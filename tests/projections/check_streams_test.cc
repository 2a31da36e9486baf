// A row of any stream that is not what the log says is found, and named by the event whose effect it does not show.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "tests/support/by_hand.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

struct StreamParting {
  const char* name;
  const char* sql;
  const char* table;
  const char* key;
  std::optional<uint64_t> position;  // none: no event made what the table shows
};
void PrintTo(const StreamParting& test, std::ostream* out) {
  *out << test.name;
}

const StreamParting kPartings[] = {
    {"Worker", "UPDATE workers SET status = 'busy'", "workers", "worker_id=w1", 21},
    {"WorkersLoad", "UPDATE workers SET current_load = 1", "workers", "worker_id=w1", 21},
    {"WorkersAffinity", "UPDATE workers SET affinity = '[\"x\"]'", "workers", "worker_id=w1", 7},
    {"Task", "UPDATE tasks SET status = 'running' WHERE task_id = 't1'", "tasks", "run_id=r1, task_id=t1", 20},
    {"TasksEpoch", "UPDATE tasks SET epoch = 2 WHERE task_id = 't1'", "tasks", "run_id=r1, task_id=t1", 16},
    {"Dependency", "DELETE FROM entity_dependencies WHERE entity_id = 't2'", "entity_dependencies",
     "run_id=r1, entity_type=task, entity_id=t2, needs_type=task, needs=t1", 11},
    {"Patch", "UPDATE patches SET quarantine_reason = NULL", "patches", "run_id=r1, patch_id=p1", 24},
    {"PatchesHash", "UPDATE patches SET diff_hash = 'b'", "patches", "run_id=r1, patch_id=p1", 22},
    {"Gate", "UPDATE test_gates SET exit_code = 1", "test_gates", "run_id=r1, gate_id=g1", 13},
    {"Breaker", "UPDATE circuit_breakers SET failures = 0", "circuit_breakers", "tool=git", 18},
    {"BreakersState", "UPDATE circuit_breakers SET status = 'closed'", "circuit_breakers", "tool=git", 19},
    {"Request", "UPDATE requests SET plan_approved_by = 'Eve'", "requests", "request_id=q1", 28},
    {"RequestsPlan", "UPDATE requests SET plan = 'another'", "requests", "request_id=q1", 27},
    {"RequestsCheckpoint", "UPDATE checkpoints SET data_json = '{}' WHERE request_id = 'q1'", "checkpoints", "id=29",
     29},
    {"WorkstreamsCheckpoint", "DELETE FROM checkpoints WHERE ws_id = 'a'", "checkpoints", "id=30", 30},
    {"Machine", "UPDATE machines SET definition_json = '{}'", "machines", "name=deploy, version=v1", 31},
    {"Entity", "UPDATE entities SET status = 'up'", "entities", "machine=deploy, entity_id=x", 34},
    {"MissingEntity", "DELETE FROM entities", "entities", "machine=deploy, entity_id=x", 32},
    {"MissingWorker", "DELETE FROM workers", "workers", "worker_id=w1", 7},
    {"WorkerNobodyMade",
     "INSERT INTO workers SELECT 'w9', status, capabilities, affinity, current_load, max_concurrent_tasks, "
     "heartbeat_sec, last_heartbeat_at, machine_version, created_at, updated_at, completed_at, metadata_json FROM "
     "workers",
     "workers", "worker_id=w9", std::nullopt},
    {"EntityNobodyMade",
     "INSERT INTO entities SELECT machine, 'y', machine_version, status, created_at, updated_at, completed_at, "
     "metadata_json FROM entities",
     "entities", "machine=deploy, entity_id=y", std::nullopt},
    {"VersionOfAMachineThatWasNotDefined",
     "INSERT INTO machines SELECT name, 'v2', definition_json, position, defined_at FROM machines", "machines",
     "name=deploy, version=v2", std::nullopt},
    {"BreakerNobodyMade",
     "INSERT INTO circuit_breakers SELECT 'svn', status, failures, successes, failure_threshold, cooldown_seconds, "
     "success_threshold, opened_at, machine_version, created_at, updated_at, metadata_json FROM circuit_breakers",
     "circuit_breakers", "tool=svn", std::nullopt},
    {"CheckpointOfARequestThatIsNot",
     "INSERT INTO checkpoints SELECT 99, 'q9', NULL, NULL, name, data_json, saved_at FROM checkpoints LIMIT 1",
     "checkpoints", "id=99", std::nullopt},
    {"CheckpointOfARequestNobodySaved",
     "INSERT INTO checkpoints SELECT 99, 'q1', NULL, NULL, name, data_json, saved_at FROM checkpoints LIMIT 1",
     "checkpoints", "id=99", std::nullopt},
    {"CheckpointOfNobody",
     "INSERT INTO checkpoints SELECT 99, NULL, NULL, NULL, name, data_json, saved_at FROM checkpoints LIMIT 1",
     "checkpoints", "id=99", std::nullopt},
};

class CheckedStreams : public testing::Test {
 protected:
  CheckedStreams() { ByHand(store_.storage()).WriteAll(WholeLife()); }
  CheckReport CheckAfter(const std::string& sql) {
    Must(dynamic_cast<SqliteStorage&>(store_.storage())
             .connection()
             .Execute("PRAGMA ignore_check_constraints = ON;" + sql));
    return Must(CheckTables(store_.storage(), kQuiet));
  }
  Store store_{Backend::kSqlite};
};

class StreamPartingTest : public CheckedStreams, public testing::WithParamInterface<StreamParting> {};

TEST_P(StreamPartingTest, IsFoundWithItsTableKeyAndPosition) {
  EXPECT_THAT(CheckAfter("SELECT 1").differences, IsEmpty());
  const CheckReport report = CheckAfter(GetParam().sql);
  ASSERT_THAT(report.differences, SizeIs(1));
  const TableDifference& found = report.differences[0];
  EXPECT_EQ(found.table, GetParam().table);
  EXPECT_EQ(found.key, GetParam().key);
  EXPECT_EQ(found.position ? std::optional(found.position->value) : std::nullopt, GetParam().position) << found.detail;
}
INSTANTIATE_TEST_SUITE_P(Rows, StreamPartingTest, testing::ValuesIn(kPartings),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(CheckedStreams, ReferToRowsThatAreThere) {
  for (const char* const table : {"tasks", "patches"}) {
    const CheckReport report = CheckAfter(fmt::format("UPDATE {} SET ws_id = 'nowhere'", table));
    ASSERT_FALSE(report.differences.empty());
    EXPECT_EQ(report.differences[0].table, table);
    EXPECT_EQ(report.differences[0].detail, "it refers to a row that workstreams does not have");
    Must(Rebuild(store_.storage(), nullptr, kQuiet));
  }
}

}  // namespace
}  // namespace annals
