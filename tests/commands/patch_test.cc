// Patches: what nobody stated is not recorded, and the circuit breaker of a tool holds up what it is to apply.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/machines_fixture.h"

namespace annals::machines {
namespace {

using testing::HasSubstr;

const std::string kPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","tool":"cc","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";
const std::string kTrip = Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip operator=olga reason=bad");
const std::string kReset = Cmd("transition_circuit_breaker", "tool=cc to=closed trigger=reset operator=olga reason=ok");

std::string Patch(std::string_view to, std::string_view more = "") {
  return Cmd("transition_patch",
             std::string("run_id=r1 patch_id=p1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
const std::string kStage = Patch("staged", "scope_passed=true constraints_passed=true");

class PatchTest : public testing::Test {
 protected:
  PatchTest() { world_.Given({kPatch, Patch("validating")}); }
  ~PatchTest() override { EXPECT_EQ(world_.Faults(), ""); }

  // "scope constraints tests" as the row has them.
  std::string Found() {
    std::string found;
    for (const char* const column : {"scope_passed", "constraints_passed", "tests_passed"}) {
      if (!found.empty()) found.append(" ");
      found.append(world_.Cell("patches", {"r1", "p1"}, column));
    }
    return found;
  }
  World world_;
};

TEST_F(PatchTest, IsStagedWhenSomebodySaysThatItsChecksPassed) {
  EXPECT_THAT(world_.WhyRefused(Patch("staged")), HasSubstr("nobody says that its scope passed"));
  EXPECT_THAT(world_.WhyRefused(Patch("staged", "scope_passed=true")),
              HasSubstr("nobody says that its constraints passed"));
  world_.Given({kStage});
  EXPECT_EQ(Found(), "1 1 NULL");
}

TEST_F(PatchTest, IsVerifiedWhenSomebodySaysThatTheTestsPassed) {
  world_.Given({kStage, Patch("applied")});
  EXPECT_THAT(world_.WhyRefused(Patch("verified")), HasSubstr("nobody says that the tests passed with it"));
  world_.Given({Patch("verified", "tests_passed=true")});
  EXPECT_EQ(Found(), "1 1 1");
}

TEST_F(PatchTest, ThatIsQuarantinedHasWhatWasStatedAndNoMore) {
  world_.Given({Patch("quarantined", "reason=secrets")});
  EXPECT_EQ(Found(), "NULL NULL NULL");
  world_.Given({Patch("validating"), Patch("quarantined", "reason=secrets scope_passed=false")});
  EXPECT_EQ(Found(), "0 NULL NULL");
}

TEST_F(PatchTest, ThatIsTakenBackSaysNothingOfTestsUnlessToldSo) {
  world_.Given({kStage, Patch("applied"), Patch("rolled_back", "reason=disk")});
  EXPECT_EQ(Found(), "1 1 NULL");
}

TEST_F(PatchTest, KeepsWhatAnOverrideStates) {
  world_.Given({Cmd("transition_patch",
                    R"(run_id=r1 patch_id=p1 to=verified tests_passed=true override={"operator":"o","reason":"r"})")});
  EXPECT_EQ(Found(), "NULL NULL 1");
}

TEST_F(PatchTest, TakesNullForWhatIsNotStated) {
  EXPECT_THAT(world_.WhyRefused(
                  R"({"command":"transition_patch","run_id":"r1","patch_id":"p1","to":"staged","scope_passed":null})"),
              HasSubstr("nobody says that its scope passed"));
}

TEST_F(PatchTest, IsBlockedOnlyByAnOpenBreaker) {
  world_.Given({kStage});
  EXPECT_THAT(world_.WhyRefused(Patch("blocked")), HasSubstr("the guard breaker_open does not hold: the circuit "
                                                             "breaker of cc is closed"));
  world_.Given({Cmd("create_circuit_breaker", "tool=cc"), kTrip, Patch("blocked")});
}

TEST_F(PatchTest, IsFreedOnlyWhenTheBreakerIsOpenNoMore) {
  world_.Given({kStage, Cmd("create_circuit_breaker", "tool=cc"), kTrip, Patch("blocked")});
  EXPECT_THAT(world_.WhyRefused(Patch("staged")), HasSubstr("the guard breaker_closed does not hold: the circuit "
                                                            "breaker of cc is open, for 60 seconds more"));
  world_.PassSeconds(61);
  EXPECT_THAT(world_.WhyRefused(Patch("staged")), HasSubstr("its cooldown is over: annals breaker probe cc"));
  world_.Given({kReset, Patch("staged"), Patch("applied")});
}

TEST_F(PatchTest, WithoutAToolIsHeldUpByNone) {
  world_.Given(
      {R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p2","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})",
       Cmd("transition_patch", "run_id=r1 patch_id=p2 to=validating"),
       Cmd("transition_patch", "run_id=r1 patch_id=p2 to=staged scope_passed=true constraints_passed=true")});
  EXPECT_THAT(world_.WhyRefused(Cmd("transition_patch", "run_id=r1 patch_id=p2 to=blocked")),
              HasSubstr("it names no tool"));
  world_.Given({Cmd("transition_patch", "run_id=r1 patch_id=p2 to=applied")});
}

TEST_F(PatchTest, ThatIsQuarantinedIsNamedByWhatItHoldsUp) {
  const auto workstream = [](std::string_view to) {
    return Cmd("transition_workstream", std::string("run_id=r1 ws_id=a to=").append(to));
  };
  world_.Given(
      {Patch("quarantined", "reason=bad"), workstream("ready"), workstream("editing"), workstream("static_check")});
  EXPECT_THAT(world_.WhyRefused(workstream("runtime_check")), HasSubstr("its patch p1 is quarantined"));
  world_.Given({R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p0","diff":"nonsense"})",
                Cmd("transition_patch", "run_id=r1 patch_id=p0 to=validating")});
  EXPECT_THAT(world_.WhyRefused(workstream("runtime_check")), HasSubstr("its patches p0, p1 are quarantined"));
}

}  // namespace
}  // namespace annals::machines
