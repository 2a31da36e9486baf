// The policy of docs/json_api.md, by the kinds of JSON that parsers disagree about: each is tried in both readers that
// take JSON of the user's own.
#include <string>
#include <string_view>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/json_reader.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"
#include "tests/schemas/json_kinds.h"
#include "tests/support/effort.h"

namespace annals {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// OK, or why it is refused; both readers are asked and must say the same.
absl::Status TakeFreeJson(std::string_view object) {
  const auto minified = MinifyJsonObject(object);
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  CommandReader reader;
  const absl::Status read = reader.Read(fmt::format(R"({{"command":"create_run","metadata":{}}})", object), command);
  EXPECT_EQ(minified.ok(), read.ok()) << minified.status() << read;
  if (!read.ok()) return read;
  const capnp::Text::Reader kept = command.asReader().getBody().getCreateRun().getMetadata();
  EXPECT_EQ(std::string_view(kept.cStr(), kept.size()), *minified);
  return read;
}

absl::Status TakeCommand(std::string_view json) {
  capnp::MallocMessageBuilder message;
  CommandReader reader;
  return reader.Read(json, message.initRoot<schema::Command>());
}

void ExpectVerdict(const absl::Status& status, Verdict verdict, std::string_view what) {
  if (verdict == Verdict::kTaken) {
    EXPECT_TRUE(status.ok()) << what << ": " << status;
  } else {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << what << ": " << status;
    EXPECT_THAT(MessageOf(status), HasSubstr(": byte ")) << what;
  }
}

TEST(JsonPolicy, TakesWhatEveryParserMustAndRefusesWhatNoneMay) {
  for (const JsonKind& kind : kJsonKinds) {
    ExpectVerdict(TakeFreeJson(fmt::format(R"({{"a":{}}})", kind.value)), kind.verdict, kind.name);
  }
  support::Tried(std::size(kJsonKinds), "kinds of JSON");
}

TEST(JsonPolicy, HasAVerdictForWhatTheLawOfJsonLeavesOpenAndKeepsItForTheRest) {
  for (const JsonKind& kind : kJsonKinds) {
    const std::string_view name = kind.name;
    EXPECT_FALSE(name.starts_with("y_") && kind.verdict == kRefused) << name;
    EXPECT_FALSE(name.starts_with("n_") && kind.verdict == kTaken) << name;
  }
}

constexpr std::string_view kCommand = R"({"command":"create_run"})";

// What stands round a command, or instead of one.
constexpr JsonKind kWholeTexts[] = {
    {"Command", kCommand, kTaken},
    {"SpaceRound", " \t\r\n{\"command\":\"create_run\"} \t\r\n", kTaken},
    {"Nothing", "", kRefused},
    {"Spaces", " \n", kRefused},
    {"Array", R"([{"command":"create_run"}])", kRefused},
    {"String", R"("create_run")", kRefused},
    {"Number", "42", kRefused},
    {"Null", "null", kRefused},
    {"True", "true", kRefused},
    {"EmptyObject", "{}", kRefused},
    {"TwoObjects", R"({"command":"create_run"}{"command":"create_run"})", kRefused},
    {"CommaBehind", R"({"command":"create_run"},)", kRefused},
    {"NulBehind", "{\"command\":\"create_run\"}\0"sv, kRefused},
    {"NulBefore", "\0{\"command\":\"create_run\"}"sv, kRefused},
    {"FormFeedBehind", "{\"command\":\"create_run\"}\f", kRefused},
    {"NoBreakSpaceBehind", "{\"command\":\"create_run\"}\xc2\xa0", kRefused},
    {"CommentBehind", R"({"command":"create_run"}//x)", kRefused},
    {"ByteOrderMark", "\xef\xbb\xbf{\"command\":\"create_run\"}", kRefused},
    {"HalfAByteOrderMark", "\xef\xbb{\"command\":\"create_run\"}", kRefused},
    {"Utf16", "{\0\"\0}\0"sv, kRefused},
    {"Utf16WithMark", "\xff\xfe{\0}\0"sv, kRefused},
    {"Latin1", "{\"command\":\"create_run\",\"actor\":\"Ren\xe9\"}", kRefused},
};

TEST(JsonPolicy, TakesOneObjectInUtf8AndNothingRoundIt) {
  for (const JsonKind& whole : kWholeTexts) ExpectVerdict(TakeCommand(whole.value), whole.verdict, whole.name);
}

std::string Nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonPolicy, TakesAThousandLevelsAndNoMoreThanItSays) {
  const auto take = [](std::string_view value) { return TakeFreeJson(fmt::format(R"({{"a":{}}})", value)); };
  ExpectVerdict(take(Nested(500)), kTaken, "i_structure_500_nested_arrays");
  ExpectVerdict(take(Nested(kMaxJsonDepth - 1)), kTaken, "as deep as it may be");
  EXPECT_THAT(MessageOf(take(Nested(kMaxJsonDepth))), HasSubstr("nested deeper than 1024 levels"));
  ExpectVerdict(take(std::string(100'000, '[')), kRefused, "n_structure_100000_opening_arrays");
  std::string open;
  for (int i = 0; i < 50'000; ++i) open += R"([{"":)";
  ExpectVerdict(take(open), kRefused, "n_structure_open_array_object");
}

TEST(JsonPolicy, RefusesAKeyGivenTwiceThoughOtherParsersTakeOne) {
  for (const std::string_view value : {R"({"a":"b","a":"c"})", R"({"a":"b","a":"b"})", R"({"a":1,"\u0061":2})",
                                       R"({"\u00e9":1,"é":2})", R"([{"":0,"":0}])"}) {
    const absl::Status status = TakeFreeJson(fmt::format(R"({{"x":{}}})", value));
    EXPECT_THAT(MessageOf(status), HasSubstr("is given twice")) << value;
  }
  // Keys that only look the same are two, and so are the same ones in two objects.
  for (const std::string_view value :
       {R"({"a":1,"A":2})", "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}", R"([{"a":1},{"a":2}])", R"({"a":{"a":1}})"}) {
    ExpectVerdict(TakeFreeJson(fmt::format(R"({{"x":{}}})", value)), kTaken, value);
  }
}

TEST(JsonPolicy, KeepsTheTextOfNumbers) {
  for (const std::string_view number : {"1.0", "-0", "1E400", "100000000000000000000", "0.10", "9007199254740993",
                                        "123.456e-789", "1.7976931348623157e309"}) {
    const std::string object = fmt::format(R"({{"a":{}}})", number);
    EXPECT_EQ(MinifyJsonObject(object).value(), object);
  }
}

TEST(JsonPolicy, NeverRoundsAnInteger) {
  // 2^53 + 1 is the first that a double cannot hold.
  for (const int64_t id : {int64_t{9'007'199'254'740'993}, INT64_MAX, INT64_MAX - 1}) {
    capnp::MallocMessageBuilder message;
    const auto command = message.initRoot<schema::Command>();
    CommandReader reader;
    ASSERT_TRUE(
        reader.Read(fmt::format(R"({{"command":"finish_step","attempt_id":{},"status":"success"}})", id), command)
            .ok());
    EXPECT_EQ(command.asReader().getBody().getFinishStep().getAttemptId().getValue(), id);
  }
}

struct FieldCase {
  const char* name;
  std::string_view json;
  std::string_view message;  // after "read the command: "
};

// What Cap'n Proto's own decoder takes or only half sees, and what a command can have wrong besides.
constexpr FieldCase kFieldCases[] = {
    {"BadHex", R"({"command":"create_run","actor":"\u00zz"})", "byte 34, /actor: \\u needs four hex digits"},
    {"BadHexOfAHash", R"({"command":"transition_request","request_id":"q","digest":"xyz"})", "byte 59, /digest: "},
    {"DuplicateKey", R"({"command":"create_run","run_id":"a","run_id":"b"})",
     "byte 38, /run_id: the key \"run_id\" is given twice"},
    {"InvalidUtf8", "{\"command\":\"create_run\",\"actor\":\"\xff\"}", "byte 34, /actor: not valid UTF-8"},
    {"Enum99", R"({"command":"finish_step","attempt_id":1,"status":99})",
     "byte 50, /status: must be a string, one of in_progress, success, failure, skipped, is a number"},
    {"EnumOfTheText99", R"({"command":"finish_step","attempt_id":1,"status":"99"})",
     "byte 50, /status: must be one of in_progress, success, failure, skipped, is \"99\""},
    {"IntegerThatWouldBeRounded", R"({"command":"finish_step","attempt_id":9223372036854775808})",
     "byte 39, /attempt_id: must be an integer from 0 to 9223372036854775807, is 9223372036854775808"},
    {"IntegerAsText", R"({"command":"finish_step","attempt_id":"1"})",
     "byte 39, /attempt_id: must be an integer, is a string"},
    {"IntegerWithExponent", R"({"command":"finish_step","attempt_id":1e0})",
     "byte 39, /attempt_id: must be an integer"},
    {"UnknownField", R"({"command":"create_run","oops":1})", "byte 25, /oops: unknown field \"oops\""},
    {"UnknownFieldBelow", R"({"command":"create_run","override":{"operator":"o","oops":1}})",
     "byte 52, /override/oops: unknown field \"oops\""},
    {"MissingField", R"({"command":"finish_step","status":"success"})", "byte 1: finish_step must have attempt_id"},
    {"IllTypedText", R"({"command":"create_run","run_id":{}})", "byte 34, /run_id: must be a string, is an object"},
    {"IllTypedBool", R"({"command":"create_run","dry_run":1})",
     "byte 35, /dry_run: must be true or false, is a number"},
    {"IllTypedList", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":{}})",
     "byte 70, /depends_on: must be an array of strings, is an object"},
    {"IllTypedElement", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":[null]})",
     "byte 71, /depends_on/0: must be a string, is null"},
    {"IllTypedObject", R"({"command":"create_run","metadata":1})",
     "byte 36, /metadata: must be an object, is a number"},
};

class FieldPolicyTest : public testing::TestWithParam<FieldCase> {};

TEST_P(FieldPolicyTest, IsRefusedWithByteAndPointer) {
  EXPECT_THAT(MessageOf(TakeCommand(GetParam().json)),
              StartsWith(fmt::format("read the command: {}", GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(JsonPolicy, FieldPolicyTest, testing::ValuesIn(kFieldCases),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals
