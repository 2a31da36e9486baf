#include "schemas/json_writer.h"

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/command.capnp.h"
#include "schemas/event.capnp.h"

namespace annals {
namespace {

using testing::StartsWith;

TEST(JsonWriter, PutsCommasBetweenAndNowhereElse) {
  JsonWriter out;
  out.BeginObject();
  out.Key("a").BeginArray().Int(1).BeginArray().EndArray().BeginObject().EndObject().String("x").EndArray();
  out.Key("b").BeginObject().Key("c").Null().Key("d").Bool(true).Key("e").Bool(false).EndObject();
  out.Key("f").Raw(R"({"g":1})").Key("h").UInt(2).EndObject();
  EXPECT_EQ(out.text(), R"({"a":[1,[],{},"x"],"b":{"c":null,"d":true,"e":false},"f":{"g":1},"h":2})");
}

TEST(JsonWriter, IsEmptyAfterTake) {
  JsonWriter out;
  out.BeginArray().Int(1).EndArray();
  EXPECT_EQ(out.Take(), "[1]");
  EXPECT_EQ(out.text(), "");
  out.BeginArray().EndArray();
  EXPECT_EQ(out.Take(), "[]");
}

TEST(JsonWriter, EscapesQuotesBackslashesAndControlCharactersOnly) {
  JsonWriter out;
  out.String(std::string_view("\0\x01\b\t\n\f\r\x1f \"\\/\x7f é 😀", 21));
  EXPECT_EQ(out.text(), "\"\\u0000\\u0001\\b\\t\\n\\f\\r\\u001f \\\"\\\\/\x7f é 😀\"");
}

TEST(JsonWriter, WritesWholeIntegersAndShortestDoubles) {
  JsonWriter out;
  out.BeginArray().Int(std::numeric_limits<int64_t>::min()).UInt(std::numeric_limits<uint64_t>::max());
  out.Double(0.1).Double(1e300).Double(-2).Double(std::nan("")).Double(HUGE_VAL).EndArray();
  EXPECT_EQ(out.text(), "[-9223372036854775808,18446744073709551615,0.1,1e+300,-2,null,null]");
}

TEST(SnakeCase, PutsAnUnderscoreBeforeEachCapital) {
  EXPECT_EQ(SnakeCase("runId"), "run_id");
  EXPECT_EQ(SnakeCase("recordStepAttempt"), "record_step_attempt");
  EXPECT_EQ(SnakeCase("to"), "to");
  EXPECT_EQ(SnakeCase(""), "");
}

std::string Written(capnp::DynamicStruct::Reader value) {
  JsonWriter out;
  out.BeginObject();
  EXPECT_TRUE(WriteFields(value, out).ok());
  out.EndObject();
  return out.Take();
}

TEST(WriteFields, ShowsOnlyTheActiveMemberOfAUnionAndNoVoid) {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>();
  EXPECT_EQ(Written(capnp::toDynamic(event.asReader())), R"({"causation":0})");
  event.setRecordedAt(1'000'000);
  event.setActor("ann");
  const uint8_t digest[] = {0x00, 0xab, 0x0f};
  event.setCommandDigest(kj::arrayPtr(digest, 3));
  event.setCausation(std::numeric_limits<uint64_t>::max());
  event.getContent().initInline().setJson(R"({"a":1})");
  auto transitioned = event.getBody().initTransitioned();
  transitioned.getTo().setKnown(schema::Word::PAUSED);
  transitioned.setSeverity(schema::Severity::WARNING);
  EXPECT_THAT(Written(capnp::toDynamic(event.asReader())),
              StartsWith(R"({"recorded_at":"1970-01-01T00:00:01.000000Z","actor":"ann","command_digest":"00ab0f",)"
                         R"("causation":18446744073709551615,"inline":{"json":{"a":1}},)"
                         R"("transitioned":{"to":"paused","severity":"warning")"));
}

TEST(WriteFields, ShowsListsOptionalNumbersAndEnumerants) {
  capnp::MallocMessageBuilder message;
  auto step = message.initRoot<schema::StepCompleted>();
  step.setStatus(schema::StepStatus::IN_PROGRESS);
  step.initExitCode().setValue(-1);
  EXPECT_EQ(Written(capnp::toDynamic(step.asReader())), R"({"attempt":0,"status":"in_progress","exit_code":-1})");
  step.setStatus(static_cast<schema::StepStatus>(99));
  EXPECT_EQ(Written(capnp::toDynamic(step.asReader())), R"({"attempt":0,"status":99,"exit_code":-1})");
  auto created = message.initRoot<schema::WorkstreamCreated>();
  auto depends_on = created.initDependsOn(2);
  depends_on.set(0, "a");
  depends_on.set(1, "b");
  EXPECT_EQ(Written(capnp::toDynamic(created.asReader())), R"({"depends_on":["a","b"],"is_critical":false})");
}

TEST(WriteFields, ReportsAMessageThatIsNotWellFormed) {
  capnp::MallocMessageBuilder message;
  message.initRoot<schema::CreateRun>().setRunId("r1");
  auto segment = message.getSegmentsForOutput()[0];
  std::vector<capnp::word> words(segment.begin(), segment.end());
  reinterpret_cast<uint32_t*>(&words[1])[0] = 0x00fffff1;  // the first pointer's list lies past the end of the message
  const kj::ArrayPtr<const capnp::word> segments[] = {kj::arrayPtr(words.data(), words.size())};
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
  JsonWriter out;
  const absl::Status status = WriteFields(capnp::toDynamic(reader.getRoot<schema::CreateRun>()), out);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

}  // namespace
}  // namespace annals
