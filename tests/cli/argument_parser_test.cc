#include "cli/argument_parser.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Values {
  bool flag = false;
  std::string place;
  std::optional<std::string> second;
  std::optional<std::string> text;
  std::optional<std::string> status;
  std::optional<int64_t> number;
  std::optional<TimeExpression> time;
  std::vector<std::string> list;
};

std::vector<Argument> ArgumentsOf(Values& values) {
  return {Place("PLACE", &values.place, "the place"),
          Place("SECOND", &values.second, "another place"),
          Flag("-f,--flag", &values.flag, "a flag"),
          Option("--text", "TEXT", &values.text, "a text"),
          OneOf({"open", "closed"}, Option("--status", "S", &values.status, "a status")),
          Option("--number", "N", &values.number, "a number"),
          Option("--since", "TIME", &values.time, "a time"),
          Option("--list", "A,B", &values.list, "a list")};
}

Values Parsed(const std::vector<std::string>& words) {
  Values values;
  const auto outcome = ParseArguments(ArgumentsOf(values), words);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  return values;
}

std::string Fault(const std::vector<std::string>& words) {
  Values values;
  const auto outcome = ParseArguments(ArgumentsOf(values), words);
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status())) << outcome.status();
  return std::string(MessageOf(outcome.status()));
}

TEST(ArgumentParser, ReadsEveryKindInAnyOrder) {
  const Values values = Parsed({"--number", "-7", "p", "-f", "--text=a=b", "q", "--list", "a,b", "--since",
                                "2026-11-20T10:00:00+02:00", "--list", "c"});
  EXPECT_EQ(values.place, "p");
  EXPECT_EQ(values.second, "q");
  EXPECT_TRUE(values.flag);
  EXPECT_EQ(values.text, "a=b");
  EXPECT_EQ(values.number, -7);
  EXPECT_EQ(FormatTimestamp(values.time->At({})), "2026-11-20T08:00:00.000000Z");
  EXPECT_THAT(values.list, ElementsAre("a", "b", "c"));
}

TEST(ArgumentParser, TakesTextAsItIs) {
  for (const std::string text : {"", " ", "-", "--text", "[a,b]", "{\"a\":1}", "@file", "a b", "ä", "%d", "'\"\\"}) {
    EXPECT_EQ(Parsed({"p", "--text", text}).text, text);
    EXPECT_EQ(Parsed({"p", "--text=" + text}).text, text);
  }
}

TEST(ArgumentParser, ADashAloneIsAPlace) {
  EXPECT_EQ(Parsed({"-"}).place, "-");
}

TEST(ArgumentParser, AfterTwoDashesEverythingIsAPlace) {
  EXPECT_EQ(Parsed({"--", "--flag"}).place, "--flag");
}

TEST(ArgumentParser, HelpBeatsEveryFault) {
  for (const char* help : {"-h", "--help"}) {
    Values values;
    const auto outcome = ParseArguments(ArgumentsOf(values), {"--number", "1", help});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(*outcome, ParseOutcome::kHelp);
  }
}

TEST(ArgumentParser, SaysWhatIsWrongWithWhichArgument) {
  EXPECT_THAT(Fault({}), HasSubstr("PLACE is missing: the place"));
  EXPECT_THAT(Fault({"p", "--txet", "x"}),
              HasSubstr("\"--txet\" is no option of this command; did you mean \"--text\"?"));
  EXPECT_THAT(Fault({"p", "q", "r"}), HasSubstr("\"r\" is one word too many"));
  EXPECT_THAT(Fault({"p", "--number", "x1"}), HasSubstr("--number: \"x1\" is no whole number"));
  EXPECT_THAT(Fault({"p", "--number", "99999999999999999999"}), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(Fault({"p", "--status", "opne"}), HasSubstr("--status: \"opne\" is not one of its values"));
  EXPECT_THAT(Fault({"p", "--since", "tomorrow"}), HasSubstr("--since: "));
  EXPECT_THAT(Fault({"p", "--text"}), HasSubstr("--text"));
  EXPECT_THAT(Fault({"p", "--text", "a", "--text", "b"}), HasSubstr("--text"));
  EXPECT_THAT(Fault({"p", "--flag=maybe"}), HasSubstr("--flag"));
}

TEST(ArgumentParser, WhatStandsBehindTwoDashesIsNotRead) {
  std::vector<std::string> rest;
  std::optional<std::string> text;
  const std::vector<Argument> arguments = {Option("--text", "TEXT", &text, "a text"),
                                           Rest("COMMAND", &rest, "what to run")};
  const std::vector<std::string> behind = {"make", "--help", "--text", "x", "[a,b]", "", "--", "-j2"};
  std::vector<std::string> words = {"--text", "t", "--"};
  words.insert(words.end(), behind.begin(), behind.end());
  const auto outcome = ParseArguments(arguments, words);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(text, "t");
  EXPECT_EQ(rest, behind);
}

TEST(ArgumentParser, NothingBehindTwoDashesIsAFault) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"--"}}) {
    std::vector<std::string> rest;
    const auto outcome = ParseArguments({Rest("COMMAND", &rest, "what to run")}, words);
    EXPECT_TRUE(absl::IsInvalidArgument(outcome.status())) << outcome.status();
    EXPECT_THAT(rest, IsEmpty());
  }
}

}  // namespace
}  // namespace annals
