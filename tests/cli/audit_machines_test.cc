// What an audit tells of the tasks, patches and gates in a run, and of the requests it works for.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/audit.h"
#include "cli/audit_facts.h"
#include "cli/audit_words.h"
#include "tests/cli/annals_process.h"
#include "tests/cli/audit_story.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_process::AnnalsSandbox;

std::vector<std::string> Story() {
  return {
      R"({"command":"create_request","request_id":"q1","request":"make it fast"})",
      R"({"command":"create_run","run_id":"r1","status":"running"})",
      R"({"command":"create_workstream","run_id":"r1","ws_id":"a"})",
      R"({"command":"create_test_gate","run_id":"r1","gate_id":"unit","type":"unit"})",
      R"({"command":"create_task","run_id":"r1","ws_id":"a","task_id":"t1","is_critical":true,"validation_gates":["unit"]})",
      R"({"command":"create_task","run_id":"r1","ws_id":"a","task_id":"t2","depends_on":["t1"]})",
      R"({"command":"create_worker","worker_id":"w1","status":"idle"})",
      R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"queued"})",
      R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"running","worker_id":"w1"})",
      R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"validating","worker_id":"w1","epoch":9})",
      R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})",
      R"({"command":"transition_request","request_id":"q1","to":"planning","run_id":"r1"})",
      R"({"command":"transition_request","request_id":"q1","to":"plan_awaiting_approval","plan":"cut"})",
      R"({"command":"transition_request","request_id":"q1","to":"plan_rejected","reason":"too much","actor":"Ann"})",
      R"({"command":"save_checkpoint","run_id":"r1","ws_id":"a","name":"edited","data":{"step":1}})",
      R"({"command":"transition_test_gate","run_id":"r1","gate_id":"unit","to":"running"})",
      R"({"command":"transition_test_gate","run_id":"r1","gate_id":"unit","to":"passed","exit_code":0})",
  };
}

std::vector<std::string> WordsOf(const Audit& audit) {
  std::vector<std::string> words;
  for (const AuditEvent& event : audit.events) {
    words.push_back(EntityText(event.entity_type, event.entity_id) + ": " + WhatText(audit, event));
  }
  return words;
}

TEST(AuditMachines, SaysWhatEachEventCarriesAndNoDiff) {
  EXPECT_THAT(
      WordsOf(AuditOf(Story(), 100)),
      AllOf(Contains("gate unit: created, unit"), Contains("task t1: created, in a, critical, validated by unit"),
            Contains("task t2: created, in a, needs t1"), Contains("task t1: queued → running, worker w1, claim 1"),
            Contains("patch p1: created, in a, x, +1 -1"), Contains("a: checkpoint_saved edited"),
            Contains("gate unit: running → passed, exit 0")));
}

TEST(AuditMachines, TellsALateWriteAmongTheRefusals) {
  const Audit audit = AuditOf(Story(), 100);
  EXPECT_EQ(audit.Count(AuditKind::kRefused), 1u);
  std::string why;
  for (const AuditEvent& event : audit.events) why += event.why;
  EXPECT_THAT(why, HasSubstr("9"));
}

TEST(AuditMachines, CountsWhatIsThereAndKeepsSilentOfWhatIsNot) {
  std::vector<std::string> facts;
  for (const AuditFact& fact : FactsOf(AuditOf(Story(), 100))) facts.push_back(fact.name + " " + fact.value);
  EXPECT_THAT(facts, AllOf(Contains("tasks 0 of 2 completed"), Contains("patches 0 of 1 verified"),
                           Contains("gates 1 of 1 passed"), Contains("approvals 0")));
  facts.clear();
  for (const AuditFact& fact : FactsOf(AuditOf(AuditStory(), 100))) facts.push_back(fact.name);
  EXPECT_THAT(facts, Not(AnyOf(Contains("tasks"), Contains("patches"), Contains("gates"), Contains("approvals"))));
}

TEST(AuditMachines, MeasuresEachThingFromTheStateItBeganIn) {
  const Audit audit = AuditOf(Story(), 100);
  std::vector<std::string> states;
  for (const AuditEntity& entity : audit.entities) {
    if (entity.type != "task" || entity.id != "t1") continue;
    EXPECT_TRUE(entity.is_critical);
    for (const AuditStay& stay : entity.stays) states.push_back(stay.state);
  }
  EXPECT_THAT(states, ElementsAre("pending", "queued", "running"));
}

TEST(AuditMachines, NamesARejectionOfTheRequestThatTheRunWorksFor) {
  const Audit audit = AuditOf(Story(), 100);
  ASSERT_EQ(audit.approvals.size(), 1u);
  const AuditApproval& rejection = audit.approvals.front();
  EXPECT_EQ(rejection.request_id + " " + rejection.what, "q1 plan");
  EXPECT_EQ(rejection.verdict, "rejected");
  EXPECT_EQ(rejection.by, "Ann");
  EXPECT_EQ(rejection.reason, "too much");
}

TEST(AuditMachines, LeavesOutTheRequestsOfOtherRuns) {
  std::vector<std::string> story = Story();
  story.push_back(R"({"command":"create_run","run_id":"r2"})");
  story.push_back(R"({"command":"transition_request","request_id":"q1","to":"planning","run_id":"r2"})");
  EXPECT_THAT(AuditOf(story, 100).approvals, IsEmpty());
}

// SPEC §6: approvals carry who and when. Exactly what was shown is named by its digest.
TEST(AuditMachines, ShowsWhoApprovedWhatByWhichAuthority) {
  AnnalsSandbox sandbox;
  std::string history;
  for (const std::string& command : Story()) history += command + "\n";
  EXPECT_EQ(sandbox.Run({"apply", "-", "--keep-going"}, history).exit, 3);
  sandbox.Out({"request", "start", "q1"});
  sandbox.Out({"request", "plan", "q1", "cut less"});
  const std::string shown = sandbox.Out({"request", "show", "q1", "--json"});
  const std::string key = R"("digest":")";
  const std::string digest = shown.substr(shown.find(key, shown.find(R"("approval":)")) + key.size(), 64);
  EXPECT_EQ(sandbox.Run({"request", "approve", "q1", "--digest", std::string(64, '0')}).exit, 3);
  sandbox.Out({"request", "approve", "q1", "--digest", digest, "--authority", "the board", "--actor", "Bea"});
  EXPECT_THAT(
      sandbox.Out({"audit", "r1", "--json"}),
      HasSubstr(
          R"("request_id":"q1","what":"plan","verdict":"approved","by":"Bea","authority":"the board","digest":")" +
          digest + R"(","reason":null})"));
  EXPECT_THAT(sandbox.Out({"audit", "r1"}), AllOf(HasSubstr("Approvals and rejections"), HasSubstr("Bea"),
                                                  HasSubstr("the board"), HasSubstr(digest)));
  EXPECT_THAT(sandbox.Out({"audit", "r1", "--format", "html"}),
              AllOf(HasSubstr("id=\"approvals\""), HasSubstr(digest), Not(HasSubstr("@@ -1"))));
}

}  // namespace
}  // namespace annals
