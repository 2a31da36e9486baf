// A worker script that is killed between any two of its commands goes on at its last checkpoint, and always ends with
// the same rows.
#include <sys/stat.h>

#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::HasSubstr;

// Does one step after the other, each under a key of its own, and saves where it is after each. Before its command
// number $DIE it is killed as if the power went.
constexpr const char* kWorker = R"(#!/bin/sh
annals="$1"; db="$2"; die="$3"; n=0
run() { n=$((n + 1)); if [ "$n" = "$die" ]; then kill -9 $$; fi; "$annals" --db "$db" --actor worker "$@" > /dev/null || exit 9; }
at=$("$annals" --db "$db" request resume q1 --json | sed -n 's/.*"data":{"step":\([0-9]*\)}.*/\1/p' | head -n 1)
at=${at:-0}
step() { k=$1; shift; if [ "$at" -lt "$k" ]; then run --command-id "step-$k" "$@"; run --command-id "saved-$k" checkpoint save "done-$k" --request q1 --data "{\"step\":$k}"; fi; }
step 1 request start q1
step 2 run create r1 --status running
step 3 request revise q1 --run r1
step 4 ws create a --run r1
step 5 task create t1 --run r1 --ws a
step 6 worker register w1
step 7 task queue t1 --run r1
step 8 task assign t1 --run r1 --worker w1
step 9 task submit t1 --run r1 --epoch 1
step 10 task complete t1 --run r1
step 11 ws transition a abandoned --run r1
run --command-id end request cancel q1
)";

class Worker {
 public:
  explicit Worker(int die) {
    sandbox_.Out({"request", "open", "make it fast", "--id", "q1"});
    const std::string script = sandbox_.folder().File("worker.sh");
    std::ofstream(script) << kWorker;
    chmod(script.c_str(), 0700);
    const auto begin = [&](int when) {
      return RunProcess({.arguments = {script, ANNALS_BINARY, sandbox_.db(), fmt::format("{}", when)}}, "/bin/sh");
    };
    if (die > 0) {
      killed_ = begin(die).exit == 128 + 9;
      if (!killed_) return;
    }
    last_ = begin(0);
  }
  bool killed() const { return killed_; }
  const ProcessResult& last() const { return last_; }
  // Without times and ids of events, which another run of the same cannot have.
  std::string Rows() {
    std::string rows;
    for (const char* const sql :
         {"SELECT request_id, status, run_id FROM requests", "SELECT run_id, status, ws_total FROM runs",
          "SELECT ws_id, status FROM workstreams", "SELECT task_id, status, epoch, retry_count FROM tasks",
          "SELECT worker_id, status, current_load FROM workers",
          "SELECT name, data_json, count(*) FROM checkpoints GROUP BY name ORDER BY min(id)",
          "SELECT count(*) FROM log"}) {
      rows += sandbox_.Out({"sql", "--json", sql});
    }
    return rows;
  }
  AnnalsSandbox& sandbox() { return sandbox_; }

 private:
  AnnalsSandbox sandbox_;
  ProcessResult last_;
  bool killed_ = false;
};

TEST(Resume, EndsWithTheSameRowsWhereverTheWorkerIsKilled) {
  Worker whole(0);
  ASSERT_EQ(whole.last().exit, 0) << whole.last().err;
  const std::string expected = whole.Rows();
  EXPECT_THAT(expected, HasSubstr("cancelled"));
  int killed = 0;
  for (int die = 1;; ++die) {
    Worker worker(die);
    if (!worker.killed()) break;
    ++killed;
    ASSERT_EQ(worker.last().exit, 0) << "killed before command " << die << ": " << worker.last().err;
    EXPECT_EQ(worker.Rows(), expected) << "killed before command " << die;
    EXPECT_EQ(worker.sandbox().Run({"verify"}).exit, 0);
  }
  EXPECT_EQ(killed, 23);  // eleven steps with a checkpoint each, and the end
}

TEST(Resume, SaysWhereWorkGoesOnAndOfWhatHasEndedThatItDoesNot) {
  AnnalsSandbox sandbox;
  sandbox.Out({"request", "open", "make it fast", "--id", "q1"});
  sandbox.Out({"checkpoint", "save", "first", "--request", "q1", "--data", R"({"n":1})"});
  sandbox.Out({"checkpoint", "save", "second", "--request", "q1", "--data", R"({"n":2})"});
  EXPECT_THAT(sandbox.Out({"request", "resume", "q1", "--json"}), HasSubstr(R"("name":"second","data":{"n":2})"));
  EXPECT_THAT(sandbox.Out({"request", "list", "--resumable"}), HasSubstr("q1"));
  sandbox.Out({"request", "start", "q1"});
  sandbox.Out({"request", "plan", "q1", "measure"});
  EXPECT_EQ(sandbox.Out({"request", "list", "--resumable", "--json"}), "");
  EXPECT_THAT(sandbox.Out({"request", "show", "q1"}), HasSubstr("annals request approve q1 --digest "));
  sandbox.Out({"request", "cancel", "q1"});
  EXPECT_EQ(sandbox.Run({"request", "resume", "q1"}).exit, 3);
  EXPECT_EQ(sandbox.Run({"request", "resume", "q2"}).exit, 4);
}

}  // namespace
}  // namespace annals::testing_process
