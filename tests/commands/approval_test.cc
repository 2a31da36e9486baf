// Approvals name exactly what was shown: a change voids them, and they are used once. Machines of users: entities stay
// bound to the version they were created under. Retries wait longer each time.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using testing::HasSubstr;

std::string Request(std::string_view to, std::string_view more = "") {
  return Cmd("transition_request",
             std::string("request_id=q1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}

class ApprovalTest : public testing::Test {
 protected:
  ApprovalTest() {
    world_.Given({Cmd("create_request", "request_id=q1 request=x run_id=r1"), Request("planning"),
                  Request("plan_awaiting_approval", "plan=p")});
  }
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
  EXPECT_THAT(world_.WhyRefused(Request("plan_approved", "digest=" + before)), HasSubstr(Digest()));
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
  world_.Given(
      {R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})",
       Request("plan_approved", "digest=" + Digest()), Request("implementing"),
       Request("implementation_awaiting_approval", R"(implementation=done patches=["p1"])")});
  EXPECT_THAT(world_.Cell("requests", {"q1"}, "patches"),
              HasSubstr("p1=" + world_.Cell("patches", {"r1", "p1"}, "diff_hash")));
  const std::string with_patch = Digest("implementation");
  world_.Given({Cmd("amend_request", "request_id=q1 implementation=done")});
  EXPECT_THAT(world_.WhyRefused(Request("implementation_approved", "digest=" + with_patch)),
              HasSubstr("look at it again"));
  world_.Given({Request("implementation_approved", "digest=" + Digest("implementation")), Request("reviewing"),
                Request("implementing", "trigger=rework reason=slow")});
  EXPECT_EQ(world_.Cell("requests", {"q1"}, "retry_count"), "1");
  EXPECT_EQ(world_.Faults(), "");
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
