#include "schemas/json_text.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

using testing::HasSubstr;

std::string Minified(std::string_view json) {
  const absl::StatusOr<std::string> minified = MinifyJsonObject(json);
  return minified.ok() ? *minified : std::string(MessageOf(minified.status()));
}

struct MinifyCase {
  const char* name;
  std::string_view json;
  std::string_view minified;
};

constexpr MinifyCase kMinified[] = {
    {"NoSpace", " { \"a\" : [ 1 , true , false , null , { } , [ ] , \"x y\" ] } ",
     R"({"a":[1,true,false,null,{},[],"x y"]})"},
    {"NumbersKeepTheirText", R"({"n":[1.0,1e400,-0,0.10E+2,12345678901234567890123,-1.5e-3]})",
     R"({"n":[1.0,1e400,-0,0.10E+2,12345678901234567890123,-1.5e-3]})"},
    {"KeysKeepTheirOrder", R"({"b":1,"a":2,"":3})", R"({"b":1,"a":2,"":3})"},
    {"StringsAreEscapedAnew", R"({"\u00e9\/":"\u000A\u0001\u001F\u007f\"\\\b\f\r\t\u0000\ud83d\ude00"})",
     "{\"é/\":\"\\n\\u0001\\u001f\x7f\\\"\\\\\\b\\f\\r\\t\\u0000😀\"}"},
    {"SameKeyAtOtherPlaces", R"({"a":{"a":[{"a":1},{"a":1}]},"b":{"a":1}})",
     R"({"a":{"a":[{"a":1},{"a":1}]},"b":{"a":1}})"},
    {"NoObject", R"("text")", "read the JSON: byte 1: must be an object, is a string"},
    {"Trailing", "{} {}", "read the JSON: byte 4: expected nothing after the value, found \"{\""},
    {"Twice", R"({"a":{"x":1,"\u0078":2}})", R"(read the JSON: byte 13, /a/\u0078: the key "x" is given twice)"},
    {"Unclosed", R"({"a":[1,2})", "read the JSON: byte 10, /a/1: expected ',' or ']', found \"}\""},
    {"LeadingZero", R"({"a":[00]})", "read the JSON: byte 7, /a/0: \"00\" is no value of JSON"},
    {"CommaInEmptyArray", R"({"a":[,]})", "read the JSON: byte 7, /a/0: expected a value, found \",\""},
};

class MinifyTest : public testing::TestWithParam<MinifyCase> {};

TEST_P(MinifyTest, GivesTheOneFormOrTheReason) {
  EXPECT_EQ(Minified(GetParam().json), GetParam().minified);
}

INSTANTIATE_TEST_SUITE_P(MinifyJsonObject, MinifyTest, testing::ValuesIn(kMinified),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(MinifyJsonObject, FindsAKeyGivenTwiceAmongManyWithoutComparingEachWithEach) {
  std::string json = "{";
  for (int i = 0; i < 200'000; ++i) json += fmt::format("\"k{}\":0,", i);
  EXPECT_EQ(Minified(json + "\"z\":0}").substr(0, 9), "read the ");  // over the limit
  json.resize(json.find("\"k50000\""));
  EXPECT_EQ(Minified(json + "\"z\":0}"), json + "\"z\":0}");
  EXPECT_THAT(Minified(json + "\"k7\":0}"),
              HasSubstr(fmt::format("byte {}, /k7: the key \"k7\" is given twice", json.size() + 1)));
}

// Any text survives the writer and the reader, and minifying twice is minifying once.
TEST(MinifyJsonObject, ChangesNothingThatTheWriterWrote) {
  EXPECT_TRUE(rc::check([](const std::string& bytes, double number, int64_t integer) {
    std::string text;
    for (const char c : bytes) text += static_cast<char>(c & 0x7f);
    JsonWriter out;
    out.BeginObject().Key(text).BeginArray().String(text + "é").Double(number).Int(integer).EndArray().EndObject();
    RC_ASSERT(Minified(out.text()) == out.text());
  }));
}

}  // namespace
}  // namespace annals
