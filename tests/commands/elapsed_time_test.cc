// What has to wait waits by the clock of the command, also when that clock was years ahead for a while: the log's times
// then stand still until it has caught up, and nothing may wait for them.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "commands/rejudgement.h"
#include "tests/commands/machines_fixture.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using support::Must;

// Something that is let go only when a span of time is over.
struct Span {
  std::string_view name;
  std::vector<std::string> before;  // leads to where it can begin
  std::string begin;
  std::string end;
  int64_t seconds;
  const Machine& (*machine)();
};

const std::vector<Span>& Spans() {
  static const std::vector<Span> spans = {
      {"Retry",
       {Cmd("create_task", "run_id=r1 ws_id=a task_id=t"), Cmd("transition_task", "run_id=r1 task_id=t to=queued"),
        Cmd("transition_task", "run_id=r1 task_id=t to=running worker_id=w1")},
       Cmd("transition_task", "run_id=r1 task_id=t to=retrying epoch=1"),
       Cmd("transition_task", "run_id=r1 task_id=t to=queued"),
       2,
       TaskMachine},
      {"Lease",
       {},
       Cmd("heartbeat_worker", "worker_id=w1"),
       Cmd("transition_worker", "worker_id=w1 to=unresponsive"),
       60,
       WorkerMachine},
      {"Cooldown",
       {Cmd("create_circuit_breaker", "tool=gcc failure_threshold=1")},
       Cmd("report_tool_result", "tool=gcc outcome=failure"),
       Cmd("transition_circuit_breaker", "tool=gcc to=half_open"),
       60,
       CircuitBreakerMachine},
  };
  return spans;
}

constexpr int64_t kYears = 10 * 365 * 86'400;

// Where the clock goes, in seconds: before the span begins (each is noted in the log), and while it lasts.
struct Course {
  std::string_view name;
  std::vector<int64_t> before;
  int64_t during;  // beyond the span's end, where `from_end`
  bool from_end;
  bool is_over;
};

const std::vector<Course>& Courses() {
  static const std::vector<Course> courses = {
      {"NoTime", {}, 0, false, false},
      {"ASecondTooFew", {}, -1, true, false},
      {"ASecondMore", {}, 1, true, true},
      {"YearsAhead", {}, kYears, false, true},
      {"YearsBack", {}, -kYears, false, true},
      {"ASecondBack", {}, -1, false, true},
      {"YearsAheadAndBackBefore", {kYears, -kYears}, 0, false, false},
      {"YearsAheadAndBackBeforeThenASecondTooFew", {kYears, -kYears}, -1, true, false},
      {"YearsAheadAndBackBeforeThenASecondMore", {kYears, -kYears}, 1, true, true},
      {"YearsBackBeforeThenASecondTooFew", {-kYears}, -1, true, false},
      {"YearsBackBeforeThenASecondMore", {-kYears}, 1, true, true},
      {"YearsAheadBeforeAndBackWhileItLasts", {kYears}, -kYears, false, true},
  };
  return courses;
}

class ElapsedTimeTest : public testing::TestWithParam<std::tuple<Span, Course>> {};
INSTANTIATE_TEST_SUITE_P(All, ElapsedTimeTest,
                         testing::Combine(testing::ValuesIn(Spans()), testing::ValuesIn(Courses())),
                         [](const auto& test) {
                           return fmt::format("{}{}", std::get<0>(test.param).name, std::get<1>(test.param).name);
                         });

TEST_P(ElapsedTimeTest, IsOverByTheClockOfTheCommand) {
  const auto& [span, course] = GetParam();
  World world;
  world.Given(span.before);
  for (const int64_t seconds : course.before) {
    world.PassSeconds(seconds);
    world.Given({support::Note("clock")});
  }
  world.Given({span.begin});
  // Each reading of the clock moves it on by a millisecond.
  const int64_t during = course.during + (course.from_end ? span.seconds : 0);
  world.PassSeconds(during);
  const Answer answer = world.session().Execute(span.end);
  EXPECT_EQ(std::holds_alternative<Receipt>(answer), course.is_over) << support::LineOf(answer);
  EXPECT_EQ(std::holds_alternative<Refused>(answer), !course.is_over) << support::LineOf(answer);
  // And who reads the log later comes to the same.
  EXPECT_EQ(world.Faults(), "");
  Must(Rejudge(
      *Must(world.storage().Read()), span.machine(), std::nullopt, [](uint64_t, uint64_t) {},
      [&](const Divergence& one) { ADD_FAILURE() << one.entity << " at " << one.position.value << ": " << one.why; }));
}

}  // namespace
}  // namespace annals::machines
