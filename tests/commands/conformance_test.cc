// Foreign transitions judged by a machine: which lines break which rule.
#include "commands/conformance.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine_definition.h"
#include "tests/support/must.h"

namespace annals {
namespace {

using support::Must;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr std::string_view kReview = R"({"name":"review","initial":"draft","terminals":["done"],
  "states":[{"name":"draft"},{"name":"reading"},{"name":"done"}],
  "edges":[{"from":"draft","to":"reading","trigger":"hand_in"},{"from":"reading","to":"draft","trigger":"send_back"},
           {"from":"reading","to":"done","trigger":"approve","guards":["run_is_running"]}]})";

struct Move {
  const char* entity;
  const char* from;
  const char* to;
  const char* type = "review";
};

struct LogCase {
  const char* name;
  std::vector<Move> log;
  uint64_t conform;
  std::vector<std::string> breaks;  // "line kind: detail"
};
const LogCase kLogs[] = {
    {"Empty", {}, 0, {}},
    {"FromTheInitialStateOn", {{"1", "draft", "reading"}, {"1", "reading", "draft"}, {"1", "draft", "reading"}}, 3, {}},
    {"Created", {{"1", "", "draft"}, {"1", "draft", "reading"}}, 2, {}},
    {"WhateverTheGuardsSay", {{"1", "draft", "reading"}, {"1", "reading", "done"}}, 2, {}},
    {"EntitiesInTurn", {{"1", "", "draft"}, {"2", "draft", "reading"}, {"1", "draft", "reading"}}, 3, {}},
    {"OtherEntityTypes", {{"1", "draft", "reading"}, {"1", "new", "old", "order"}, {"1", "reading", "done"}}, 2, {}},
    {"NoSuchEdge",
     {{"1", "draft", "done"}},
     0,
     {R"(1 edge: "1": a review cannot go from draft to done: legal from draft: reading)"}},
    {"OutOfATerminalState",
     {{"1", "draft", "reading"}, {"1", "reading", "done"}, {"1", "done", "draft"}},
     2,
     {R"(3 edge: "1": a review cannot go from done to draft: done is final)"}},
    {"ToItself",
     {{"1", "draft", "draft"}},
     0,
     {R"(1 edge: "1": a review cannot go from draft to draft: legal from draft: reading)"}},
    {"Discontinuous",
     {{"1", "draft", "reading"}, {"1", "draft", "reading"}, {"1", "reading", "draft"}},
     2,
     {R"(2 continuity: "1": it leaves "draft", but was left in "reading")"}},
    {"CreatedAgain",
     {{"1", "", "draft"}, {"1", "", "draft"}},
     1,
     {R"(2 continuity: "1": it is created again; it was left in "draft")"}},
    {"BegunElsewhere",
     {{"1", "reading", "done"}, {"2", "", "reading"}},
     0,
     {R"(1 initial: "1": it is first heard of as it leaves "reading"; a review begins in draft)",
      R"(2 initial: "2": it is created in "reading"; a review begins in draft)"}},
    {"SeveralRulesAtOnce",
     {{"1", "draft", "reading"}, {"1", "draft", "done"}},
     1,
     {R"(2 continuity: "1": it leaves "draft", but was left in "reading")",
      R"(2 edge: "1": a review cannot go from draft to done: legal from draft: reading)"}},
    {"UnknownStates",
     {{"1", "draft", "raeding"}, {"1", "raeding", ""}},
     0,
     {R"(1 unknown_state: "1": "raeding" is no state of the review machine; did you mean "reading"?)",
      R"(2 unknown_state: "1": "raeding" is no state of the review machine; did you mean "reading"?)",
      R"(2 unknown_state: "1": "" is no state of the review machine; known: draft, reading, done)"}},
    {"EntityOfAnyName",
     {{"a\n\x1b[2J", "draft", "done"}},
     0,
     {R"(1 edge: "a\n\u001b[2J": a review cannot go from draft to done: legal from draft: reading)"}},
};
void PrintTo(const LogCase& log, std::ostream* out) {
  *out << log.name;
}

class ConformanceTest : public testing::TestWithParam<LogCase> {
 protected:
  void Judge(const std::vector<Move>& log) {
    uint64_t line = 0;
    for (const Move& move : log) conformance_.Take(++line, {move.type, move.entity, move.from, move.to, ""});
  }

  const MachineDefinition definition_ = Must(ReadMachineDefinition(kReview));
  const Machine machine_ = Must(Machine::FromData(definition_.data()));
  std::vector<std::string> breaks_;
  Conformance conformance_{
      machine_, [this](const Break& broken) {
        breaks_.push_back(fmt::format("{} {}: {}", broken.line, NameOf(broken.kind), broken.detail));
      }};
};
INSTANTIATE_TEST_SUITE_P(Conformance, ConformanceTest, testing::ValuesIn(kLogs),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(ConformanceTest, CountsWhatConformsAndNamesWhatDoesNot) {
  Judge(GetParam().log);
  EXPECT_THAT(breaks_, ElementsAreArray(GetParam().breaks));
  EXPECT_EQ(conformance_.conform(), GetParam().conform);
  EXPECT_EQ(conformance_.lines(), GetParam().log.size());
}

using ConformanceOfReviews = ConformanceTest;

TEST_F(ConformanceOfReviews, NamesTheStatesThatNothingWasEverIn) {
  EXPECT_THAT(conformance_.Unreached(), ElementsAre("draft", "reading", "done"));
  Judge({{"1", "new", "old", "order"}, {"1", "draft", "reading"}});
  EXPECT_THAT(conformance_.Unreached(), ElementsAre("done"));
  EXPECT_EQ(conformance_.other(), 1u);
  EXPECT_EQ(conformance_.first_other(), "order");
  Judge({{"2", "reading", "done"}});  // unlawful, but it was there
  EXPECT_THAT(conformance_.Unreached(), IsEmpty());
}

}  // namespace
}  // namespace annals
