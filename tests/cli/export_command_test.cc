// annals export as a process: each form, whole or not at all.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","metadata":{"a":"x,\"y\""}}
{"command":"create_workstream","run_id":"r1","ws_id":"w"}
{"command":"create_run","run_id":"r2"}
{"command":"transition_workstream","run_id":"r1","ws_id":"w","to":"ready","reason":"<go> & \"see\"\n\u0001"}
{"command":"start_step","run_id":"r1","ws_id":"w","step_name":"edit"}
{"command":"start_step","run_id":"r1","ws_id":"w","step_name":"static"}
{"command":"finish_step","attempt_id":6,"status":"success","exit_code":0}
{"command":"transition_run","run_id":"r1","to":"pending"}
{"command":"record_error","run_id":"r1","ws_id":"w","step_name":"static","error_code":"E1","signature":"s","message":"m"}
{"command":"transition_workstream","run_id":"r1","ws_id":"w","to":"done","override":{"operator":"Olga","reason":"it must"}}
)";

class ExportCommandTest : public testing::Test {
 protected:
  ExportCommandTest() { EXPECT_EQ(sandbox_.Run({"apply", "-", "--keep-going"}, kHistory).exit, 3); }

  std::string Text(const std::string& name) const {
    std::ifstream file(sandbox_.folder().File(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  // Runs a Python program on standard input; nothing where there is no Python.
  static std::optional<ProcessResult> Python(const std::string& program, const std::string& in) {
    const char* const python = "/usr/bin/python3";
    if (!std::filesystem::exists(python)) return std::nullopt;
    return RunProcess({.arguments = {"-c", program}, .in = in}, python);
  }

  AnnalsSandbox sandbox_;
};

TEST_F(ExportCommandTest, JsonLinesAreThoseOfTheFullLog) {
  EXPECT_EQ(sandbox_.Out({"export"}), sandbox_.Out({"log", "--json", "--full"}));
  EXPECT_EQ(sandbox_.Out({"export", "--run", "r1"}), sandbox_.Out({"log", "--json", "--full", "--run", "r1"}));
  EXPECT_EQ(sandbox_.Out({"export", "--at", "3"}), sandbox_.Out({"log", "--json", "--full", "--at", "3"}));
}

TEST_F(ExportCommandTest, AFileIsThereWholeOrNotAtAll) {
  sandbox_.Out({"export", "--out", "log.jsonl"});
  EXPECT_EQ(Text("log.jsonl"), sandbox_.Out({"export"}));
  EXPECT_EQ(sandbox_.Run({"export", "--format", "trace", "--run", "r9", "--out", "log.jsonl"}).exit, 4);
  EXPECT_EQ(Text("log.jsonl"), sandbox_.Out({"export"}));
  EXPECT_EQ(sandbox_.Run({"export", "--out", "no/such/folder/x"}).exit, 2);
  for (const auto& entry : std::filesystem::directory_iterator(sandbox_.folder().path())) {
    EXPECT_NE(entry.path().extension(), ".part") << entry.path();
  }
}

TEST_F(ExportCommandTest, CsvQuotesWhatItMustAndLeavesNullEmpty) {
  const std::string runs = sandbox_.Out({"export", "--format", "csv", "--table", "runs"});
  EXPECT_THAT(runs, StartsWith("run_id,status,created_at,"));
  EXPECT_THAT(runs, HasSubstr("r1,running,"));
  EXPECT_THAT(runs, HasSubstr(R"("{""a"":""x,\""y\""""}")"));
  EXPECT_THAT(runs, HasSubstr(",,,"));
  EXPECT_THAT(runs, HasSubstr("\r\n"));
  EXPECT_THAT(sandbox_.Out({"export", "--format", "csv", "--table", "runs", "--run", "r2"}), Not(HasSubstr("r1")));
  EXPECT_THAT(sandbox_.Out({"export", "--format", "csv", "--table", "runs", "--at", "3"}), Not(HasSubstr("r2")));
}

TEST_F(ExportCommandTest, ATraceIsJsonWithSlicesThatDoNotOverlap) {
  const std::string trace = sandbox_.Out({"export", "--format", "trace", "--run", "r1"});
  for (const char* const part : {R"("name":"process_name","args":{"name":"run r1"})", R"("args":{"name":"w steps 2"})",
                                 R"("name":"edit: success","cat":"step")", R"("name":"refused: pending")",
                                 R"("name":"override by Olga")", R"("name":"error E1")", R"("open":true)"}) {
    EXPECT_THAT(trace, HasSubstr(part));
  }
  const auto checked = Python(R"(
import json, sys
events = json.load(sys.stdin)["traceEvents"]
ends = {}
for e in sorted((e for e in events if e["ph"] == "X"), key=lambda e: e["ts"]):
    assert e["ts"] >= ends.get(e["tid"], 0), e
    ends[e["tid"]] = e["ts"] + e["dur"]
assert {e["ph"] for e in events} == {"M", "X", "i"}
)",
                              trace);
  if (!checked) GTEST_SKIP() << "there is no python3 to read the trace with";
  EXPECT_EQ(checked->exit, 0) << checked->err;
}

TEST_F(ExportCommandTest, XesIsWellFormedAndHasACaseForEachRunAndWorkstream) {
  const std::string xes = sandbox_.Out({"export", "--format", "xes"});
  EXPECT_THAT(xes, HasSubstr("&lt;go&gt; &amp; &quot;see&quot;&#10;\xEF\xBF\xBD"));
  const auto checked = Python(R"(
import sys, xml.etree.ElementTree as tree
log = tree.fromstring(sys.stdin.buffer.read())
x = "{http://www.xes-standard.org/}"
names = [t.find(x + "string").get("value") for t in log.iter(x + "trace")]
assert names == ["r1", "r1/w", "r2"], names
for event in log.iter(x + "event"):
    keys = {a.get("key") for a in event}
    assert {"concept:name", "lifecycle:transition", "org:resource", "time:timestamp"} <= keys, keys
assert sum(1 for _ in log.iter(x + "event")) == 11
)",
                              xes);
  if (!checked) GTEST_SKIP() << "there is no python3 to read the XML with";
  EXPECT_EQ(checked->exit, 0) << checked->err;
}

// What lives in a run beside its workstreams, and the request that it works for.
constexpr const char* kMachines =
    R"({"command":"create_request","request_id":"q1","request":"make it fast","run_id":"r1"})"
    "\n"
    R"({"command":"create_request","request_id":"q2","request":"nobody works for it yet"})"
    "\n"
    R"({"command":"transition_request","request_id":"q1","to":"planning"})"
    "\n"
    R"({"command":"transition_request","request_id":"q1","to":"plan_awaiting_approval","plan":"a long plan"})"
    "\n"
    R"({"command":"create_workstream","run_id":"r1","ws_id":"v"})"
    "\n"
    R"({"command":"create_test_gate","run_id":"r1","gate_id":"unit","type":"unit"})"
    "\n"
    R"({"command":"create_task","run_id":"r1","ws_id":"v","task_id":"t1"})"
    "\n"
    R"({"command":"create_worker","worker_id":"k1","status":"idle"})"
    "\n"
    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"queued"})"
    "\n"
    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"running","worker_id":"k1"})"
    "\n"
    R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"cancelled","reason":"no need"})"
    "\n"
    R"({"command":"create_patch","run_id":"r1","ws_id":"v","patch_id":"p1","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})"
    "\n"
    R"({"command":"transition_patch","run_id":"r1","patch_id":"p1","to":"validating"})"
    "\n"
    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"unit","to":"running"})"
    "\n"
    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"unit","to":"failed","exit_code":1})"
    "\n";

// Runs of slices per thread, and what each says of its event.
TEST_F(ExportCommandTest, ATraceHasAThreadForEachThingWithStates) {
  sandbox_.Run({"apply", "-"}, kMachines);
  const std::string trace = sandbox_.Out({"export", "--format", "trace", "--run", "r1"});
  const auto checked = Python(R"(
import json, sys
events = json.load(sys.stdin)["traceEvents"]
names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
place = {names[e["tid"]]: e["args"]["sort_index"] for e in events if e["name"] == "thread_sort_index"}
assert place["run"] < place["request q1"] < place["w"] < place["w steps"] < place["v"] < place["task t1"], place
assert place["run"] < place["gate unit"] < place["w"], place
assert "request q2" not in place, place
states = {}
for e in sorted((e for e in events if e.get("cat") == "state"), key=lambda e: (e["ts"], e["args"]["position"])):
    states.setdefault(names[e["tid"]], []).append(e["name"])
assert states["task t1"] == ["pending", "queued", "running", "cancelled"], states
assert states["gate unit"] == ["pending", "running", "failed"], states
assert states["patch p1"] == ["pending", "validating"], states
assert states["v"] == ["pending"], states
claim = [e for e in events if e["name"] == "running" and names[e["tid"]] == "task t1"][0]
assert claim["args"]["detail"] == "worker k1, claim 1", claim
assert not any("a long plan" in json.dumps(e) or "@@" in json.dumps(e) for e in events)
)",
                              trace);
  if (!checked) GTEST_SKIP() << "there is no python3 to read the trace with";
  EXPECT_EQ(checked->exit, 0) << checked->err;
}

TEST_F(ExportCommandTest, XesHasTasksAndGatesAsActivitiesAndRequestsAsCases) {
  sandbox_.Run({"apply", "-"}, kMachines);
  const std::string program = R"(
import sys, xml.etree.ElementTree as tree
x = "{http://www.xes-standard.org/}"
cases = {}
for trace in tree.fromstring(sys.stdin.buffer.read()).iter(x + "trace"):
    said = []
    for event in trace.iter(x + "event"):
        text = {a.get("key"): a.get("value") for a in event}
        said.append(text["concept:name"] + " " + text["lifecycle:transition"])
        assert text.get("reason") != "a long plan"
    cases[trace.find(x + "string").get("value")] = said
)";
  const auto all = Python(program + R"(
assert list(cases) == ["r1", "r1/v", "r1/w", "r2", "request/q1", "request/q2"], list(cases)
assert cases["request/q1"] == ["create complete", "plan complete", "submit_plan complete"], cases
in_run = [e for e in cases["r1"] if "unit" in e]
assert in_run == ["gate unit schedule", "gate unit start", "gate unit complete"], cases["r1"]
in_ws = [e for e in cases["r1/v"] if e.startswith(("task ", "patch "))]
assert in_ws == ["task t1 schedule", "task dependencies_met complete", "task t1 start", "task t1 withdraw",
                 "patch create complete", "patch validate complete"], in_ws
)",
                          sandbox_.Out({"export", "--format", "xes"}));
  if (!all) GTEST_SKIP() << "there is no python3 to read the XML with";
  EXPECT_EQ(all->exit, 0) << all->err;
  const auto one = Python(program + R"(assert list(cases) == ["r1", "r1/v", "r1/w", "request/q1"], list(cases))",
                          sandbox_.Out({"export", "--format", "xes", "--run", "r1"}));
  EXPECT_EQ(one->exit, 0) << one->err;
}

struct UsageCase {
  const char* name;
  std::vector<std::string> arguments;
  int exit;
  const char* says;
};

class ExportUsageTest : public ExportCommandTest, public testing::WithParamInterface<UsageCase> {};

TEST_P(ExportUsageTest, IsRefused) {
  std::vector<std::string> arguments = {"export"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const ProcessResult result = sandbox_.Run(arguments);
  EXPECT_EQ(result.exit, GetParam().exit);
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
  EXPECT_EQ(result.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    Export, ExportUsageTest,
    testing::Values(UsageCase{"AnUnknownFormat", {"--format", "xml"}, 2, "xml"},
                    UsageCase{"CsvOfNothing", {"--format", "csv"}, 2, "name it with --table"},
                    UsageCase{"ATableAsJsonLines", {"--table", "runs"}, 2, "--table is for --format csv"},
                    UsageCase{"AnUnknownTable", {"--format", "csv", "--table", "run"}, 2, R"(did you mean "runs"?)"},
                    UsageCase{"ATableThatIsNotKept", {"--format", "csv", "--table", "state_transitions"}, 4, "rebuild"},
                    UsageCase{"ATraceOfNoRun", {"--format", "trace"}, 2, "--run"},
                    UsageCase{"ATraceOfARunThatIsNotThere", {"--format", "trace", "--run", "r9"}, 4, "no run r9"},
                    UsageCase{"ABundleOfNoRun", {"--bundle", "b"}, 2, "--run"},
                    UsageCase{"ABundleOfARunThatIsNotThere", {"--run", "r9", "--bundle", "b"}, 4, "no run r9"},
                    UsageCase{"AKeyWithoutABundle", {"--key", "k"}, 2, "--bundle"},
                    UsageCase{
                        "ABundleInAForm", {"--run", "r1", "--bundle", "b", "--format", "csv"}, 2, "a form of its own"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::testing_process
