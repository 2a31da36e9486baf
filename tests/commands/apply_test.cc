#include "commands/apply.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "schemas/json_text.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A text as a source, that fails where it ends if so asked.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, absl::Status end = absl::OkStatus())
      : text_(std::move(text)), end_(std::move(end)) {}
  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    const size_t count = std::min(size, text_.size() - at_);
    if (count == 0 && !end_.ok()) return end_;
    std::memcpy(out, text_.data() + at_, count);
    at_ += count;
    return count;
  }
  bool WouldWait() override { return false; }
  void Interrupt() override {}

 private:
  std::string text_;
  absl::Status end_;
  size_t at_ = 0;
};

std::string Lines(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

class ApplyTest : public EngineFixture {
 protected:
  absl::StatusOr<ApplyReport> Try(ByteSource& source, const ApplyOptions& options) {
    answers_.clear();
    return Apply(
        storage(), session_.engine(), session_.clock(), source, options,
        [&](uint64_t line, const Answer& answer) { answers_.push_back(fmt::format("{} {}", line, KindOf(answer))); },
        [](uint64_t) {});
  }
  ApplyReport Run(const std::string& text, const ApplyOptions& options = {}) {
    TextSource source(text);
    return Must(Try(source, options));
  }
  static std::string KindOf(const Answer& answer) {
    if (const auto* const receipt = std::get_if<Receipt>(&answer)) return receipt->repeat ? "repeat" : "done";
    if (std::holds_alternative<Refused>(answer)) return "refused";
    return std::holds_alternative<Preview>(answer) ? "preview" : "bad";
  }
  // "run/r1 1", "run/r1 2": each event's stream and version.
  std::vector<std::string> Log() {
    std::vector<std::string> log;
    const auto snapshot = Must(storage().Read());
    const auto cursor = Must(snapshot->ReadLog({}));
    while (const RecordView* const record = Must(cursor->Next())) {
      log.push_back(fmt::format("{} {} {}", record->stream, record->version.value, record->event_type));
    }
    return log;
  }

  std::vector<std::string> answers_;
};

TEST_P(ApplyTest, AnswersEachLineByItsNumberAndSkipsBlankOnes) {
  const ApplyReport report = Run(CreateRun("r1") + "\n\n  \t\r\n" + MoveRun("running") + "\n" + CreateRun("r2"));
  EXPECT_THAT(answers_, ElementsAre("1 done", "4 done", "5 done"));
  EXPECT_EQ(report.done, 3u);
  EXPECT_EQ(report.lines, 5u);
  EXPECT_TRUE(report.first_problem.ok());
  EXPECT_THAT(Log(), ElementsAre("run/r1 1 run_created", "run/r1 2 run_transitioned", "run/r2 1 run_created"));
}

TEST_P(ApplyTest, StopsAtARefusalAndGoesOnBehindIt) {
  const std::string text = Lines({CreateRun("r1"), MoveRun("completed"), MoveRun("running")});
  const ApplyOptions options{.source = "s"};
  const ApplyReport first = Run(text, options);
  EXPECT_THAT(answers_, ElementsAre("1 done", "2 refused"));
  EXPECT_EQ(first.stopped_at, 2u);
  EXPECT_EQ(first.first_problem.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(first.first_problem.ToString(), HasSubstr("line 2: run r1 from pending to completed: refused: "));
  const ApplyReport second = Run(text, options);
  EXPECT_THAT(answers_, ElementsAre("3 done"));
  EXPECT_EQ(second.lines_before, 2u);
  EXPECT_EQ(second.lines, 3u);
  Run(text, options);
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_THAT(Log(),
              ElementsAre("run/r1 1 run_created", "refused/run/r1 1 command_refused", "run/r1 2 run_transitioned"));
}

struct BadLineCase {
  const char* name;
  std::string line;
  absl::StatusCode code;
  const char* says;
};

TEST_P(ApplyTest, ABadLineIsTriedAgainUnlessItKeepsGoing) {
  const BadLineCase kCases[] = {
      {"NotJson", "{\"command\":", absl::StatusCode::kInvalidArgument, "line 2: read the command: byte "},
      {"WrongType", R"({"command":"create_run","run_id":7})", absl::StatusCode::kInvalidArgument,
       "byte 34, /run_id: must be a string"},
      {"UnknownRun", MoveRun("running", "nobody"), absl::StatusCode::kNotFound, "line 2: "},
      {"WrongVersion", With(MoveRun("running", "WrongVersion1"), R"("expect_version":7)"), absl::StatusCode::kAborted,
       "not at the expected 7"},
  };
  for (const BadLineCase& row : kCases) {
    SCOPED_TRACE(row.name);
    const std::string name = row.name;
    const std::string text = Lines({CreateRun(name + "1"), row.line, CreateRun(name + "3")});
    ApplyOptions options{.source = name};
    for (const std::vector<std::string>& answers : {std::vector<std::string>{"1 done", "2 bad"}, {"2 bad"}}) {
      const ApplyReport report = Run(text, options);
      EXPECT_EQ(answers_, answers);
      EXPECT_EQ(report.stopped_at, 2u);
      EXPECT_EQ(report.lines, 1u);
      EXPECT_EQ(report.first_problem.code(), row.code);
      EXPECT_THAT(report.first_problem.ToString(), HasSubstr(row.says));
    }
    options.keep_going = true;
    const ApplyReport report = Run(text, options);
    EXPECT_THAT(answers_, ElementsAre("2 bad", "3 done"));
    EXPECT_EQ(report.bad, 1u);
    EXPECT_EQ(report.lines, 3u);
    EXPECT_EQ(report.first_problem.code(), row.code);
    Run(text, options);
    EXPECT_THAT(answers_, IsEmpty());
  }
}

TEST_P(ApplyTest, ALineThatIsTooLongIsABadLine) {
  const std::string text = CreateRun("r1") + "\n" + std::string(kMaxCommandBytes + 1, ' ') + "\n" + CreateRun("r2");
  const ApplyReport report = Run(text, {.keep_going = true});
  EXPECT_THAT(answers_, ElementsAre("1 done", "2 bad", "3 done"));
  EXPECT_THAT(report.first_problem.ToString(), HasSubstr("line 2: read the command: it is longer than 16777216 bytes"));
}

TEST_P(ApplyTest, AllOrNothingKeepsOnlyTheRefusal) {
  const std::string text = Lines({CreateRun("r1"), CreateWorkstream("a"), MoveRun("completed"), MoveRun("running")});
  const ApplyOptions options{.mode = ApplyMode::kAtomic, .batch = 1, .source = "s"};
  const ApplyReport report = Run(text, options);
  EXPECT_TRUE(report.rolled_back);
  EXPECT_EQ(report.done, 0u);
  EXPECT_EQ(report.stopped_at, 3u);
  EXPECT_THAT(answers_, ElementsAre("1 done", "2 done", "3 refused"));
  // The run it was refused of is gone with the rest.
  EXPECT_THAT(Log(), ElementsAre("refused/run/r1 1 command_refused"));
  // Its place has not moved: it is tried again as a whole.
  Run(text, options);
  EXPECT_THAT(Log(), ElementsAre("refused/run/r1 1 command_refused", "refused/run/r1 2 command_refused"));
}

TEST_P(ApplyTest, AllOrNothingLeavesNothingOfABadLine) {
  const ApplyReport report = Run(Lines({CreateRun("r1"), "nonsense"}), {.mode = ApplyMode::kAtomic});
  EXPECT_TRUE(report.rolled_back);
  EXPECT_THAT(Log(), IsEmpty());
}

TEST_P(ApplyTest, AllOrNothingKeepsItsPlaceWhenAllWentWell) {
  const std::string text = Lines({CreateRun("r1"), MoveRun("running")});
  const ApplyOptions options{.mode = ApplyMode::kAtomic, .source = "s"};
  EXPECT_EQ(Run(text, options).done, 2u);
  EXPECT_EQ(Run(text, options).done, 0u);
  EXPECT_EQ(Log().size(), 2u);
}

TEST_P(ApplyTest, ADryRunJudgesEachLineAfterThoseBeforeItAndWritesNothing) {
  const ApplyReport report =
      Run(Lines({CreateRun("r1", "running"), CreateWorkstream("a"), MoveWorkstream("a", "done"), MoveRun("paused")}),
          {.mode = ApplyMode::kDryRun, .keep_going = true, .source = "s"});
  EXPECT_THAT(answers_, ElementsAre("1 done", "2 done", "3 refused", "4 done"));
  EXPECT_EQ(report.refused, 1u);
  EXPECT_THAT(Log(), IsEmpty());
  EXPECT_EQ(Must(Must(storage().Read())->CountRows({.table = &ApplySourcesTable()})), 0u);
}

TEST_P(ApplyTest, WhatIsOnlyJudgedIsNotCountedAsDone) {
  const std::string text = Lines({CreateRun("r1"), With(CreateRun("r2"), R"("dry_run":true)")});
  const ApplyReport report = Run(text);
  EXPECT_EQ(report.done, 1u);
  EXPECT_EQ(report.would_be_done, 1u);
  const ApplyReport dry = Run(Lines({CreateRun("r3"), CreateRun("r4")}), {.mode = ApplyMode::kDryRun});
  EXPECT_EQ(dry.done, 0u);
  EXPECT_EQ(dry.would_be_done, 2u);
}

// Bad lines were once not counted: three million of them were neither answered nor done with before the end.
TEST_P(ApplyTest, BadLinesFillABatchToo) {
  std::string text;
  for (int i = 0; i < 35; ++i) text += "nonsense\n";
  TextSource source(text);
  std::vector<int64_t> places;
  Must(Apply(
      storage(), session_.engine(), session_.clock(), source, {.batch = 10, .keep_going = true, .source = "s"},
      [&](uint64_t line, const Answer&) {
        if (line % 10 != 1) return;
        Must(Must(storage().Read())->ReadRows({.table = &ApplySourcesTable()}, TableSet::kLive, [&](Row row) {
          places.push_back(std::get<int64_t>(row[1]));
          return absl::OkStatus();
        }));
      },
      [](uint64_t) {}));
  EXPECT_THAT(places, ElementsAre(10, 20, 30, 35));
}

TEST_P(ApplyTest, ABatchEndsEarlyWhereItsAnswersTakeTooMuch) {
  std::string text;
  const std::string payload(size_t{1} << 19, 'x');
  for (int i = 0; i < 30; ++i) {
    text += R"({"command":"record_event","event_type":"note","dry_run":true,"payload":{"text":")" + payload + "\"}}\n";
  }
  TextSource source(text);
  std::vector<uint64_t> commits;
  Must(Apply(
      storage(), session_.engine(), session_.clock(), source, {.batch = 1'000'000'000}, [](uint64_t, const Answer&) {},
      [&](uint64_t line) { commits.push_back(line); }));
  ASSERT_GE(commits.size(), 3u);
  EXPECT_LT(commits.front(), 12u);
}

TEST_P(ApplyTest, ALargeUnitWritesItsRowsNowAndThen) {
  std::vector<std::string> lines;
  for (int i = 0; i < 2500; ++i) lines.push_back(CreateRun(fmt::format("r{}", i)));
  const std::string text = Lines(lines);
  for (const ApplyMode mode : {ApplyMode::kDryRun, ApplyMode::kAtomic}) {
    TextSource source(text);
    std::vector<uint64_t> progress;
    const ApplyReport report = Must(Apply(
        storage(), session_.engine(), session_.clock(), source, {.mode = mode, .batch = 1'000'000'000},
        [](uint64_t, const Answer&) {}, [&](uint64_t line) { progress.push_back(line); }));
    EXPECT_EQ(report.done + report.would_be_done, 2500u);
    EXPECT_THAT(progress, ElementsAre(1000, 2000, 2500));
  }
}

TEST_P(ApplyTest, SaysHowManyOfTheLinesBeforeTheInputDoesNotHave) {
  const ApplyOptions options{.source = "s"};
  EXPECT_EQ(Run(Lines({CreateRun("r1"), MoveRun("running"), CreateRun("r2")}), options).lines_missing, 0u);
  const ApplyReport report = Run(Lines({CreateRun("r3")}), options);
  EXPECT_EQ(report.lines_before, 3u);
  EXPECT_EQ(report.lines, 3u);
  EXPECT_EQ(report.lines_missing, 2u);
  EXPECT_EQ(Run(Lines({CreateRun("r1"), "", ""}), options).lines_missing, 0u);
}

TEST_P(ApplyTest, AnswersOnlyProblemsIfSoAsked) {
  const ApplyReport report =
      Run(Lines({CreateRun("r1"), MoveRun("completed"), "nonsense"}), {.keep_going = true, .only_problems = true});
  EXPECT_THAT(answers_, ElementsAre("2 refused", "3 bad"));
  EXPECT_EQ(report.done, 1u);
}

TEST_P(ApplyTest, ACommandThatWasDoneBeforeIsARepeat) {
  const std::string line = With(CreateRun("r1"), R"("command_id":"k")");
  const ApplyReport report = Run(Lines({line, line}));
  EXPECT_THAT(answers_, ElementsAre("1 done", "2 repeat"));
  EXPECT_EQ(report.repeats, 1u);
}

TEST_P(ApplyTest, NamesTheActorWhereALineDoesNot) {
  Run(Lines({CreateRun("r1"), With(CreateRun("r2"), R"("actor":"bot")")}), {.actor = "ann"});
  EventDecoder decoder;
  std::vector<std::string> actors;
  const auto snapshot = Must(storage().Read());
  const auto cursor = Must(snapshot->ReadLog({}));
  while (const RecordView* const record = Must(cursor->Next()))
    actors.emplace_back(View(Must(decoder.Decode(record->event)).getActor()));
  EXPECT_THAT(actors, ElementsAre("ann", "bot"));
}

// SPEC §7: it can be run again after a crash without repeating anything.
TEST_P(ApplyTest, WhereverReadingFailsTheNextCallDoesTheRestOnce) {
  std::vector<std::string> lines;
  for (int i = 0; i < 30; ++i) lines.push_back(CreateRun(fmt::format("r{}", i)));
  const std::string text = Lines(lines);
  ApplyOptions options{.batch = 7, .source = "s"};
  for (size_t cut = 0; cut < text.size(); cut += text.size() / 9) {
    TextSource source(text.substr(0, text.rfind('\n', cut) + 1), absl::InternalError("the disk is gone"));
    const auto report = Try(source, options);
    EXPECT_EQ(report.status().code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(report.status().message()),
                AllOf(testing::StartsWith("after line "), HasSubstr("the disk is gone")));
  }
  Run(text, options);
  const std::vector<std::string> log = Log();
  EXPECT_EQ(log.size(), lines.size());
  EXPECT_EQ(std::set<std::string>(log.begin(), log.end()).size(), lines.size());
}

TEST_P(ApplyTest, AnswersOnlyWhatIsDurable) {
  TextSource source(Lines({CreateRun("r1"), CreateRun("r2"), CreateRun("r3")}));
  std::vector<bool> durable;
  Must(Apply(
      storage(), session_.engine(), session_.clock(), source, {.batch = 2},
      [&](uint64_t, const Answer& answer) { durable.push_back(end() >= std::get<Receipt>(answer).last_position); },
      [](uint64_t) {}));
  EXPECT_THAT(durable, ElementsAre(true, true, true));
}

TEST_P(ApplyTest, TwoOfTheSameSourceDoNotMix) {
  const std::string text = Lines({CreateRun("r1"), CreateRun("r2")});
  const ApplyOptions options{.batch = 1, .source = "s"};
  TextSource source(text);
  bool nested = false;
  const auto report = Apply(
      storage(), session_.engine(), session_.clock(), source, options,
      [&](uint64_t, const Answer&) {
        if (std::exchange(nested, true)) return;
        Session other(storage(), 2);
        TextSource same(text);
        Must(Apply(
            storage(), other.engine(), other.clock(), same, options, [](uint64_t, const Answer&) {}, [](uint64_t) {}));
      },
      [](uint64_t) {});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Log(), ElementsAre("run/r1 1 run_created", "run/r2 1 run_created"));
}

// Between two units somebody else may write. Runs `before` when the second is about to begin.
class StorageWithOthers final : public Storage {
 public:
  StorageWithOthers(Storage& storage, std::function<void()> before) : storage_(storage), before_(std::move(before)) {}
  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override {
    if (++begun_ == 2) before_();
    return storage_.Begin();
  }
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override { return storage_.Read(); }
  absl::Status Sweep() override { return storage_.Sweep(); }

 private:
  Storage& storage_;
  std::function<void()> before_;
  int begun_ = 0;
};

// Once the entry of whoever had used the command id in between was written over.
TEST_P(ApplyTest, ARefusalIsNotRecordedUnderAnIdThatOthersUsedMeanwhile) {
  const std::string refused = With(MoveRun("completed", "r2"), R"("command_id":"k")");
  struct OthersCase {
    const char* name;
    std::string command;
    absl::StatusCode code;
    const char* answer;
  };
  const OthersCase kCases[] = {
      {"AnotherCommand", With(CreateRun("r9"), R"("command_id":"k")"), absl::StatusCode::kAborted, "2 bad"},
      {"TheSameRefused", refused, absl::StatusCode::kFailedPrecondition, "2 refused"},
      {"TheSameDone", refused, absl::StatusCode::kAborted, "2 bad"},
  };
  for (const OthersCase& row : kCases) {
    SCOPED_TRACE(row.name);
    Store store(GetParam());
    Session others(store.storage(), 2);
    others.Accept(CreateRun("r2"));
    // What is refused after the first line may be lawful without it.
    const bool is_done = std::string_view(row.name) == "TheSameDone";
    if (is_done) others.Accept(MoveRun("running", "r2"));
    const std::string first = is_done ? MoveRun("paused", "r2") : CreateRun("r1");
    std::vector<std::string> log;
    StorageWithOthers storage(store.storage(), [&] {
      others.Execute(row.command);
      log.push_back(fmt::format("{}", Must(store.storage().Read())->head().position.value));
    });
    Session session(storage);
    TextSource source(Lines({first, refused}));
    std::vector<std::string> answers;
    const ApplyReport report = Must(Apply(
        storage, session.engine(), session.clock(), source, {.mode = ApplyMode::kAtomic},
        [&](uint64_t line, const Answer& answer) { answers.push_back(fmt::format("{} {}", line, KindOf(answer))); },
        [](uint64_t) {}));
    EXPECT_TRUE(report.rolled_back);
    EXPECT_EQ(report.first_problem.code(), row.code) << report.first_problem;
    EXPECT_EQ(report.refused + report.bad, 1u);
    EXPECT_EQ(answers.back(), row.answer);
    EXPECT_THAT(log, ElementsAre(fmt::format("{}", Must(store.storage().Read())->head().position.value)));
    EXPECT_EQ(FaultsOf(store.storage()), "");
  }
}

TEST_P(ApplyTest, OptionsThatExcludeEachOtherAreRefused) {
  TextSource source("");
  EXPECT_EQ(Try(source, {.mode = ApplyMode::kAtomic, .keep_going = true}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Try(source, {.batch = 0}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SourceKeyOfFile, CoversWhatWasThereAndNotWhatIsAppendedLater) {
  const TemporaryFile file(std::tmpfile());
  const int fd = ::fileno(file.get());
  ASSERT_EQ(::write(fd, "ab\ncd\n", 6), 6);
  ASSERT_EQ(::lseek(fd, 3, SEEK_SET), 3);
  const FileKey key = Must(SourceKeyOfFile(fd, "the file"));
  EXPECT_EQ(key.bytes, 3u);
  ASSERT_EQ(::pwrite(fd, "ef\n", 3, 6), 3);
  EXPECT_NE(Must(SourceKeyOfFile(fd, "the file")).key, key.key);
  const auto source = Must(FdSource::Over(fd, "the file", key.bytes));
  char out[8];
  EXPECT_EQ(Must(source->Read(out, sizeof(out))), 3u);
  EXPECT_EQ(std::string_view(out, 3), "cd\n");
  EXPECT_EQ(Must(source->Read(out, sizeof(out))), 0u);
}

// Whoever writes a line and waits gets the answer to it, and a refusal ends it while the pipe stays open.
TEST_P(ApplyTest, AnswersALivePipeLineByLine) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const auto source = Must(FdSource::Over(ends[0], "the pipe"));
  std::mutex mutex;
  std::condition_variable changed;
  size_t answered = 0;
  absl::StatusOr<ApplyReport> report = absl::UnknownError("not yet");
  std::thread applier([&] {
    report = Apply(
        storage(), session_.engine(), session_.clock(), *source, {},
        [&](uint64_t, const Answer&) {
          const std::lock_guard lock(mutex);
          ++answered;
          changed.notify_all();
        },
        [](uint64_t) {});
  });
  // Also where the next line has begun: once that kept the answer, and the lock, until it ended.
  const std::string lines[] = {CreateRun("r1") + "\n{", MoveRun("running").substr(1) + "\n", MoveRun("pending") + "\n"};
  for (size_t i = 0; i < std::size(lines); ++i) {
    ASSERT_EQ(::write(ends[1], lines[i].data(), lines[i].size()), static_cast<ssize_t>(lines[i].size()));
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return answered == i + 1; }));
  }
  applier.join();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->stopped_at, 3u);
  for (const int end : ends) ::close(end);
}

INSTANTIATE_TEST_SUITE_P(Storage, ApplyTest, kBothBackends, kNameOfBackend);

}  // namespace
}  // namespace annals::support
