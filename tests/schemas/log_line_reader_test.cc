#include "schemas/log_line_reader.h"

#include <string>
#include <string_view>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPlace =
    R"("position":2,"stream":"run/r1","version":2,"recorded_at":"2026-01-01T00:00:00.000001Z","run_id":"r1")";

std::string Line(std::string_view event_type, std::string_view payload, std::string_view more = "") {
  return fmt::format(R"({{{},"event_type":"{}","payload":{}{}}})", kPlace, event_type, payload, more);
}

// What a line became, as the writer shows its event and content, or the message of its refusal.
std::string Reread(std::string_view json) {
  LogLineReader reader;
  capnp::MallocMessageBuilder message;
  const auto line = message.initRoot<schema::LogLine>();
  const absl::Status status = reader.Read(json, line);
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(MessageOf(status));
  }
  JsonWriter out;
  out.BeginObject();
  const auto parts = line.asReader().getParts();
  EXPECT_TRUE(WriteFields(capnp::toDynamic(parts.getEvent()), out).ok());
  EXPECT_TRUE(WriteFields(capnp::toDynamic(parts.getContent()), out).ok());
  return out.EndObject().Take();
}

struct GoodCase {
  const char* name;
  std::string json;
  std::string_view event;  // behind recorded_at
};

const GoodCase kGood[] = {
    {"ARun", Line("run_created", R"({"machine_version":"1","metadata":{"b":1.0,"a":[ ]}})"),
     R"("causation":0,"run_created":{"machine_version":"1"},"json":{"b":1.0,"a":[]})"},
    {"AWorkstream", Line("workstream_created", R"({"machine_version":"1","depends_on":["x"],"is_critical":true})"),
     R"("causation":0,"workstream_created":{"machine_version":"1","depends_on":["x"],"is_critical":true})"},
    {"AMoveByWords",
     Line("run_transitioned",
          R"({"machine":"run","from":"pending","to":"running","trigger":"start","severity":"info","final":false})"),
     R"("causation":0,"transitioned":{"machine":"run","from":"pending","to":"running","trigger":"start",)"
     R"("severity":"info","final":false})"},
    {"AMoveByOtherNames",
     Line("door_overridden", R"({"machine":"door","from":"none","to":"ajar","operator":"O","reason":"why"})"),
     R"("causation":0,"transitioned":{"machine":"door","from":"none","to":"ajar","severity":"info","operator":"O",)"
     R"("final":false},"text":"why")"},
    {"ACreatedEntity",
     Line("worker_created",
          R"({"machine":"worker","entity":"w1","initial":"initializing","worker":{"capabilities":[]}})"),
     R"("causation":0,"created":{"machine":"worker","entity":"w1","initial":"initializing","worker":{"capabilities":[],)"
     R"("max_concurrent_tasks":0,"heartbeat_sec":0}})"},
    {"ACreatedEntityOfAUsersMachine",
     Line("door_created", R"({"machine":"door","entity":"d","initial":"ajar","metadata":{"x":1}})"),
     R"("causation":0,"created":{"machine":"door","entity":"d","initial":"ajar"},"json":{"x":1})"},
    {"AnAmendedOne",
     Line("circuit_breaker_amended",
          R"({"machine":"circuit_breaker","entity":"git","circuit_breaker":{"outcome":"failure"},"reason":"why"})"),
     R"("causation":0,"amended":{"machine":"circuit_breaker","entity":"git","circuit_breaker":{"outcome":"failure"}},)"
     R"("text":"why")"},
    {"ACheckpoint", Line("checkpoint_saved", R"({"name":"half","data":{"at":1}})"),
     R"("causation":0,"checkpoint_saved":{"name":"half"},"json":{"at":1})"},
    {"ADefinition", Line("machine_defined", R"({"version":"v","definition":{ "name" : "door"}})"),
     R"("causation":0,"machine_defined":{"version":"v","definition":{"name":"door"}})"},
    {"ANoteWhoseTypeIsThatOfAnother", Line("run_created", R"({"x":1})", R"(,"note":true)"),
     R"("causation":0,"noted":{"event_type":"run_created"},"json":{"x":1})"},
    {"NullsAsIfTheyWereNotThere",
     Line("step_started", R"({"step_name":"edit"})",
          R"(,"actor":null,"causation":null,"content_salt":null,"note":null)"),
     R"("causation":0,"step_started":{"step_name":"edit"})"},
    {"EveryCommonField",
     Line("step_completed", R"({"attempt":7,"step_name":"edit","status":"failure","exit_code":-1,"result":{}})",
          R"(,"actor":"A","command_id":"c","causation":1,"ws_id":"w","occurred_at":"2025-01-01T00:00:00Z")"),
     R"("occurred_at":"2025-01-01T00:00:00.000000Z","actor":"A","command_id":"c","causation":1,"ws_id":"w",)"
     R"("step_completed":{"attempt":7,"step_name":"edit","status":"failure","exit_code":-1},"json":{})"},
};

class GoodLineTest : public testing::TestWithParam<GoodCase> {};

TEST_P(GoodLineTest, IsRead) {
  EXPECT_EQ(Reread(GetParam().json),
            fmt::format(R"({{"recorded_at":"2026-01-01T00:00:00.000001Z",{}}})", GetParam().event));
}

INSTANTIATE_TEST_SUITE_P(LogLineReader, GoodLineTest, testing::ValuesIn(kGood),
                         [](const auto& test) { return std::string(test.param.name); });

struct BadCase {
  const char* name;
  std::string json;
  std::string_view says;
};

const BadCase kBad[] = {
    {"NoType", R"({"position":1})", R"("event_type" is missing)"},
    {"AnUnknownType", Line("run_creatd", "{}"), R"(did you mean "run_created"?)"},
    {"ANoteThatDoesNotSaySo", Line("noted", "{}"), "unknown type"},
    {"NoPayload", R"({"event_type":"run_created","position":1})", R"(must have)"},
    {"APayloadThatIsNoObject", Line("run_created", "7"), "/payload: must be an object"},
    {"AKeyOfAnotherPayload", Line("run_created", R"({"depends_on":[]})"), R"(/payload/depends_on: unknown field)"},
    {"AKeyOfTheLineInThePayload", Line("run_created", R"({"actor":"A"})"), R"(unknown field "actor")"},
    {"AKeyTwice", Line("run_created", "{}", R"(,"position":2)"), R"(the key "position" is given twice)"},
    {"AnEntityWithoutAName", Line("worker_created", R"({"machine":"worker","initial":"idle"})"),
     "payload must have entity"},
    {"APartOfAnotherKind", Line("worker_amended", R"({"machine":"worker","entity":"w1","task":{}})"), "/payload/task"},
    {"AMoveToNowhere", Line("run_transitioned", R"({"machine":"run","from":"pending"})"), "payload must have to"},
    {"AStateThatIsNoId", Line("run_transitioned", R"({"machine":"run","from":"a b","to":"c"})"), "/payload/from"},
    {"AHashThatIsTooShort", Line("run_created", "{}", R"(,"leaf_hash":"00")"), "/leaf_hash: must be 64 hex digits"},
    {"AHashInUpperCase", Line("run_created", "{}", R"(,"content_salt":"ABABABABABABABABABABABABABABABAB")"),
     "in lower case"},
    {"ANegativePosition", R"({"event_type":"run_created","position":-1})", "/position: must be an integer from 0"},
    {"AnUnknownStatus", Line("step_completed", R"({"step_name":"edit","status":"done"})"), "/payload/status"},
    {"TwoObjects", Line("run_created", "{}") + "{}", "byte"},
    {"HalfALine", Line("run_created", "{}").substr(0, 60), "byte"},
};

class BadLineTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadLineTest, IsRefusedWithItsPlace) {
  EXPECT_THAT(Reread(GetParam().json), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(LogLineReader, BadLineTest, testing::ValuesIn(kBad),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals
