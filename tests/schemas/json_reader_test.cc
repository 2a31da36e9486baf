#include "schemas/json_reader.h"

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
using testing::StartsWith;

// What a command line became, as the writer shows it, or the message of its refusal.
std::string Reread(CommandReader& reader, std::string_view json) {
  capnp::MallocMessageBuilder message;
  const schema::Command::Builder command = message.initRoot<schema::Command>();
  const absl::Status status = reader.Read(json, command);
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(MessageOf(status));
  }
  JsonWriter out;
  out.BeginObject();
  EXPECT_TRUE(WriteFields(capnp::toDynamic(command.asReader()), out).ok());
  out.EndObject();
  return out.Take();
}

std::string Reread(std::string_view json) {
  CommandReader reader;
  return Reread(reader, json);
}

struct GoodCase {
  const char* name;
  std::string_view json;
  std::string_view fields;  // as WriteFields shows the command
};

constexpr GoodCase kGood[] = {
    {"EveryCommonField",
     R"({"command":"create_run","run_id":"r1","status":"pending","metadata":{"b":1,"a":[ ]},"actor":"Ann B","command_id":"c1",
         "expect_version":0,"dry_run":true,"override":{"operator":"op","reason":"why"},"sensitive":true})",
     R"({"actor":"Ann B","command_id":"c1","expect_version":0,"dry_run":true,"override":{"operator":"op","reason":"why"},)"
     R"("sensitive":true,"create_run":{"run_id":"r1","status":"pending","metadata":{"b":1,"a":[]}}})"},
    {"CommandKeyLast", R"({"run_id":"r1","metadata":{"command":"x","n":[{"command":1}]},"command":"create_run"})",
     R"({"dry_run":false,"sensitive":false,"create_run":{"run_id":"r1","metadata":{"command":"x","n":[{"command":1}]}}})"},
    {"CommandKeyEscaped", R"({"run_id":"r1","c\u006fmmand":"create\u005frun"})",
     R"({"dry_run":false,"sensitive":false,"create_run":{"run_id":"r1"}})"},
    {"NothingButTheCommand", R"({"command":"create_run"})", R"({"dry_run":false,"sensitive":false,"create_run":{}})"},
    {"ListOfIds",
     R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":["a","b.c"],"is_critical":true})",
     R"({"dry_run":false,"sensitive":false,)"
     R"("create_workstream":{"run_id":"r","ws_id":"w","depends_on":["a","b.c"],"is_critical":true}})"},
    {"EmptyList", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":[]})",
     R"({"dry_run":false,"sensitive":false,)"
     R"("create_workstream":{"run_id":"r","ws_id":"w","depends_on":[],"is_critical":false}})"},
    {"NumbersAndEnums",
     R"({"command":"finish_step","attempt_id":9223372036854775807,"status":"in_progress","exit_code":-9})",
     R"({"dry_run":false,"sensitive":false,)"
     R"("finish_step":{"attempt_id":9223372036854775807,"status":"in_progress","exit_code":-9}})"},
    {"Times",
     R"({"command":"record_step_attempt","run_id":"r","ws_id":"w","step_name":"s","status":"skipped",)"
     R"("started_at":"2026-11-20T22:16:25+01:00","completed_at":"2026-11-20"})",
     R"({"dry_run":false,"sensitive":false,"record_step_attempt":{"run_id":"r","ws_id":"w","step_name":"s",)"
     R"("status":"skipped","started_at":"2026-11-20T21:16:25.000000Z","completed_at":"2026-11-20T00:00:00.000000Z"}})"},
    {"EscapesInProse",
     R"({"command":"transition_run","run_id":"r","to":"paused","reason":"\ud83d\ude00 \"q\" \n\/ é"})",
     R"({"dry_run":false,"sensitive":false,"transition_run":{"run_id":"r","to":"paused","reason":"😀 \"q\" \n/ é"}})"},
    {"EmptyProse", R"({"command":"transition_run","run_id":"r","to":"paused","reason":""})",
     R"({"dry_run":false,"sensitive":false,"transition_run":{"run_id":"r","to":"paused","reason":""}})"},
    {"NoteWithoutRun", " \t\r\n{\"command\" : \"record_event\" , \"event_type\" : \"x\" , \"payload\" : { } } \n",
     R"({"dry_run":false,"sensitive":false,"record_event":{"event_type":"x","payload":{}}})"},
};

class GoodCommandTest : public testing::TestWithParam<GoodCase> {};

TEST_P(GoodCommandTest, IsRead) {
  EXPECT_EQ(Reread(GetParam().json), GetParam().fields);
}

INSTANTIATE_TEST_SUITE_P(CommandReader, GoodCommandTest, testing::ValuesIn(kGood),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadCase {
  const char* name;
  std::string_view json;
  std::string_view message;  // after "read the command: "
};

using namespace std::string_view_literals;

constexpr BadCase kBad[] = {
    // SPEC §9
    {"Empty", "", "byte 1: there is no value; the text is empty"},
    {"OnlySpace", " \n", "byte 3: there is no value; the text is empty"},
    {"NoObject", "[1]", "byte 1: must be an object, is an array"},
    {"NoValue", "hello", "byte 1: \"hello\" is no value of JSON"},
    {"ByteOrderMark", "\xef\xbb\xbf{}", "byte 1: the text starts with a byte order mark; leave it out"},
    {"NoCommand", R"({"run_id":"r"})", "byte 1: \"command\" is missing; give one of create_run, transition_run, "},
    {"NoCommandAndNoJson", R"({"run_id":"r",})", "byte 15, /run_id: expected a key in double quotes, found \"}\""},
    {"CommandIsNumber", R"({"command":7})", "byte 12, /command: must be a string, the name of a command"},
    {"CommandMisspelled", R"({"command":"create_rum"})",
     "byte 12, /command: unknown command \"create_rum\"; did you mean \"create_run\"?"},
    {"CommandUnknown", R"({"command":"explode"})",
     "byte 12, /command: unknown command \"explode\"; known: create_run, transition_run, create_workstream, "},
    {"CommandNone", R"({"command":"none"})", "byte 12, /command: unknown command \"none\"; "},
    {"FieldMisspelled", R"({"command":"create_run","stauts":"pending"})",
     "byte 25, /stauts: unknown field \"stauts\"; did you mean \"status\"?"},
    {"FieldInCamelCase", R"({"command":"create_run","runId":"r"})",
     "byte 25, /runId: unknown field \"runId\"; did you mean \"run_id\"?"},
    {"FieldOfAnotherCommand", R"({"command":"create_run","step_name":"s"})",
     "byte 25, /step_name: unknown field \"step_name\"; known: run_id, status, metadata, command, actor, "},
    {"FieldNamedLikeTheGroup", R"({"command":"create_run","body":{}})", "byte 25, /body: unknown field \"body\"; "},
    {"FieldUnknownInOverride", R"({"command":"create_run","override":{"operator":"o","raeson":"x"}})",
     "byte 52, /override/raeson: unknown field \"raeson\"; did you mean \"reason\"?"},
    {"RequiredMissing", R"({"command":"create_workstream","is_critical":true})",
     "byte 1: create_workstream must have run_id, ws_id"},
    {"RequiredMissingInOverride", R"({"command":"create_run","override":{"reason":"x"}})",
     "byte 36, /override: override must have operator"},
    {"KeyTwice", R"({"command":"create_run","run_id":"a","run_id":"a"})",
     "byte 38, /run_id: the key \"run_id\" is given twice"},
    {"KeyTwiceByEscape", R"({"command":"create_run","run_id":"a","run_\u0069d":"a"})",
     R"(byte 38, /run_\u0069d: the key "run_id" is given twice)"},
    {"CommandTwice", R"({"command":"create_run","command":"create_run"})",
     "byte 25, /command: the key \"command\" is given twice"},
    {"KeyTwiceInFreeJson", R"({"command":"create_run","metadata":{"a":1,"b":[{"c":1,"d":2,"\u0063":3}]}})",
     R"(byte 61, /metadata/b/0/\u0063: the key "c" is given twice)"},
    {"StringIsNumber", R"({"command":"create_run","run_id":7})", "byte 34, /run_id: must be a string, is a number"},
    {"StringIsNull", R"({"command":"create_run","run_id":null})",
     "byte 34, /run_id: must be a string, is null; leave the key out"},
    {"StringIsHalfNull", R"({"command":"create_run","run_id":nul})", "byte 34, /run_id: \"nul\" is no value of JSON"},
    {"StringIsMissing", R"({"command":"create_run","run_id":})", "byte 34, /run_id: expected a value, found \"}\""},
    {"ListIsString", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":"a"})",
     "byte 70, /depends_on: must be an array of strings, is a string"},
    {"ListOfNumbers", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":["a",2]})",
     "byte 75, /depends_on/1: must be a string, is a number"},
    {"ListOfBadIds", R"({"command":"create_workstream","run_id":"r","ws_id":"w","depends_on":["a b"]})",
     "byte 71, /depends_on/0: \"a b\" has \" \" at its byte 2; an id is 1 to 128 bytes of"},
    {"BoolIsString", R"({"command":"create_run","dry_run":"true"})",
     "byte 35, /dry_run: must be true or false, is a string"},
    {"BoolIsHalf", R"({"command":"create_run","dry_run":tru})", "byte 35, /dry_run: \"tru\" is no value of JSON"},
    {"BoolGluedToString", R"({"command":"create_run","dry_run":true"x"})",
     "byte 39, /dry_run: expected ',' or '}', found \"\\\"\""},
    {"MetadataIsArray", R"({"command":"create_run","metadata":[]})",
     "byte 36, /metadata: must be an object, is an array"},
    {"MetadataIsText", R"({"command":"create_run","metadata":"{}"})",
     "byte 36, /metadata: must be an object, is a string"},
    {"OverrideIsTrue", R"({"command":"create_run","override":true})",
     "byte 36, /override: must be an object, is a boolean"},
    {"NumberIsString", R"({"command":"create_run","expect_version":"1"})",
     "byte 42, /expect_version: must be an integer, is a string"},
    {"NumberHasFraction", R"({"command":"create_run","expect_version":1.0})",
     "byte 42, /expect_version: must be an integer from 0 to 9223372036854775807, is 1.0"},
    {"NumberHasExponent", R"({"command":"create_run","expect_version":1e3})",
     "byte 42, /expect_version: must be an integer from 0 to 9223372036854775807, is 1e3"},
    {"NumberNegative", R"({"command":"create_run","expect_version":-1})",
     "byte 42, /expect_version: must be an integer from 0 to 9223372036854775807, is -1"},
    {"NumberBeyond64Bits",
     R"({"command":"finish_step","status":"success","attempt_id":1,"exit_code":9223372036854775808})",
     "byte 72, /exit_code: must be an integer from -9223372036854775808 to 9223372036854775807, is "
     "9223372036854775808"},
    {"NumberFarBeyond", R"({"command":"finish_step","status":"success","attempt_id":99999999999999999999999})",
     "byte 58, /attempt_id: must be an integer from 0 to 9223372036854775807, is 99999999999999999999999"},
    {"NumberWithLeadingZero", R"({"command":"finish_step","attempt_id":01})",
     "byte 39, /attempt_id: \"01\" is no value of JSON"},
    {"NumberWithPlus", R"({"command":"finish_step","attempt_id":+1})",
     "byte 39, /attempt_id: \"+1\" is no value of JSON"},
    {"NumberIsMinus", R"({"command":"finish_step","attempt_id":-})", "byte 39, /attempt_id: \"-\" is no value of JSON"},
    {"NumberGluedToString", R"({"command":"finish_step","attempt_id":1"x":2})",
     "byte 40, /attempt_id: expected ',' or '}', found \"\\\"\""},
    {"EnumUnknown", R"({"command":"finish_step","attempt_id":1,"status":"done"})",
     "byte 50, /status: must be one of in_progress, success, failure, skipped, is \"done\""},
    {"EnumIsNumber", R"({"command":"finish_step","attempt_id":1,"status":1})",
     "byte 50, /status: must be a string, one of in_progress, success, failure, skipped, is a number"},
    {"TimeIsNoTime", R"({"command":"record_step_attempt","started_at":"2026-02-30"})",
     "byte 47, /started_at: \"2026-02-30\" is no time of ISO 8601; write it like 2026-11-20T21:16:25Z"},
    {"TimeIsNumber", R"({"command":"record_step_attempt","started_at":0})",
     "byte 47, /started_at: must be a string, a time like"},
    {"IdEmpty", R"({"command":"create_run","run_id":""})", "byte 34, /run_id: is empty; an id is 1 to 128 bytes of"},
    {"IdStartsWithDash", R"({"command":"create_run","run_id":"-x"})",
     "byte 34, /run_id: \"-x\" starts with '-'; an id is"},
    {"IdStartsWithDot", R"({"command":"create_run","run_id":".x"})",
     "byte 34, /run_id: \".x\" starts with '.'; an id is"},
    {"IdNotAscii", R"({"command":"create_run","run_id":"rué"})",
     "byte 34, /run_id: \"rué\" has \"é\" at its byte 3; an id is"},
    {"IdWithSlash", R"({"command":"create_run","run_id":"a\/b"})",
     "byte 34, /run_id: \"a/b\" has \"/\" at its byte 2; an id is"},
    {"LabelWithNewline", R"({"command":"create_run","actor":"a\nb"})",
     R"(byte 33, /actor: "a\nb" has "\n" at its byte 2; it must be one line)"},
    {"LabelWithC1Control", R"({"command":"create_run","actor":"a\u0085b"})",
     R"(byte 33, /actor: "a\u0085b" has "\u0085" at its byte 2; it must be one line)"},
    {"ProseWithNul", R"({"command":"transition_run","run_id":"r","reason":"a\u0000b"})",
     R"(byte 51, /reason: "a\u0000b" has "\u0000" at its byte 2; it must be)"},
    {"TrailingText", R"({"command":"create_run"} x)", "byte 26: expected nothing after the value, found \"x\""},
    {"TwoObjects", R"({"command":"create_run"}{})", "byte 25: expected nothing after the value, found \"{\""},
    {"TrailingNul", "{\"command\":\"create_run\"}\0"sv, "byte 25: expected nothing after the value, found \"\\u0000\""},
    {"NulInString", "{\"command\":\"create_run\",\"run_id\":\"a\0b\"}"sv,
     "byte 36, /run_id: a string holds the bare control character \"\\u0000\"; write it as \\u0000"},
    {"TabInString", "{\"command\":\"create_run\",\"actor\":\"a\tb\"}",
     "byte 35, /actor: a string holds the bare control character \"\\t\"; write it as \\u0009"},
    {"TrailingComma", R"({"command":"create_run",})",
     "byte 25, /command: expected a key in double quotes, found \"}\""},
    {"NoColon", R"({"command":"create_run","run_id" "r"})", "byte 34, /run_id: expected ':', found \"\\\"\""},
    {"NoComma", R"({"command":"create_run" "run_id":"r"})", "byte 25, /command: expected ',' or '}', found \"\\\"\""},
    {"SingleQuotes", R"({'command':'create_run'})", "byte 2: expected a key in double quotes, found \"'\""},
    {"ForgottenQuote", R"({"command":"create_run,"run_id":"r"})",
     "byte 25, /command: expected ',' or '}', found \"r\""},
    {"NeverClosedString", R"({"command":"create_run)", "byte 12, /command: this string is never closed"},
    {"NeverClosedObject", R"({"command":"create_run")", "byte 24, /command: the text ends inside an object"},
    {"WrongBracket", R"({"command":"create_run","metadata":{"a":[1}})",
     "byte 43, /metadata/a/0: expected ',' or ']', found \"}\""},
    {"Comment", R"({"command":"create_run"/**/})", "byte 24, /command: expected ',' or '}', found \"/\""},
    {"BadEscape", R"({"command":"create_run","actor":"a\qb"})", "byte 35, /actor: \"q\" cannot follow a backslash"},
    {"BadHex", R"({"command":"create_run","actor":"a\u12g4"})", "byte 35, /actor: \\u needs four hex digits"},
    {"LoneHighSurrogate", R"({"command":"create_run","actor":"\ud83d x"})",
     "byte 34, /actor: \\u needs four hex digits, and"},
    {"LoneLowSurrogate", R"({"command":"create_run","actor":"\ude00"})",
     "byte 34, /actor: \\u needs four hex digits, and"},
    {"SurrogatesReversed", R"({"command":"create_run","actor":"\ude00\ud83d"})",
     "byte 34, /actor: \\u needs four hex digits, and"},
    {"LoneSurrogateInFreeJson", R"({"command":"create_run","metadata":{"a":["\ud83d"]}})",
     "byte 43, /metadata/a/0: \\u needs four hex digits, and"},
    {"BadUtf8InValue", "{\"command\":\"create_run\",\"actor\":\"a\xff\"}", "byte 35, /actor: not valid UTF-8"},
    {"BadUtf8InKey", "{\"command\":\"create_run\",\"a\xc3(\":1}", "byte 27: not valid UTF-8"},
    {"OverlongUtf8", "{\"command\":\"create_run\",\"actor\":\"\xc0\xaf\"}", "byte 34, /actor: not valid UTF-8"},
    {"SurrogateInUtf8", "{\"command\":\"create_run\",\"actor\":\"\xed\xa0\x80\"}", "byte 34, /actor: not valid UTF-8"},
    {"BadUtf8AfterTheObject", "{\"command\":\"create_run\"}\x80", "byte 25: not valid UTF-8"},
    {"BadNumberInFreeJson", R"({"command":"create_run","metadata":{"a":1.}})",
     "byte 41, /metadata/a: \"1.\" is no value of JSON"},
    {"NanInFreeJson", R"({"command":"create_run","metadata":{"a":NaN}})",
     "byte 41, /metadata/a: \"NaN\" is no value of JSON"},
    {"NoJsonIsSaidFirst", R"({"command":"create_run","run_id":7,"stauts":tru})",
     "byte 45, /stauts: \"tru\" is no value of JSON"},
    {"PointerEscapes", R"({"command":"create_run","metadata":{"a/b~c":tru}})",
     "byte 45, /metadata/a~1b~0c: \"tru\" is no value of JSON"},
};

class BadCommandTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadCommandTest, IsRefusedWithByteAndReason) {
  EXPECT_THAT(Reread(GetParam().json), StartsWith(fmt::format("read the command: {}", GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(CommandReader, BadCommandTest, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

constexpr std::string_view kValid =
    R"({"command":"record_step_attempt","run_id":"r","ws_id":"w","step_name":"s","status":"success","dry_run":true,)"
    R"("started_at":"2026-11-20","exit_code":-12,"result":{"a\n\u00e9":[1.5e3,true,null,{}],"b":"x"},"override":)"
    R"({"operator":"o","reason":"\ud83d\ude00"}})";

TEST(CommandReader, RefusesEveryTruncation) {
  CommandReader reader;
  const std::string valid(kValid);
  ASSERT_THAT(Reread(reader, valid), StartsWith("{"));
  for (size_t size = 0; size < valid.size(); ++size) {
    EXPECT_THAT(Reread(reader, valid.substr(0, size)), StartsWith("read the command: byte ")) << size;
  }
}

TEST(CommandReader, RefusesEveryByteThatIsNoUtf8AndNamesIt) {
  CommandReader reader;
  const std::string valid(kValid);
  for (size_t at = 0; at < valid.size(); ++at) {
    std::string damaged = valid;
    damaged[at] = '\xff';
    const std::string message = Reread(reader, damaged);
    EXPECT_THAT(message, StartsWith(fmt::format("read the command: byte {}", at + 1))) << at;
    EXPECT_THAT(message, HasSubstr("not valid UTF-8")) << at;
  }
}

TEST(CommandReader, NeverCrashesOnAnyByteAnywhere) {
  CommandReader reader;
  const std::string valid(kValid);
  for (size_t at = 0; at < valid.size(); ++at) {
    for (int byte = 0; byte < 256; byte += 1 + byte % 3) {
      std::string damaged = valid;
      damaged[at] = static_cast<char>(byte);
      const std::string result = Reread(reader, damaged);
      EXPECT_TRUE(result.starts_with('{') || result.starts_with("read the command: byte ")) << result;
    }
  }
}

TEST(CommandReader, ReadsOnAfterRefusalsAndAcrossSizes) {
  CommandReader reader;
  const std::string small = R"({"command":"create_run","run_id":"r1"})";
  for (const size_t size : {10, 4000, 4096, 5000, 100'000, 20}) {
    const std::string pad(size, 'x');
    const std::string json = fmt::format(R"({{"command":"create_run","run_id":"r1","metadata":{{"pad":"{}"}}}})", pad);
    EXPECT_THAT(Reread(reader, json), HasSubstr(pad + "\"}}}"));
    EXPECT_THAT(Reread(reader, pad), StartsWith("read the command: byte 1: "));
    EXPECT_THAT(Reread(reader, small), HasSubstr(R"("create_run":{"run_id":"r1"}})"));
  }
}

TEST(CommandReader, RefusesIdsAndLabelsThatAreTooLong) {
  const auto with = [](std::string_view key, size_t size) {
    return Reread(fmt::format(R"({{"command":"create_run","{}":"{:x>{}}"}})", key, "", size));
  };
  EXPECT_THAT(with("run_id", 128), StartsWith("{"));
  EXPECT_THAT(with("run_id", 129), HasSubstr("/run_id: is 129 bytes long; an id is 1 to 128 bytes"));
  EXPECT_THAT(with("actor", 512), StartsWith("{"));
  EXPECT_THAT(with("actor", 513), HasSubstr("/actor: is 513 bytes long; it must be one line of 1 to 512 bytes"));
}

TEST(CommandReader, RefusesFreeJsonAndProseOverOneMebibyteWithItsSize) {
  const auto metadata = [](size_t size) {  // {"a":"xx"} of `size` bytes once the space is gone
    return Reread(fmt::format(R"({{"command":"create_run","metadata":{{ "a": "{:x>{}}"}} }})", "", size - 8));
  };
  EXPECT_THAT(metadata(kMaxContentBytes), StartsWith("{"));
  EXPECT_THAT(metadata(kMaxContentBytes + 1),
              HasSubstr("byte 36, /metadata: is 1048577 bytes when minified; at most 1048576 are kept"));
  const auto reason = [](size_t size) {
    return Reread(fmt::format(R"({{"command":"transition_run","run_id":"r","reason":"{:x>{}}"}})", "", size));
  };
  EXPECT_THAT(reason(kMaxContentBytes), StartsWith("{"));
  EXPECT_THAT(reason(kMaxContentBytes + 1), HasSubstr("/reason: is 1048577 bytes long; it must be at most 1048576"));
}

TEST(CommandReader, RefusesALineOverItsLimitUnread) {
  EXPECT_EQ(Reread(std::string(kMaxCommandBytes + 1, ' ')),
            "read the command: it is 16777217 bytes long; at most 16777216 are read");
}

TEST(CommandReader, RefusesDeepNestingWithoutOverflow) {
  const std::string head = R"({"command":"create_run","metadata":{"a":)";
  const auto nested = [&](size_t depth) {
    return Reread(head + std::string(depth, '[') + std::string(depth, ']') + "}}");
  };
  EXPECT_THAT(nested(kMaxJsonDepth - 1), StartsWith("{"));
  EXPECT_THAT(nested(kMaxJsonDepth), StartsWith("read the command: byte 1064, /metadata/a/0/0"));
  EXPECT_THAT(nested(kMaxJsonDepth), HasSubstr("…: nested deeper than 1024 levels"));
  EXPECT_THAT(nested(1'000'000), HasSubstr("nested deeper than 1024 levels"));
  EXPECT_THAT(Reread(std::string(1'000'000, '[')), HasSubstr("…: the text ends inside an array"));
  EXPECT_THAT(Reread(head + std::string(1'000'000, '{')),
              StartsWith("read the command: byte 42, /metadata/a: expected a key"));
}

TEST(CommandReader, KeepsTheMessageShortWhateverTheInput) {
  const std::string letters(100'000, 'k');
  const std::string digits(100'000, '1');
  EXPECT_LT(Reread(fmt::format(R"({{"command":"create_run","{}":1}})", letters)).size(), 700u);
  EXPECT_LT(Reread(fmt::format(R"({{"command":"{}"}})", letters)).size(), 700u);
  EXPECT_LT(Reread(fmt::format(R"({{"command":"finish_step","attempt_id":{}}})", digits)).size(), 700u);
}

}  // namespace
}  // namespace annals
