// Lines of foreign logs: what is taken, and where a bad one is bad.
#include "schemas/transition_line.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"

namespace annals {
namespace {

using testing::HasSubstr;

TEST(TransitionLine, IsReadWhateverElseStandsInIt) {
  TransitionLineReader reader;
  for (int i = 0; i < 2; ++i) {  // it may be used again
    const auto line =
        reader.Read(R"({"at":[1,{"entity_id":"no"}],"timestamp":"t","to_state":"b\n","from_state":"a\u00e9","x":null,)"
                    R"("entity_id":"\"1\"","entity_type":"m"} )");
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(line->entity_type, "m");
    EXPECT_EQ(line->entity_id, "\"1\"");
    EXPECT_EQ(line->from_state, "a\xc3\xa9");
    EXPECT_EQ(line->to_state, "b\n");
    EXPECT_EQ(line->timestamp, "t");
  }
}

TEST(TransitionLine, IsACreationWithoutAStateBefore) {
  TransitionLineReader reader;
  for (const char* const before : {"null", "\"\""}) {
    const auto line = reader.Read(std::string(R"({"entity_type":"m","entity_id":"1","from_state":)") + before +
                                  R"(,"to_state":"a","timestamp":""})");
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(line->from_state, "");
  }
}

struct BadTransition {
  const char* name;
  const char* json;
  const char* fault;
};
constexpr BadTransition kBadTransitions[] = {
    {"Empty", "", "there is no value"},
    {"NoObject", "[1]", "byte 1: must be an object, is an array"},
    {"CutOff", R"({"entity_type":"m","entity_id":"1)", "byte 32, /entity_id: this string is never closed"},
    {"KeyMissing", R"({"entity_type":"m","from_state":"a","to_state":"b","timestamp":""})",
     "byte 1: \"entity_id\" is missing; a transition has entity_type, entity_id, from_state, to_state and timestamp"},
    {"NoString", R"({"entity_type":"m","entity_id":7,"from_state":"a","to_state":"b","timestamp":""})",
     "byte 32, /entity_id: must be a string"},
    {"NoStateAfter", R"({"entity_type":"m","entity_id":"7","from_state":"a","to_state":null,"timestamp":""})",
     "/to_state: must be a string"},
    {"StateBeforeIsNoString", R"({"entity_type":"m","entity_id":"7","from_state":0,"to_state":"b","timestamp":""})",
     "/from_state: must be a string or null"},
    {"TimeIsANumber", R"({"entity_type":"m","entity_id":"7","from_state":"a","to_state":"b","timestamp":17})",
     "/timestamp: must be a string"},
    {"KeyTwice",
     R"({"entity_type":"m","entity_type":"n","entity_id":"7","from_state":"a","to_state":"b","timestamp":""})",
     "byte 20, /entity_type: the key \"entity_type\" is given twice"},
    {"BrokenElsewhere", R"({"entity_type":"m","x":tru,"entity_id":"7","from_state":"a","to_state":"b","timestamp":""})",
     "/x: \"tru\" is no value of JSON"},
    {"MoreBehind", R"({"entity_type":"m","entity_id":"7","from_state":"a","to_state":"b","timestamp":""} {})",
     "expected nothing after the value"},
};
void PrintTo(const BadTransition& line, std::ostream* out) {
  *out << line.name;
}

class BadTransitionTest : public testing::TestWithParam<BadTransition> {};
INSTANTIATE_TEST_SUITE_P(TransitionLine, BadTransitionTest, testing::ValuesIn(kBadTransitions),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(BadTransitionTest, IsRefusedWithItsByteAndReason) {
  TransitionLineReader reader;
  const absl::Status status = reader.Read(GetParam().json).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), testing::StartsWith("read the transition: byte "));
  EXPECT_THAT(MessageOf(status), HasSubstr(GetParam().fault));
}

}  // namespace
}  // namespace annals
