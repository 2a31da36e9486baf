// The same log from its own lines: the same bytes and the same root, or a refusal that names the line.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/import_lines.h"
#include "commands/log_line.h"
#include "schemas/status.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"
#include "tests/support/transfer.h"

namespace annals {
namespace {

using support::Backend;
using support::CreateRun;
using support::CreateWorkstream;
using support::ImportInto;
using support::LinesOf;
using support::MoveRun;
using support::MoveWorkstream;
using support::Must;
using support::Overridden;
using support::RecordsOf;
using support::RootOf;
using support::Session;
using support::Store;
using support::With;
using testing::Contains;
using testing::HasSubstr;

// Every kind of event, contents inline and kept, ids, causes, refusals, an override.
const std::vector<std::string> kStory = {
    With(CreateRun("r1", "running"), R"("metadata":{"b":1.0,"a":[1e400,"ü \u0001"]},"command_id":"k1","actor":"Ann")"),
    CreateWorkstream("a", {}, true),
    CreateWorkstream("b", {"a"}),
    With(MoveRun("pending"), R"("command_id":"k2","reason":"back")"),
    With(MoveWorkstream("a", "ready"), R"("reason":"go","sensitive":true)"),
    support::StartStep("a", "edit"),
    With(support::FinishStep(7, "failure"), R"("exit_code":-1,"result":{"out":"\n"})"),
    With(support::RecordStep("a", "static", "success"),
         R"("started_at":"2026-01-01T00:00:00Z","completed_at":"2026-01-01T00:00:01.5Z","exit_code":0)"),
    With(support::RecordStep("a", "my.own", "skipped"), R"("result":{})"),
    With(support::RecordError("a", "static", "sig"), R"("context":{"line":7})"),
    support::Note("lunch"),
    With(support::Note("lunch"), R"("payload":{},"ws_id":"a")"),
    R"({"command":"record_event","event_type":"world","payload":{"of":"no run"}})",
    MoveWorkstream("a", "failed"),
    Overridden(MoveRun("completed")),
    MoveRun("running"),
};

void Tell(Storage& storage) {
  Session session(storage);
  for (const std::string& command : kStory) session.Execute(command);
}

class ImportExactTest : public testing::TestWithParam<Backend> {
 protected:
  ImportExactTest() { Tell(told_.storage()); }
  Store told_{Backend::kMemory};
  Store store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(ImportExact, ImportExactTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return support::NameOf(test.param); });

TEST_P(ImportExactTest, GivesTheSameBytesRootTablesAndIds) {
  const std::vector<std::string> lines = LinesOf(told_.storage());
  const LineImportReport report = Must(ImportInto(store_.storage(), lines, {.batch = 3}));
  EXPECT_TRUE(report.exact);
  EXPECT_EQ(report.events, lines.size());
  EXPECT_EQ(RecordsOf(store_.storage()), RecordsOf(told_.storage()));
  EXPECT_EQ(RootOf(store_.storage()), RootOf(told_.storage()));
  EXPECT_EQ(support::TablesOf(store_.storage()), support::TablesOf(told_.storage()));
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");
  EXPECT_EQ(LinesOf(store_.storage()), lines);  // with the salts of command ids
  // The id is known here as it was there: the first answer comes again.
  Session session(store_.storage());
  EXPECT_TRUE(session.Accept(kStory[0]).repeat);
  EXPECT_TRUE(session.Refuse(kStory[3]).repeat);
}

TEST_P(ImportExactTest, ASecondTimeAddsNothing) {
  const std::vector<std::string> lines = LinesOf(told_.storage());
  Must(ImportInto(store_.storage(), lines));
  const LineImportReport again = Must(ImportInto(store_.storage(), lines));
  EXPECT_EQ(again.events, 0u);
  EXPECT_EQ(again.skipped, lines.size());
  EXPECT_EQ(RootOf(store_.storage()), RootOf(told_.storage()));
}

TEST_P(ImportExactTest, GoesOnBehindABadLineOnceItIsMended) {
  std::vector<std::string> lines = LinesOf(told_.storage());
  const std::string good = lines[6];
  lines[6] = good.substr(0, good.size() / 2);
  const absl::Status status = ImportInto(store_.storage(), lines).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr("line 7 (kept: up to line 6)"));
  EXPECT_EQ(RecordsOf(store_.storage()).size(), 6u);
  lines[6] = good;
  const LineImportReport report = Must(ImportInto(store_.storage(), lines));
  EXPECT_EQ(report.skipped, 6u);
  EXPECT_EQ(RootOf(store_.storage()), RootOf(told_.storage()));
}

TEST_P(ImportExactTest, ContentThatWasRedactedStaysSo) {
  std::vector<std::string> lines = LinesOf(told_.storage());
  std::string& line = lines[7];
  line.replace(line.find(R"({"out":"\n"})"), 12, R"({"redacted":true})");
  const size_t salt = line.find(R"("content_salt":")") + 15;
  line.replace(salt, 34, "null");
  // No event says that it is gone: that is told when all lines are there.
  const absl::Status status = ImportInto(store_.storage(), lines).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(MessageOf(status), HasSubstr("position 8 has lost its content"));

  const size_t version = RecordsOf(told_.storage(), {.stream = "run/r1"}).size() + 1;
  std::string redaction =
      fmt::format(R"({{"position":{},"stream":"run/r1","version":{},"recorded_at":"2027-01-01T00:00:00.000000Z",)"
                  R"("event_type":"content_redacted","run_id":"r1","payload":{{"position":8,"reason":"a secret"}}}})",
                  lines.size() + 1, version);
  LogLineDecoder decoder;
  LogLine read = Must(decoder.Read(redaction));
  const Hash leaf = LeafHashOf(read.position, read.stream, read.version, Must(decoder.Seal(read)).event);
  lines.push_back(With(redaction, fmt::format(R"("leaf_hash":"{}")", HexOf(leaf))));
  EXPECT_EQ(Must(ImportInto(store_.storage(), lines)).events, lines.size());
  EXPECT_TRUE(RecordsOf(store_.storage())[7].content->second.empty());
  const std::vector<std::string> again = LinesOf(store_.storage());
  EXPECT_EQ(again[7], lines[7]);
  EXPECT_THAT(support::TablesOf(store_.storage())["step_attempts"], Contains(HasSubstr(R"({"redacted":true})")));
}

TEST_P(ImportExactTest, ADryRunWritesNothing) {
  EXPECT_EQ(Must(ImportInto(store_.storage(), LinesOf(told_.storage()), {.dry_run = true})).events,
            RecordsOf(told_.storage()).size());
  EXPECT_TRUE(RecordsOf(store_.storage()).empty());
}

TEST_P(ImportExactTest, StrictTakesAllBackWhereALineIsBad) {
  std::vector<std::string> lines = LinesOf(told_.storage());
  lines.back() = "{";
  EXPECT_FALSE(ImportInto(store_.storage(), lines, {.strict = true}).ok());
  EXPECT_TRUE(RecordsOf(store_.storage()).empty());
}

TEST_P(ImportExactTest, RefusesALogThatWentAnotherWay) {
  const std::vector<std::string> lines = LinesOf(told_.storage());
  Must(ImportInto(store_.storage(), {lines.begin(), lines.begin() + 5}));
  Session(store_.storage(), /*seed=*/7).Accept(support::Note("elsewhere"));
  const absl::Status status = ImportInto(store_.storage(), lines).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr("line 6: position 6 of this log holds another event"));
}

// What is done to the lines, and what is said of it. `from` is replaced by `to` in the line.
struct BadCase {
  const char* name;
  size_t line;  // from 1
  const char* from;
  const char* to;
  absl::StatusCode code;
  const char* says;
};

constexpr BadCase kBad[] = {
    {"AnUnknownKey", 3, R"("actor")", R"("actr")", absl::StatusCode::kInvalidArgument, R"(unknown field "actr")"},
    {"AKeyTwice", 3, R"("version":3)", R"("version":3,"version":3)", absl::StatusCode::kInvalidArgument, "given twice"},
    {"AnAlteredPayload", 3, R"("is_critical":true)", R"("is_critical":false)", absl::StatusCode::kDataLoss,
     "leaf_hash"},
    {"AnAlteredContent", 1, R"("b":1.0)", R"("b":1.1)", absl::StatusCode::kDataLoss, "leaf_hash"},
    {"AnAlteredKeptContent", 8, R"("out":"\n")", R"("out":"\t")", absl::StatusCode::kDataLoss,
     "the content of position 8"},
    {"AnAlteredTime", 3, R"("recorded_at":"2026)", R"("recorded_at":"2027)", absl::StatusCode::kDataLoss, "leaf_hash"},
    {"AnotherStream", 3, R"("run/r1")", R"("run/r2")", absl::StatusCode::kInvalidArgument, "/run_id"},
    {"AnotherType", 3, R"("workstream_created")", R"("run_created")", absl::StatusCode::kInvalidArgument,
     "unknown field"},
    {"AnUnknownType", 3, R"("workstream_created")", R"("workstream_creatd")", absl::StatusCode::kInvalidArgument,
     R"(did you mean "workstream_created"?)"},
    {"APositionTwice", 3, R"("position":3)", R"("position":2)", absl::StatusCode::kInvalidArgument, "3 comes next"},
    {"AGap", 3, R"("position":3)", R"("position":4)", absl::StatusCode::kInvalidArgument, "3 comes next"},
    {"PositionNothing", 1, R"("position":1)", R"("position":0)", absl::StatusCode::kInvalidArgument, "count from 1"},
    {"AnotherVersion", 3, R"("version":3)", R"("version":4)", absl::StatusCode::kDataLoss, "leaf_hash"},
    {"NoLeafHash", 3, R"("leaf_hash")", R"("leaf_hsh")", absl::StatusCode::kInvalidArgument, "unknown field"},
    {"AShortHash", 3, R"("leaf_hash":")", R"("leaf_hash":"00)", absl::StatusCode::kInvalidArgument, "64 hex digits"},
    {"ANullThatMustNotBe", 3, R"("version":3)", R"("version":null)", absl::StatusCode::kInvalidArgument, "/version"},
    {"AnIdThatIsNone", 3, R"("ws_id":"a")", R"("ws_id":"-a")", absl::StatusCode::kInvalidArgument, "/ws_id"},
    {"NoJson", 3, "{", "", absl::StatusCode::kInvalidArgument, "line 3"},
};

class BadLineTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadLineTest, IsRefusedByItsNumber) {
  const BadCase& test = GetParam();
  Store told(Backend::kMemory), store(Backend::kMemory);
  Tell(told.storage());
  std::vector<std::string> lines = LinesOf(told.storage());
  std::string& line = lines[test.line - 1];
  const size_t at = line.find(test.from);
  ASSERT_NE(at, std::string::npos) << line;
  line.replace(at, std::string_view(test.from).size(), test.to);
  const absl::Status status = ImportInto(store.storage(), lines).status();
  EXPECT_EQ(status.code(), test.code) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr("line " + std::to_string(test.line)));
  EXPECT_THAT(MessageOf(status), HasSubstr(test.says));
  EXPECT_EQ(RecordsOf(store.storage()).size(), test.line - 1);
}

INSTANTIATE_TEST_SUITE_P(ImportExact, BadLineTest, testing::ValuesIn(kBad),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ImportExact, RefusesWhatTheLawForbidsAlthoughItsHashesAreRight) {
  Store told(Backend::kMemory), store(Backend::kMemory);
  Session session(told.storage());
  session.Accept(CreateRun("r1", "running"));
  session.Accept(MoveRun("completed"));
  std::vector<std::string> lines = LinesOf(told.storage());
  // The start is left out and what comes behind takes its place: a log that another program made up.
  std::string& end = lines[2];
  for (const auto& [from, to] :
       {std::pair{R"("position":3)", R"("position":2)"}, {R"("version":3)", R"("version":2)"}}) {
    end.replace(end.find(from), std::string_view(from).size(), to);
  }
  const auto record = RecordsOf(told.storage())[2];
  const std::string leaf = HexOf(LeafHashOf({2}, record.stream, {2}, record.event));
  end.replace(end.find(R"("leaf_hash":")") + 13, 64, leaf);
  lines.erase(lines.begin() + 1);
  const absl::Status status = ImportInto(store.storage(), lines).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr("position 2 is unlawful"));
  EXPECT_EQ(RecordsOf(store.storage()).size(), 1u);
}

}  // namespace
}  // namespace annals
