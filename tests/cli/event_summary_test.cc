// What the events of each machine say in one line.
#include "cli/event_summary.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/log_line.h"
#include "cli/log_reader.h"
#include "cli/utf8.h"
#include "projections/entity_tables.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using support::Backend;
using support::Must;
using support::Session;
using support::Store;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSetting[] = {
    R"({"command":"create_run","run_id":"r1","status":"running"})",
    R"({"command":"create_workstream","run_id":"r1","ws_id":"a"})",
    R"({"command":"create_test_gate","run_id":"r1","gate_id":"lint","type":"lint"})",
    R"({"command":"create_task","run_id":"r1","ws_id":"a","task_id":"t1"})",
    R"({"command":"create_worker","worker_id":"w1","status":"idle"})",
    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"queued"})",
    R"({"command":"create_circuit_breaker","tool":"git","failure_threshold":2})",
    R"({"command":"create_request","request_id":"q1","request":"make it fast\nand small"})",
    R"({"command":"transition_request","request_id":"q1","to":"planning"})",
    R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["out"],"states":[{"name":"new"},{"name":"out"}],"edges":[{"from":"new","to":"out","trigger":"go"}]}})",
};

struct Lines {
  std::string type, summary, brief;
};

// What the first event of `last` says, after the setting and `before`.
Lines LinesOf(const std::vector<std::string>& before, const std::string& last) {
  Store store(Backend::kMemory);
  Session session(store.storage());
  for (const char* const command : kSetting) session.Accept(command);
  for (const std::string& command : before) session.Accept(command);
  const Position seen = Must(store.storage().Read())->head().position;
  session.Execute(last);
  const auto snapshot = Must(store.storage().Read());
  const auto reader = Must(LogReader::Open(*snapshot, {}, seen, LogReader::Order::kOldestFirst));
  const LogReader::Entry* const entry = Must(reader->Next());
  if (entry == nullptr) return {};
  return {std::string(entry->record->event_type), SummaryOf(entry->event), BriefSummaryOf(entry->event)};
}

struct SummaryCase {
  const char* name;
  std::vector<std::string> before;
  std::string command;
  const char* type;
  const char* summary;
  const char* brief;
};

class EventSummaryTest : public testing::TestWithParam<SummaryCase> {};

TEST_P(EventSummaryTest, IsOneLineThatPeopleLikeToRead) {
  const Lines lines = LinesOf(GetParam().before, GetParam().command);
  EXPECT_EQ(lines.type, GetParam().type);
  EXPECT_EQ(lines.summary, GetParam().summary);
  EXPECT_EQ(lines.brief, GetParam().brief);
}

const std::string kAssign =
    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"running","worker_id":"w1"})";
const std::string kSubmitPlan =
    R"({"command":"transition_request","request_id":"q1","to":"plan_awaiting_approval","plan":"\n# Measure\n\nthen cut"})";
const std::string kProposeGood =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","task_id":"t1","tool":"git","diff":"--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n+b\n+c\n"})";

INSTANTIATE_TEST_SUITE_P(
    Log, EventSummaryTest,
    testing::Values(
        SummaryCase{
            "ATaskWithAllThatItWaitsFor",
            {},
            R"({"command":"create_task","run_id":"r1","ws_id":"a","task_id":"t2","depends_on":["t1"],)"
            R"("gate_dependencies":["lint"],"validation_gates":["lint"],"is_critical":true,"metadata":{"k":1}})",
            "task_created",
            R"(in a, critical, needs t1, after gate lint, validated by lint {"k":1})",
            R"(created in a, critical, needs t1, after gate lint, validated by lint {"k":1})"},
        SummaryCase{"AClaim",
                    {},
                    kAssign,
                    "task_transitioned",
                    "queued → running (assign), worker w1, claim 1",
                    "queued → running, worker w1, claim 1"},
        SummaryCase{"ARetryOfWhichTheFirstLineIsEnough",
                    {kAssign},
                    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"retrying","worker_id":"w1",)"
                    R"("reason":"no such file\nat line 3"})",
                    "task_transitioned",
                    "running → retrying (retry), worker w1, claim 1, again at 12:00:02: no such file …",
                    "running → retrying, worker w1, claim 1, again at 12:00:02: no such file …"},
        SummaryCase{"AWorker",
                    {},
                    R"({"command":"create_worker","worker_id":"w2","capabilities":["cpp","go"],)"
                    R"("affinity":["a"],"max_concurrent_tasks":2})",
                    "worker_created",
                    "can cpp, go, prefers a, up to 2 tasks",
                    "created can cpp, go, prefers a, up to 2 tasks"},
        SummaryCase{"APatchWithoutItsDiff",
                    {},
                    kProposeGood,
                    "patch_created",
                    "in a, for task t1, by git, x, +2 -1",
                    "created in a, for task t1, by git, x, +2 -1"},
        SummaryCase{"WhatWasFoundOfAPatch",
                    {kProposeGood, R"({"command":"transition_patch","run_id":"r1","patch_id":"p1","to":"validating"})"},
                    R"({"command":"transition_patch","run_id":"r1","patch_id":"p1","to":"staged",)"
                    R"("scope_passed":true,"constraints_passed":true})",
                    "patch_transitioned",
                    "validating → staged (stage), scope passed, constraints passed",
                    "validating → staged, scope passed, constraints passed"},
        SummaryCase{
            "AGate",
            {},
            R"({"command":"create_test_gate","run_id":"r1","gate_id":"unit","type":"unit","depends_on":["lint"]})",
            "test_gate_created",
            "unit, needs lint",
            "created unit, needs lint"},
        SummaryCase{"TheVerdictOfAGate",
                    {R"({"command":"transition_test_gate","run_id":"r1","gate_id":"lint","to":"running"})"},
                    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"lint","to":"failed","exit_code":2})",
                    "test_gate_transitioned",
                    "running → failed (fail), exit 2",
                    "running → failed, exit 2"},
        SummaryCase{"ABreaker",
                    {},
                    R"({"command":"create_circuit_breaker","tool":"cmake","failure_threshold":1,"cooldown_seconds":5})",
                    "circuit_breaker_created",
                    "opens after 1 failure, for 5 s",
                    "created opens after 1 failure, for 5 s"},
        SummaryCase{"AUseOfATool",
                    {},
                    R"({"command":"report_tool_result","tool":"git","outcome":"failure","reason":"timed out"})",
                    "circuit_breaker_amended",
                    "failure: timed out",
                    "used: failure: timed out"},
        SummaryCase{"AMoveByHand",
                    {},
                    R"({"command":"transition_circuit_breaker","tool":"git","to":"open","trigger":"trip",)"
                    R"("operator":"Olga","reason":"bad release"})",
                    "circuit_breaker_transitioned",
                    "closed → open (trip) by Olga: bad release",
                    "closed → open by Olga: bad release"},
        SummaryCase{
            "ARequest",
            {},
            R"({"command":"create_request","request_id":"q2","request":"make it fast\nand small","run_id":"r1"})",
            "request_created",
            "run r1: make it fast …",
            "created run r1: make it fast …"},
        SummaryCase{"APlanByItsFirstLine",
                    {},
                    kSubmitPlan,
                    "request_transitioned",
                    "planning → plan_awaiting_approval (submit_plan), plan: Measure …",
                    "planning → plan_awaiting_approval, plan: Measure …"},
        SummaryCase{"APlanThatIsChanged",
                    {kSubmitPlan},
                    R"({"command":"amend_request","request_id":"q1","plan":"measure twice\n"})",
                    "request_amended",
                    "plan: measure twice",
                    "amended plan: measure twice"},
        SummaryCase{"ARejection",
                    {kSubmitPlan},
                    R"({"command":"transition_request","request_id":"q1","to":"plan_rejected","reason":"too much"})",
                    "request_transitioned",
                    "plan_awaiting_approval → plan_rejected (reject): too much",
                    "plan_awaiting_approval → plan_rejected: too much"},
        SummaryCase{"ACheckpoint",
                    {},
                    R"({"command":"save_checkpoint","request_id":"q1","name":"planned","data":{"step":1}})",
                    "checkpoint_saved",
                    R"(planned {"step":1})",
                    R"(checkpoint planned {"step":1})"},
        SummaryCase{"AnEntityOfAUsersMachine",
                    {},
                    R"({"command":"create_entity","machine":"deploy","entity_id":"d1","metadata":{"in":"eu"}})",
                    "deploy_created",
                    R"({"in":"eu"})",
                    R"(created {"in":"eu"})"},
        SummaryCase{"ARefusal",
                    {},
                    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"lint","to":"passed"})",
                    "command_refused",
                    "pending → passed: no edge leads from pending to passed; legal from pending: running, blocked",
                    "refused pending → passed: no edge leads from pending to passed; legal from pending: running, "
                    "blocked"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(EventSummary, OfAnApprovalSaysByWhichAuthorityAndOfWhichDigest) {
  Store store(Backend::kMemory);
  Session session(store.storage());
  for (const char* const command : kSetting) session.Accept(command);
  session.Accept(kSubmitPlan);
  std::string digest;
  const TableDef& table = RequestsTable().table();
  Must(Must(store.storage().Read())->ReadRows({.table = &table}, TableSet::kLive, [&](Row row) {
    digest = RequestsTable().FromValues(row).plan_digest.value_or("");
    return absl::OkStatus();
  }));
  session.Accept(
      R"({"command":"transition_request","request_id":"q1","to":"plan_approved","authority":"the board","digest":")" +
      digest + "\"}");
  const auto snapshot = Must(store.storage().Read());
  const auto reader = Must(LogReader::Open(*snapshot, {}, {}, LogReader::Order::kNewestFirst));
  EXPECT_EQ(SummaryOf(Must(reader->Next())->event), "plan_awaiting_approval → plan_approved (approve), digest " +
                                                        digest.substr(0, 12) + ", by authority the board");
}

LogCells CellsNamed(uint64_t position, std::string type, std::string about) {
  LogCells cells;
  cells.position = Position{position};
  cells.type = std::move(type);
  cells.about = std::move(about);
  cells.summary = "queued → running, worker w1";
  return cells;
}

struct WidthCase {
  const char* name;
  std::optional<size_t> width;
  const char* line;
};
class LogColumnsTest : public testing::TestWithParam<WidthCase> {};

TEST_P(LogColumnsTest, ShowWhatHappenedWhateverTheWidth) {
  LogColumns columns(GetParam().width, ColourMode::kOff);
  const std::string line = columns.Line(CellsNamed(12, "task_transitioned", "task r1/t1"));
  EXPECT_EQ(line, GetParam().line);
  EXPECT_LE(DisplayWidth(line), GetParam().width.value_or(line.size()));
}

INSTANTIATE_TEST_SUITE_P(
    Log, LogColumnsTest,
    testing::Values(
        WidthCase{
            "APipe", std::nullopt,
            "1970-01-01 00:00:00.000    12  task_transitioned        task r1/t1          queued → running, worker w1"},
        WidthCase{
            "AWideTerminal", 120,
            "1970-01-01 00:00:00.000    12  task_transitioned        task r1/t1          queued → running, worker w1"},
        WidthCase{"AUsualOne", 80, "01-01 00:00:00    12  task r1/t1  queued → running, worker w1"},
        WidthCase{"ANarrowOne", 50, "01-01 00:00:00    12  task r1/t1  queued → runnin…"},
        WidthCase{"OneWithRoomForNothing", 20, "01-01 00:00:00    1…"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LogColumns, GrowWithWhatIsPrintedAndStay) {
  LogColumns columns(std::nullopt, ColourMode::kOff);
  columns.Widen(CellsNamed(1, "circuit_breaker_transitioned", "breaker cmake"));
  EXPECT_THAT(columns.Line(CellsNamed(2, "task_created", "task r1/t1")),
              HasSubstr("task_created                  task r1/t1          queued"));
}

TEST(LogColumns, PaintTheSummaryWhereTheTypeIsNotShown) {
  LogCells cells = CellsNamed(1, "task_transitioned", "task r1/t1");
  cells.ink = Ink::kRed;
  EXPECT_THAT(LogColumns(80, ColourMode::kOn).Line(cells),
              HasSubstr(Paint("queued → running, worker w1", Ink::kRed, ColourMode::kOn)));
  EXPECT_THAT(LogColumns(130, ColourMode::kOn).Line(cells),
              Not(HasSubstr(Paint("queued → running, worker w1", Ink::kRed, ColourMode::kOn))));
}

}  // namespace
}  // namespace annals
