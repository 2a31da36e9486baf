// What a move of a patch states is three-valued, and logs of before read as they did.
#include "eventstore/patch_statement.h"

#include <string>

#include <capnp/message.h>
#include <gtest/gtest.h>

namespace annals {
namespace {

struct StatementCase {
  const char* name;
  std::string_view from;
  PatchStatement statement;
  bool is_usual;  // nothing says which of the three count
};
void PrintTo(const StatementCase& test, std::ostream* out) {
  *out << test.name;
}

class StatementTest : public testing::TestWithParam<StatementCase> {};

TEST_P(StatementTest, IsReadAsItWasWritten) {
  const StatementCase& test = GetParam();
  capnp::MallocMessageBuilder message;
  auto moved = message.initRoot<schema::Transitioned>();
  FillStatement(test.statement, test.from, moved.initPatch());
  const PatchStatement read = StatementIn(moved.asReader(), test.from);
  EXPECT_EQ(read.scope_passed, test.statement.scope_passed);
  EXPECT_EQ(read.constraints_passed, test.statement.constraints_passed);
  EXPECT_EQ(read.tests_passed, test.statement.tests_passed);
  EXPECT_EQ(!moved.getPatch().hasStated(), test.is_usual);
}

INSTANTIATE_TEST_SUITE_P(Patch, StatementTest,
                         testing::Values(StatementCase{"TheChecks", "validating", {true, false, {}}, true},
                                         StatementCase{"OneOfTheChecks", "validating", {false, {}, {}}, false},
                                         StatementCase{"TestsBesideTheChecks", "validating", {true, true, true}, false},
                                         StatementCase{"TestsInPlaceOfTheChecks", "validating", {{}, {}, true}, false},
                                         StatementCase{"TheTests", "applied", {{}, {}, false}, true},
                                         StatementCase{"ScopeOfWhatIsApplied", "applied", {false, {}, {}}, false},
                                         StatementCase{"TestsFromElsewhere", "verified", {{}, {}, false}, false},
                                         StatementCase{"ChecksFromElsewhere", "pending", {true, true, {}}, false}),
                         [](const auto& test) { return std::string(test.param.name); });

struct OldCase {
  std::string_view from;
  PatchStatement read;
};

// Every move from validating or applied had all three, of which those counted that it is about.
TEST(PatchStatement, OfALogOfBeforeIsWhatTheMoveIsAbout) {
  for (const OldCase& old : {OldCase{"validating", {true, false, {}}}, OldCase{"applied", {{}, {}, false}}}) {
    capnp::MallocMessageBuilder message;
    auto moved = message.initRoot<schema::Transitioned>();
    moved.initPatch().setScopePassed(true);
    const PatchStatement read = StatementIn(moved.asReader(), old.from);
    EXPECT_EQ(read.scope_passed, old.read.scope_passed) << old.from;
    EXPECT_EQ(read.constraints_passed, old.read.constraints_passed) << old.from;
    EXPECT_EQ(read.tests_passed, old.read.tests_passed) << old.from;
  }
}

TEST(PatchStatement, OfAMoveThatSaysNothingIsEmpty) {
  capnp::MallocMessageBuilder message;
  EXPECT_TRUE(StatementIn(message.initRoot<schema::Transitioned>().asReader(), "validating").IsEmpty());
}

}  // namespace
}  // namespace annals
