// Approvals name exactly what was shown: a change voids them, and they are used once. Machines of users: entities stay
// bound to the version they were created under. Retries wait longer each time.
#include <cctype>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Request(std::string_view to, std::string_view more = "") {
  return Cmd("transition_request",
             std::string("request_id=q1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}

const std::string kPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";

class ApprovalTest : public testing::Test {
 protected:
  ApprovalTest() {
    world_.Given({Cmd("create_request", "request_id=q1 request=x run_id=r1"), Request("planning"),
                  Request("plan_awaiting_approval", "plan=p")});
  }
  ~ApprovalTest() override { EXPECT_EQ(world_.Faults(), ""); }

  std::string Of(std::string_view column) { return world_.Cell("requests", {"q1"}, column); }
  std::string Head() { return std::to_string(support::Must(world_.storage().Read())->head().position.value); }
  std::string Digest(std::string_view what = "plan") {
    return world_.Cell("requests", {"q1"}, std::string(what) + "_digest");
  }
  World world_;
};

TEST_F(ApprovalTest, OfTheDigestShownIsTakenOnceAndNamesWhoWhenAndByWhat) {
  const std::string approve = Request("plan_approved", "digest=" + Digest() + " authority=owner actor=olga");
  world_.Given({approve});
  EXPECT_EQ(world_.Cell("requests", {"q1"}, "plan_approved_by"), "olga");
  EXPECT_EQ(world_.Cell("requests", {"q1"}, "plan_authority"), "owner");
  EXPECT_THAT(world_.WhyRefused(approve), HasSubstr("it is plan_approved already"));
  EXPECT_EQ(world_.Faults(), "");
}

TEST_F(ApprovalTest, OfAPlanThatChangedMeanwhileIsRefused) {
  const std::string before = Digest();
  world_.Given({Cmd("amend_request", "request_id=q1 plan=other")});
  EXPECT_NE(Digest(), before);
  EXPECT_THAT(world_.WhyRefused(Request("plan_approved", "digest=" + before)),
              AllOf(HasSubstr("annals request show q1"), Not(HasSubstr(Digest()))));
  world_.Given({Request("plan_approved", "digest=" + Digest())});
}

TEST_F(ApprovalTest, OfTheSamePlanShownAgainNeedsItsNewDigest) {
  const std::string before = Digest();
  world_.Given(
      {Request("plan_rejected", "reason=no"), Request("planning"), Request("plan_awaiting_approval", "plan=p")});
  EXPECT_NE(Digest(), before);
  EXPECT_THAT(world_.WhyRefused(Request("plan_approved", "digest=" + before)), HasSubstr("look at it again"));
}

TEST_F(ApprovalTest, OfAnImplementationCoversItsPatches) {
  world_.Given({kPatch, Request("plan_approved", "digest=" + Digest()), Request("implementing"),
                Request("implementation_awaiting_approval", R"(implementation=done patches=["p1"])")});
  EXPECT_THAT(world_.Cell("requests", {"q1"}, "patches"),
              HasSubstr("p1=" + world_.Cell("patches", {"r1", "p1"}, "diff_hash")));
  const std::string with_patch = Digest("implementation");
  world_.Given({Cmd("amend_request", R"(request_id=q1 patches=[])")});
  EXPECT_THAT(world_.WhyRefused(Request("implementation_approved", "digest=" + with_patch)),
              HasSubstr("look at it again"));
  world_.Given({Request("implementation_approved", "digest=" + Digest("implementation")), Request("reviewing"),
                Request("implementing", "trigger=rework reason=slow")});
  EXPECT_EQ(world_.Cell("requests", {"q1"}, "retry_count"), "1");
  EXPECT_EQ(world_.Faults(), "");
}

const std::string kOverride = R"(override={"operator":"o","reason":"r"})";

TEST_F(ApprovalTest, IsVoidWhenWhatWasApprovedWaitsAnew) {
  const std::string approve = Request("plan_approved", "digest=" + Digest());
  world_.Given({approve, Request("plan_awaiting_approval", kOverride)});
  EXPECT_EQ(Of("plan_approved_by") + Of("plan_approved_at") + Of("plan_authority"), "NULLNULLNULL");
  EXPECT_THAT(world_.WhyRefused(approve), HasSubstr("look at it again"));
  world_.Given({Request("plan_approved", "digest=" + Digest())});
}

TEST_F(ApprovalTest, OfAnImplementationIsVoidWhenItWaitsAnew) {
  world_.Given({Request("plan_approved", "digest=" + Digest()), Request("implementing"),
                Request("implementation_awaiting_approval", "implementation=done")});
  const std::string approve = Request("implementation_approved", "digest=" + Digest("implementation"));
  world_.Given({approve, Request("implementation_awaiting_approval", kOverride)});
  EXPECT_EQ(Of("implementation_approved_by"), "NULL");
  EXPECT_THAT(world_.WhyRefused(approve), HasSubstr("look at it again"));
}

TEST_F(ApprovalTest, ByAnOverrideIsToldApartWhateverItNames) {
  for (const std::string& named : {std::string(), " authority=owner digest=" + Digest()}) {
    world_.Given({Request("plan_approved", kOverride + named)});
    EXPECT_EQ(Of("plan_approved_by"), "o");
    EXPECT_EQ(Of("plan_authority"), "override");
    world_.Given({Request("plan_awaiting_approval", kOverride)});
  }
  EXPECT_THAT(std::string(world_.Fault(Request("plan_approved", "authority=override digest=" + Digest())).message()),
              HasSubstr("name another"));
}

TEST_F(ApprovalTest, TakesItsDigestInCapitals) {
  std::string digest = Digest();
  for (char& digit : digest) digit = static_cast<char>(std::toupper(digit));
  world_.Given({Request("plan_approved", "digest=" + digest)});
}

TEST_F(ApprovalTest, OfAPlanCoversItsPatchesAndTheRowShowsThem) {
  world_.Given({kPatch, Cmd("amend_request", R"(request_id=q1 patches=["p1"])")});
  EXPECT_THAT(Of("patches"), HasSubstr("p1=" + world_.Cell("patches", {"r1", "p1"}, "diff_hash")));
  world_.Given(
      {Request("plan_rejected", "reason=no"), Request("planning"), Request("plan_awaiting_approval", "plan=p")});
  EXPECT_EQ(Of("patches"), "[]");
}

TEST_F(ApprovalTest, OfAPlanThatWasRedactedIsRefusedUntilItIsRevised) {
  const std::string redact = Cmd("redact_content", "position=" + Head() + " reason=x");
  world_.Given({redact});
  EXPECT_THAT(world_.WhyRefused(Request("plan_approved", "digest=" + Digest())),
              HasSubstr("the plan was redacted, and nobody can see what is approved; annals request revise"));
  EXPECT_THAT(world_.WhyRefused(Cmd("amend_request", R"(request_id=q1 scope={"n":1})")), HasSubstr("was redacted"));
  world_.Given({Cmd("amend_request", "request_id=q1 plan=other")});
  EXPECT_EQ(Of("plan_scope_json"), "NULL");
  world_.Given({Request("plan_approved", "digest=" + Digest())});
}

// The approval was lawful when it was given.
TEST_F(ApprovalTest, StandsWhenWhatWasApprovedIsRedactedLater) {
  const std::string plan = Head();
  world_.Given(
      {Request("plan_approved", "digest=" + Digest()), Cmd("redact_content", "position=" + plan + " reason=x")});
  EXPECT_EQ(world_.Faults(), "");
}

TEST_F(ApprovalTest, OfWhatWasRevisedCoversWhatWasNotNamedToo) {
  world_.Given({kPatch, Cmd("amend_request", R"(request_id=q1 scope={"n":1})")});
  EXPECT_EQ(Of("plan"), "p");
  EXPECT_EQ(Of("plan_scope_json"), R"({"n":1})");
  std::string before = Digest();
  for (const char* const change : {"plan=other", R"(patches=["p1"])", R"(scope={"n":2} run_id=r1)"}) {
    world_.Given({Cmd("amend_request", std::string("request_id=q1 ").append(change))});
    EXPECT_NE(Digest(), before) << change;
    before = Digest();
  }
  EXPECT_EQ(Of("plan"), "other");
  EXPECT_EQ(Of("plan_scope_json"), R"({"n":2})");
  EXPECT_THAT(Of("patches"), HasSubstr("p1="));
  world_.Given({Cmd("amend_request", R"(request_id=q1 scope={} patches=[])")});
  EXPECT_EQ(Of("plan_scope_json") + Of("patches"), "NULL[]");
}

TEST_F(ApprovalTest, OfPatchesIsOfThoseOfTheLinkedRun) {
  world_.Given({kPatch, Cmd("amend_request", R"(request_id=q1 patches=["p1"])"), Cmd("create_run", "run_id=r2")});
  EXPECT_THAT(std::string(world_.Fault(Cmd("amend_request", "request_id=q1 run_id=r2")).message()),
              HasSubstr("run r2 has no patch p1"));
}

TEST_F(ApprovalTest, ChangesNothingOfWhatDoesNotWait) {
  world_.Given({Request("plan_approved", "digest=" + Digest())});
  EXPECT_THAT(world_.WhyRefused(Cmd("amend_request", R"(request_id=q1 scope={"n":1} run_id=r1)")),
              HasSubstr("changed only while"));
  for (const char* const lost :
       {R"(scope={"n":1})", "digest=000000000000000000000000000000000000000000000000000000000000000a"}) {
    EXPECT_THAT(std::string(world_.Fault(Request("implementing", lost)).message()), HasSubstr("leave them out"))
        << lost;
  }
}

TEST(Requests, AskForSomething) {
  World world;
  for (const char* const nothing : {"", R"( \n)"}) {
    EXPECT_THAT(std::string(world
                                .Fault(std::string(R"({"command":"create_request","request_id":"q1","request":")")
                                           .append(nothing)
                                           .append(R"("})"))
                                .message()),
                HasSubstr("say what is asked for"));
  }
}

std::string Define(std::string_view last) {
  return R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["done"],"states":[{"name":"new"},{"name":"mid"},{"name":"done"}],"edges":[{"from":"new","to":"mid","trigger":"go"},{"from":"mid","to":"done","trigger":")" +
         std::string(last) + R"("}]}})";
}

TEST(UsersMachine, BindsEntitiesToTheVersionTheyWereCreatedUnder) {
  World world;
  const auto create = [](std::string_view id) {
    return Cmd("create_entity", std::string("machine=deploy entity_id=").append(id));
  };
  const auto by = [](std::string_view id, std::string_view trigger) {
    return Cmd("transition_entity",
               std::string("machine=deploy entity_id=").append(id).append(" trigger=").append(trigger));
  };
  world.Given({Define("finish"), create("old"), Define("end"), create("new"), by("old", "go"), by("new", "go")});
  EXPECT_NE(world.Cell("entities", {"deploy", "old"}, "machine_version"),
            world.Cell("entities", {"deploy", "new"}, "machine_version"));
  EXPECT_THAT(std::string(world.Fault(by("new", "finish")).message()),
              HasSubstr("is no trigger of the deploy machine"));
  world.Given({by("old", "finish"), by("new", "end")});
  EXPECT_EQ(world.Cell("entities", {"deploy", "old"}, "status"), "done");
  EXPECT_EQ(world.Faults(), "");
}

TEST(Retries, WaitTwiceAsLongEachTime) {
  World world;
  const auto task = [](std::string_view to, std::string_view more = "") {
    return Cmd("transition_task", std::string("run_id=r1 task_id=t1 to=").append(to).append(more));
  };
  world.Given({Cmd("create_task", "run_id=r1 ws_id=a task_id=t1")});
  for (const int64_t wait : {2, 4, 8}) {
    world.Given({task("queued"), task("running", " worker_id=w1"), task("retrying", " reason=oops")});
    world.PassSeconds(wait - 1);
    EXPECT_THAT(world.WhyRefused(task("queued")), HasSubstr("its time has not come: 1 seconds are left"));
    world.PassSeconds(1);
  }
  world.Given({task("queued"), task("running", " worker_id=w1")});
  EXPECT_THAT(world.WhyRefused(task("retrying")), HasSubstr("it was retried 3 times of at most 3"));
  EXPECT_EQ(world.Cell("tasks", {"r1", "t1"}, "epoch"), "4");
  EXPECT_EQ(world.Faults(), "");
}

TEST(CircuitBreakers, AreTriedAgainWhenTheirCooldownIsOver) {
  World world;
  world.Given({Cmd("create_circuit_breaker", "tool=cc"),
               Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip operator=o reason=x")});
  EXPECT_THAT(world.WhyRefused(Cmd("transition_circuit_breaker", "tool=cc to=half_open")), HasSubstr("60 seconds"));
  world.PassSeconds(61);
  world.Given({Cmd("transition_circuit_breaker", "tool=cc to=half_open")});
}

}  // namespace
}  // namespace annals::machines
