// Every kind of finding of annals doctor: the command that it says would help is one that annals takes, and where it is
// more than a look, the finding is gone afterwards.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/cli/help_line.h"
#include "tests/support/commands.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::testing_process {
namespace {

using namespace annals::support;

// So long ago that all of it lasts too long.
constexpr Timestamp kLongAgo = {1'000'000'000'000'000};

std::string InRun(std::string_view command, std::string_view fields) {
  return fmt::format(R"({{"command":"{}","run_id":"busy",{}}})", command, fields);
}
// In run busy, each put into its state by an operator.
void AddTasks(Session& session) {
  const auto add = [&](std::string_view task_id, std::string_view more = {}) {
    session.Accept(InRun("create_task", fmt::format(R"("ws_id":"free","task_id":"{}"{})", task_id, more)));
  };
  const auto move = [&](std::string_view task_id, std::string_view to, std::string_view more = {}) {
    session.Accept(
        Overridden(InRun("transition_task", fmt::format(R"("task_id":"{}","to":"{}"{})", task_id, to, more))));
  };
  add("free");
  add("waits", R"(,"depends_on":["free"])");
  for (const char* const state : {"queued", "blocked", "validating"}) {
    add(state);
    move(state, state);
  }
  add("retrying");
  move("retrying", "running", R"(,"worker_id":"busy")");
  move("retrying", "retrying");
  for (const char* const worker : {"busy", "drained", "gone"}) {
    add(fmt::format("of-{}", worker));
    move(fmt::format("of-{}", worker), "running", fmt::format(R"(,"worker_id":"{}")", worker));
  }
  add("of-tired", R"(,"max_retries":0)");
  move("of-tired", "running", R"(,"worker_id":"gone")");
}

void AddServices(Session& session) {
  for (const char* const worker : {"new", "idle", "busy", "drained", "gone"}) {
    session.Accept(fmt::format(R"({{"command":"create_worker","worker_id":"{}"{},"max_concurrent_tasks":9}})", worker,
                               std::string_view(worker) == "new" ? "" : R"(,"status":"idle")"));
  }
  for (const auto& [tool, state, cooldown] :
       {std::tuple{"open", "open", 4'294'967'295}, {"over", "open", 1L}, {"half", "half_open", 1L}}) {
    session.Accept(
        fmt::format(R"({{"command":"create_circuit_breaker","tool":"{}","cooldown_seconds":{}}})", tool, cooldown));
    session.Accept(
        Overridden(fmt::format(R"({{"command":"transition_circuit_breaker","tool":"{}","to":"{}"}})", tool, state)));
  }
}

void AddRequests(Session& session) {
  const auto move = [&](std::string_view id, std::string_view to, std::string_view more = {}) {
    session.Accept(
        Overridden(fmt::format(R"({{"command":"transition_request","request_id":"{}","to":"{}"{}}})", id, to, more)));
  };
  for (const char* const state :
       {"pending", "planning", "plan_approved", "plan_rejected", "implementing", "implementation_approved",
        "implementation_rejected", "reviewing", "verifying", "plan", "implementation"}) {
    session.Accept(fmt::format(R"({{"command":"create_request","request_id":"{}","request":"x"}})", state));
    const std::string_view text = state;
    if (text == "pending" || text == "plan" || text == "implementation") continue;
    move(state, state);
  }
  for (const char* const shown : {"plan", "implementation"}) {
    move(shown, std::string_view(shown) == "plan" ? "planning" : "implementing");
    session.Accept(fmt::format(
        R"({{"command":"transition_request","request_id":"{0}","to":"{0}_awaiting_approval","{0}":"so"}})", shown));
  }
}

void AddPatchesAndGates(Session& session) {
  for (const char* const patch : {"good", "bad", "held"}) {
    const std::string diff =
        std::string_view(patch) == "bad" ? "nonsense" : R"(--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n)";
    session.Accept(InRun("create_patch", fmt::format(R"("ws_id":"free","patch_id":"{}","diff":"{}")", patch, diff)));
    const char* const state = std::string_view(patch) == "held" ? "blocked" : "quarantined";
    session.Accept(Overridden(InRun("transition_patch", fmt::format(R"("patch_id":"{}","to":"{}")", patch, state))));
  }
  for (const char* const state : {"running", "blocked"}) {
    session.Accept(InRun("create_test_gate", fmt::format(R"("gate_id":"{}")", state)));
    session.Accept(Overridden(InRun("transition_test_gate", fmt::format(R"("gate_id":"{0}","to":"{0}")", state))));
  }
}

// Something of every kind that doctor looks for.
void TellAll(Session& session) {
  for (const char* const run : {"new", "busy", "held", "over", "ended", "lost"}) {
    session.Accept(CreateRun(run, std::string_view(run) == "new" ? "pending" : "running"));
  }
  session.Accept(MoveRun("paused", "held"));
  session.Accept(CreateWorkstream("w", {}, false, "over"));
  session.Accept(MoveWorkstream("w", "abandoned", "over"));
  session.Accept(CreateWorkstream("w", {}, false, "ended"));
  session.Accept(MoveRun("failed", "ended"));
  session.Accept(CreateWorkstream("w", {}, true, "lost"));
  session.Accept(CreateWorkstream("after", {"w"}, false, "lost"));
  session.Accept(MoveWorkstream("w", "failed", "lost"));
  session.Accept(CreateWorkstream("free", {}, false, "busy"));
  session.Accept(CreateWorkstream("waits", {"free"}, false, "busy"));
  for (const char* const state : {"ready", "editing", "static_check", "fixing", "runtime_check", "paused"}) {
    session.Accept(CreateWorkstream(state, {}, false, "busy"));
    if (std::string_view(state) == "paused") session.Accept(MoveWorkstream(state, "ready", "busy"));
    session.Accept(Overridden(MoveWorkstream(state, state, "busy")));
  }
  session.Accept(StartStep("editing", "edit", "busy"));
  AddServices(session);
  AddTasks(session);
  for (const auto& [worker, state] : {std::pair{"drained", "draining"}, {"gone", "unresponsive"}}) {
    session.Accept(
        Overridden(fmt::format(R"({{"command":"transition_worker","worker_id":"{}","to":"{}"}})", worker, state)));
  }
  AddPatchesAndGates(session);
  AddRequests(session);
}

class DoctorHelpTest : public testing::Test {
 protected:
  DoctorHelpTest() {
    const auto storage = OpenSqlite(sandbox_.db());
    Session session(*storage);
    session.clock().Set(kLongAgo);
    TellAll(session);
  }
  static std::string NameOf(const std::string& finding) {
    return fmt::format("{} {} {}", ValueOf(finding, "kind"), ValueOf(finding, "run_id"), ValueOf(finding, "entity_id"));
  }
  AnnalsSandbox sandbox_;
};

TEST_F(DoctorHelpTest, IsACommandAndRemovesTheFinding) {
  sandbox_.Out({"worker", "heartbeat", "drained"});  // so that it is not silent, but slow
  std::vector<std::string> findings = LinesOf(sandbox_.Out({"doctor", "--json"}));
  // What a run that has ended left open is said of that run alone.
  for (const std::string& line : LinesOf(sandbox_.Out({"doctor", "--run", "ended", "--json"})))
    findings.push_back(line);
  std::set<std::string> kinds;
  size_t cures = 0;
  for (const std::string& finding : findings) {
    SCOPED_TRACE(finding);
    kinds.insert(ValueOf(finding, "kind"));
    AnnalsSandbox copy;
    std::filesystem::copy_file(sandbox_.db(), copy.db());
    std::vector<std::string> words = WordsOf(ValueOf(finding, "help"));
    for (std::string& word : words) word = word == "WORKER" ? "idle" : word;
    copy.Out(words);
    const bool looks = words.at(1) == "show" || words.at(0) == "why";
    if (looks) continue;
    ++cures;
    for (const std::string& left : LinesOf(copy.Out({"doctor", "--json"}))) EXPECT_NE(NameOf(left), NameOf(finding));
  }
  EXPECT_GT(cures, findings.size() / 2);
  for (const std::string& kind : LinesOf(sandbox_.Out({"doctor", "--limits", "--json"}))) {
    EXPECT_TRUE(kinds.contains(ValueOf(kind, "name"))) << ValueOf(kind, "name") << " was not found";
  }
}

}  // namespace
}  // namespace annals::testing_process
