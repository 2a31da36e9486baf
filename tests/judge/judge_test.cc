// The judge is judged: it accepts a history that can have been so, and of each that cannot says why.
#include "tests/judge/judge.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace annals::judge {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Two clients on run r, which was there: the one makes and moves a, the other repeats, is refused, conflicts.
constexpr std::string_view kHistory =
    "call 10 1 0 k1 create r a - -\n"
    "return 20 1 0 done 2 2 - 0\n"
    "call 30 1 1 k2 move r a ready 2\n"
    "call 35 2 0 k3 move r a done -\n"
    "return 40 1 1 done 3 3 ready 0\n"
    "return 45 2 0 refused 4 0 - 0\n"
    "call 50 2 1 k4 note r - seen 2\n"
    "return 55 2 1 version_conflict 0 3 - 0\n"
    "call 60 2 2 k5 move r b ready -\n"
    "return 65 2 2 not_found 0 0 - 0\n"
    "call 66 3 0 l1 look r a - -\n"
    "return 67 3 0 seen 4 3 ready 0\n"
    "call 68 3 1 l2 look r b - -\n"
    "return 69 3 1 seen 0 0 - 0\n"
    "call 70 1 2 k6 note r - seen -\n"  // killed, and asked again: it had been done
    "call 90 1 3 k6 note r - seen -\n"
    "return 95 1 3 done 5 4 - 1\n"
    "call 92 2 3 k6 note r - other -\n"
    "return 98 2 3 key_conflict 0 0 - 0\n"
    "call 99 1 4 k7 note r - seen -\n"  // never heard of, never done
    "call 99 2 4 k8 note r - seen -\n"
    "return 110 2 4 locked 0 0 - 0\n";

// Position, stream, version, type, workstream, key, from, to.
constexpr std::string_view kLog =
    "1 run/r 1 run_created - k0 - -\n"
    "2 run/r 2 workstream_created a k1 - -\n"
    "3 run/r 3 workstream_transitioned a k2 pending ready\n"
    "4 refused/run/r 1 command_refused a k3 ready done\n"
    "5 run/r 4 seen - k6 - -\n";

// The log as it is printed.
std::string Printed(const std::string& log) {
  std::istringstream in(log);
  std::string position, stream, version, type, ws, key, from, to, json;
  const auto text = [](const std::string& word) { return word == "-" ? "null" : '"' + word + '"'; };
  while (in >> position >> stream >> version >> type >> ws >> key >> from >> to) {
    json += "{\"position\":" + position + ",\"stream\":" + text(stream) + ",\"version\":" + version +
            ",\"event_type\":" + text(type) + ",\"ws_id\":" + text(ws) + ",\"command_id\":" + text(key) +
            ",\"payload\":{\"from\":" + text(from) + ",\"to\":" + text(to) + "}}\n";
  }
  return json;
}

std::vector<std::string> Judged(const std::string& history_text, const std::string& log) {
  std::vector<Attempt> history;
  ReadHistory(history_text, history);
  return Judge(history, ReadLog(Printed(log)), 1);
}

// `text` with a part of it changed, which must be there.
std::string Changed(std::string_view text, std::string_view what, std::string_view into) {
  std::string changed(text);
  const size_t found = changed.find(what);
  EXPECT_NE(found, std::string::npos) << what;
  return found == std::string::npos ? changed : changed.replace(found, what.size(), into);
}

TEST(Judge, AcceptsWhatCanHaveBeenSo) {
  EXPECT_THAT(Judged(std::string(kHistory), std::string(kLog)), IsEmpty());
}

struct BadCase {
  const char* name;
  const char* history;  // what is replaced in the history, by
  const char* by;
  const char* log;  // and in the log, by
  const char* log_by;
  const char* complaint;
};

class BadHistoryTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadHistoryTest, IsRejectedWithTheReason) {
  const BadCase& bad = GetParam();
  EXPECT_THAT(Judged(Changed(kHistory, bad.history, bad.by), Changed(kLog, bad.log, bad.log_by)),
              Contains(HasSubstr(bad.complaint)));
}

constexpr BadCase kBad[] = {
    {"LostWrite", "", "", "5 run/r 4 seen - k6 - -\n", "",
     "note seen in run r, key k6 (client 1, attempt 3) was acknowledged at 5, where the log has nothing"},
    {"LostWriteWithAnotherInItsPlace", "", "", "5 run/r 4 seen - k6 - -", "5 run/r 4 seen - k7 - -",
     "was acknowledged where something else stands: event 5 (seen in run/r, key k7)"},
    {"LostRefusal", "return 45 2 0 refused 4 0 - 0\n", "return 45 2 0 refused 6 0 - 0\n", "", "",
     "was acknowledged at 6, where the log has nothing"},
    {"DuplicatedEffect", "", "", "k6 - -\n", "k6 - -\n6 run/r 5 seen - k6 - -\n",
     "event 6 (seen in run/r, key k6) has the key of event 5"},
    {"DoneFirstByTwo", "call 70 1 2 k6 note r - seen -\n",
     "call 70 1 2 k6 note r - seen -\nreturn 71 1 2 done 5 4 - 0\ncall 72 4 0 k6 note r - seen -\n"
     "return 73 4 0 done 5 4 - 0\n",
     "", "", "event 5 (seen in run/r, key k6) was done first by two"},
    {"ARepeatOfNothing", "call 70 1 2 k6 note r - seen -\n", "", "", "", "was done by nobody"},
    {"DoneThoughLocked", "", "", "k6 - -\n", "k6 - -\n6 run/r 5 seen - k8 - -\n",
     "event 6 (seen in run/r, key k8) was done by nobody"},
    {"PhantomEvent", "", "", "k6 - -\n", "k6 - -\n6 run/r 5 seen - k99 - -\n",
     "event 6 (seen in run/r, key k99) was asked for by nobody"},
    {"PhantomEventWithoutAKey", "", "", "k6 - -\n", "k6 - -\n6 run/r 5 seen - - - -\n", "was asked for by nobody"},
    {"AnotherEffect", "", "", "5 run/r 4 seen", "5 run/r 4 unseen", "is not what was asked for with that key"},
    {"AnotherState", "", "", "k2 pending ready", "k2 pending editing", "is not what was asked for with that key"},
    {"AnotherStream", "", "", "5 run/r 4", "5 run/s 1", "is not what was asked for with that key"},
    {"VersionGap", "", "", "5 run/r 4", "5 run/r 5", "has version 5, not 4"},
    {"PositionGap", "", "", "5 run/r 4", "6 run/r 4", "stands at place 5"},
    {"WrongVersionTold", "return 20 1 0 done 2 2", "return 20 1 0 done 2 3", "", "", "was told version 3, it is 2"},
    {"WrongStateTold", "done 3 3 ready", "done 3 3 done", "", "", "was told state done, it is ready"},
    {"RefusalToldAsDone", "refused 4 0 - 0", "done 4 1 done 0", "", "", "was answered as what it was not"},
    {"AnswerOfAnotherCommand", "call 90 1 3 k6 note r - seen -", "call 90 1 3 k6 note r - seen 3", "", "",
     "was given the answer of another command"},
    {"DoneBeforeItWasCalled", "call 90 1 3 k6 note r - seen -\nreturn 95 1 3",
     "call 60 1 3 k6 note r - seen -\nreturn 65 1 3", "", "", "key k6) was called"},
    {"DoneAtAnotherVersion", "k2 move r a ready 2", "k2 move r a ready 1", "", "", "expected version 1, it was 2"},
    {"WrongConflict", "k4 note r - seen 2\nreturn 55 2 1 version_conflict 0 3",
     "k4 note r - seen 3\nreturn 55 2 1 version_conflict 0 3", "", "", "was answered 'version conflict'"},
    {"ConflictWithoutAnExpectation", "k4 note r - seen 2", "k4 note r - seen -", "", "", "'version conflict'"},
    {"ConflictOfTheFuture", "version_conflict 0 3", "version_conflict 0 4", "", "", "'version conflict'"},
    {"StaleConflict", "k4 note r - seen 2\nreturn 55 2 1 version_conflict 0 3",
     "k4 note r - seen 3\nreturn 55 2 1 version_conflict 0 2", "", "", "at no moment of which that was right"},
    {"StaleNotFound", "k5 move r b ready", "k5 move r a ready", "", "", "was answered 'not found'"},
    {"NotFoundOfANote", "k5 move r b ready", "k5 note r - seen", "", "", "was answered 'not found'"},
    {"StaleKey", "key_conflict", "not_found", "", "", "was answered 'not found'"},
    {"KeyConflictOfTheSameCommand", "k6 note r - other", "k6 note r - seen", "", "",
     "was answered 'the key is another command's'"},
    {"KeyConflictOfANewKey", "k6 note r - other", "k9 note r - other", "", "", "'the key is another command's'"},
    {"StaleRead", "seen 4 3 ready", "seen 2 2 pending", "", "",
     "look a in run r, key l1 (client 3, attempt 0) was answered 'so it is'"},
    {"ReadOfTheFuture", "return 67 3 0 seen 4 3", "return 67 3 0 seen 6 3", "", "", "was answered 'so it is'"},
    {"ReadOfTwoMoments", "seen 4 3 ready", "seen 4 2 ready", "", "", "was answered 'so it is'"},
    {"ReadOfAnotherState", "seen 4 3 ready", "seen 4 3 pending", "", "", "was answered 'so it is'"},
    {"StaleReadOfAStateAlone", "look r b - -\nreturn 69 3 1 seen 0 0 -", "look r a - -\nreturn 69 3 1 seen 0 0 pending",
     "", "", "was answered 'so it is'"},
    {"ReadOfNothingWhereSomethingIs", "look r b", "look r a", "", "", "was answered 'so it is'"},
    {"ALookThatLeavesAnEvent", "", "", "k6 - -\n", "k6 - -\n6 run/r 5 seen a l1 - -\n",
     "is not what was asked for with that key"},
    // What was seen later is older than what was seen before, though each could have been so by itself.
    {"SightsGoBack", "return 95 1 3 done 5 4 - 1\n",
     "return 105 1 3 done 5 4 - 1\ncall 75 4 0 k10 note r - seen 9\nreturn 76 4 0 version_conflict 0 4 - 0\n"
     "call 77 4 1 k11 note r - seen 9\nreturn 80 4 1 version_conflict 0 3 - 0\n",
     "", "", "key k11 (client 4, attempt 1) was answered 'version conflict'"},
    {"UnlawfulMove", "k2 move r a ready 2\n", "k2 move r a editing 2\n", "k2 pending ready", "k2 pending editing",
     "made the move from pending to editing"},
    {"UnlawfulRefusal", "k3 move r a done", "k3 move r a editing", "k3 ready done", "k3 ready editing",
     "refused the move from ready to editing"},
    {"StaleRefusal", "", "", "k3 ready done", "k3 pending done", "found it pending, it was ready"},
    {"CreatedTwice", "k6 note r - seen -\ncall 90 1 3 k6 note r - seen -",
     "k6 create r a - -\ncall 90 1 3 k6 create r a - -", "4 seen - k6", "4 workstream_created a k6",
     "created what was there"},
    {"RefusedToCreate", "k3 move r a done -", "k3 create r b - -", "command_refused a k3 ready done",
     "command_refused b k3 - -", "refused to create what was not there"},
    {"MovedNothing", "k3 move r a done -", "k3 move r b done -", "command_refused a k3", "command_refused b k3",
     "moved what was not there"},
    {"RefusedNote", "k3 move r a done -", "k3 note r - seen -", "command_refused a k3 ready done",
     "command_refused - k3 - -", "refused a note"},
};

INSTANTIATE_TEST_SUITE_P(Judge, BadHistoryTest, testing::ValuesIn(kBad),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Judge, LetsWhatNobodyHeardOfHappenOnceOrNever) {
  EXPECT_THAT(Judged(std::string(kHistory), std::string(kLog) + "6 run/r 5 seen - k7 - -\n"), IsEmpty());
}

TEST(Judge, LetsCallsThatOverlapTakeEffectInEitherOrder) {
  const std::string history =
      "call 10 1 0 k1 note r - seen -\ncall 11 2 0 k2 note r - seen -\n"
      "return 20 1 0 done 3 3 - 0\nreturn 21 2 0 done 2 2 - 0\n";
  EXPECT_THAT(Judged(history, "1 run/r 1 run_created - k0 - -\n2 run/r 2 seen - k2 - -\n3 run/r 3 seen - k1 - -\n"),
              IsEmpty());
}

TEST(Judge, RejectsAnOrderThatIsNotTheOneOfTime) {
  const std::string history =
      "call 10 1 0 k1 note r - seen -\nreturn 20 1 0 done 3 3 - 0\n"
      "call 21 2 0 k2 note r - seen -\nreturn 30 2 0 done 2 2 - 0\n";
  EXPECT_THAT(Judged(history, "1 run/r 1 run_created - k0 - -\n2 run/r 2 seen - k2 - -\n3 run/r 3 seen - k1 - -\n"),
              ElementsAre("event 3 (seen in run/r, key k1) had returned before event 2 (seen in run/r, key k2) was "
                          "called"));
}

TEST(Judge, KnowsThatWhatWasThereWasThere) {
  EXPECT_THAT(Judged("", ""), ElementsAre("events are gone that were there when the clients began"));
  EXPECT_THAT(Judged("call 10 1 0 k1 note r - seen 5\nreturn 20 1 0 version_conflict 0 0 - 0\n",
                     "1 run/r 1 run_created - k0 - -\n"),
              ElementsAre(HasSubstr("was answered 'version conflict'")));
}

TEST(Judge, SharesNoCodeWithTheEngine) {
  int includes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ANNALS_SOURCE_DIR "/tests/judge")) {
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include \"")) continue;
      EXPECT_THAT(line, StartsWith("#include \"tests/judge/")) << entry.path();
      ++includes;
    }
  }
  EXPECT_GT(includes, 0);
}

TEST(History, ReadsBackWhatWasWritten) {
  std::vector<Attempt> history;
  ReadHistory(kHistory, history);
  ASSERT_EQ(history.size(), 12u);
  EXPECT_EQ(CallLine(history[1]), "call 30 1 1 k2 move r a ready 2\n");
  EXPECT_EQ(ReturnLine(history[1]), "return 40 1 1 done 3 3 ready 0\n");
  EXPECT_EQ(ReturnLine(history[9]), "return 98 2 3 key_conflict 0 0 - 0\n");
  EXPECT_EQ(Describe(history[1]), "move a to ready in run r, expecting version 2, key k2 (client 1, attempt 1)");
}

TEST(History, TakesATornLastLineForNothing) {
  const std::string_view whole = "call 10 1 0 k1 create r a - -\nreturn 20 1 0 done 2 2 - 0\n";
  for (size_t length = 0; length <= whole.size(); ++length) {
    std::vector<Attempt> history;
    ReadHistory(whole.substr(0, length), history);
    EXPECT_EQ(history.size(), length < 30 ? 0u : 1u) << length;
    EXPECT_EQ(!history.empty() && history[0].answer, length == whole.size()) << length;
  }
}

TEST(History, RefusesALineThatIsNone) {
  for (const char* const line : {"call 10 1 0 k1 create r a -\n", "call 10 1 0 k1 destroy r a - -\n", "shout 10 1 0\n",
                                 "return 20 1 0 done 2 2 - 0\n", "\n"}) {
    std::vector<Attempt> history;
    EXPECT_THROW(ReadHistory(line, history), std::runtime_error) << line;
  }
}

}  // namespace
}  // namespace annals::judge
