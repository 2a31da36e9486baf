// A part of another log at the end of this one: what moves along, what is left behind, and what is said of it.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/position_map.h"
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
using support::Detail;
using support::ImportInto;
using support::LinesOf;
using support::MoveRun;
using support::MoveWorkstream;
using support::Must;
using support::RecordsOf;
using support::Session;
using support::Store;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ImportMergedTest : public testing::Test {
 protected:
  // Another log, with a run before the one that is taken out of it.
  ImportMergedTest() {
    Session session(told_.storage(), /*seed=*/5);
    session.Accept(CreateRun("r0"));
    session.Accept(With(CreateRun("r1", "running"), R"("command_id":"k1")"));
    session.Accept(CreateWorkstream("a"));
    session.Accept(CreateWorkstream("b", {"a"}));
    session.Accept(support::StartStep("a", "edit"));
    session.Accept(With(support::FinishStep(6, "success"), R"("result":{"n":1})"));
    session.Accept(MoveWorkstream("a", "failed"));  // blocks b, with its cause
    lines_ = LinesOf(told_.storage());
    lines_.erase(lines_.begin());
    Session(store_.storage()).Accept(CreateRun("here"));
  }

  Store told_{Backend::kMemory}, store_{Backend::kSqlite};
  std::vector<std::string> lines_, remarks_;
};

TEST_F(ImportMergedTest, MovesReferencesAndKeepsTimesAndIds) {
  const LineImportReport report = Must(ImportInto(store_.storage(), lines_, {}, &remarks_));
  EXPECT_FALSE(report.exact);
  EXPECT_EQ(report.events, lines_.size());
  EXPECT_THAT(remarks_, IsEmpty());
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");
  const std::vector<std::string> merged = LinesOf(store_.storage(), Detail::kPlain);
  const std::vector<std::string> told = LinesOf(told_.storage(), Detail::kPlain);
  ASSERT_EQ(merged.size(), told.size());  // both have one run in front
  EXPECT_THAT(merged.back(), HasSubstr(R"("causation":8)"));
  // The rows are those of the other log: times and attempts are the same, since the positions happen to be.
  auto tables = support::TablesOf(store_.storage()), other = support::TablesOf(told_.storage());
  for (const char* const name : {"workstreams", "step_attempts", "dependencies"}) EXPECT_EQ(tables[name], other[name]);
  Session session(store_.storage(), /*seed=*/6);
  EXPECT_TRUE(session.Accept(With(CreateRun("r1", "running"), R"("command_id":"k1")")).repeat);
}

TEST_F(ImportMergedTest, TheSameFileTwiceAddsNothing) {
  const LineImportOptions options{.source = "import of it"};
  Must(ImportInto(store_.storage(), lines_, options));
  const auto before = RecordsOf(store_.storage());
  EXPECT_TRUE(Must(ImportInto(store_.storage(), lines_, options)).was_imported_before);
  EXPECT_EQ(RecordsOf(store_.storage()), before);
}

TEST_F(ImportMergedTest, ARunThatIsThereAlreadyNeedsAnotherName) {
  Session(store_.storage(), /*seed=*/6).Accept(CreateRun("r1"));
  const auto before = RecordsOf(store_.storage());
  const absl::Status status = ImportInto(store_.storage(), lines_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(MessageOf(status), HasSubstr("--rename r1=NEW"));
  EXPECT_EQ(RecordsOf(store_.storage()), before);
  EXPECT_EQ(Must(ImportInto(store_.storage(), lines_, {.renames = {{"r1", "r2"}}})).events, lines_.size());
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");
}

TEST_F(ImportMergedTest, UnlawfulTransitionsBecomeOverridesAndTheRestIsLeftOut) {
  lines_.erase(lines_.begin() + 1);  // the start of the run
  lines_.erase(lines_.begin() + 3);  // the start of the attempt
  const LineImportReport report = Must(ImportInto(store_.storage(), lines_, {}, &remarks_));
  EXPECT_EQ(report.dangling, 1u);
  EXPECT_THAT(remarks_, ElementsAre(HasSubstr("its attempt is position 6, which was not imported")));
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");

  std::vector<std::string> more = LinesOf(told_.storage());
  Session session(told_.storage(), /*seed=*/9);
  session.Accept(CreateRun("r3", "running"));
  session.Accept(MoveRun("paused", "r3"));
  session.Accept(MoveRun("running", "r3"));
  session.Accept(MoveRun("completed", "r3"));
  std::vector<std::string> all = LinesOf(told_.storage());
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(more.size()));
  all.erase(all.begin() + 2);  // the pause: resume leaves a state that it is not in
  remarks_.clear();
  const LineImportReport second = Must(ImportInto(store_.storage(), all, {}, &remarks_));
  EXPECT_EQ(second.left_out, 1u);  // running to running is no move at all
  EXPECT_EQ(second.overridden, 0u);
  all.erase(all.begin() + 1);  // the start as well: now the resume is a start that lacks its trigger
  remarks_.clear();
  const LineImportReport third = Must(ImportInto(store_.storage(), all, {.renames = {{"r3", "r4"}}}, &remarks_));
  EXPECT_EQ(third.overridden, 1u);
  EXPECT_THAT(remarks_, ElementsAre(HasSubstr("imported as an override")));
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");
  const std::string lines = testing::PrintToString(LinesOf(store_.storage(), Detail::kPlain));
  EXPECT_THAT(lines, HasSubstr("run_overridden"));
  EXPECT_THAT(lines, HasSubstr("imported although unlawful"));
}

TEST_F(ImportMergedTest, StrictImportsNothingIfAnythingIsUnlawful) {
  lines_ = LinesOf(told_.storage(), Detail::kPlain);
  lines_.erase(lines_.begin());
  lines_.push_back(lines_.back());
  lines_.back().replace(lines_.back().find("\"position\":9"), 12, "\"position\":99");
  const auto before = RecordsOf(store_.storage());
  const absl::Status status = ImportInto(store_.storage(), lines_, {.strict = true}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(RecordsOf(store_.storage()), before);
}

TEST_F(ImportMergedTest, LinesWithoutSaltsAreTakenWithSaltsOfTheirOwn) {
  std::vector<std::string> plain = LinesOf(told_.storage(), Detail::kPlain);
  const LineImportReport report = Must(ImportInto(store_.storage(), plain, {}, &remarks_));
  EXPECT_EQ(report.events, plain.size());
  EXPECT_EQ(report.without_id, 1u);  // k1: without its digest it cannot be told from another
  EXPECT_EQ(support::FaultsOf(store_.storage()), "");
}

TEST_F(ImportMergedTest, AnAlteredLineIsRefusedHereToo) {
  const size_t at = lines_[2].find("is_critical\":false");
  ASSERT_NE(at, std::string::npos);
  lines_[2].replace(at, 18, "is_critical\":true");
  const absl::Status status = ImportInto(store_.storage(), lines_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(MessageOf(status), HasSubstr("line 3: position 4"));
}

TEST_F(ImportMergedTest, ABadLineTakesAllBack) {
  lines_.push_back("{}");
  const auto before = RecordsOf(store_.storage());
  const absl::Status status = ImportInto(store_.storage(), lines_).status();
  EXPECT_THAT(MessageOf(status), HasSubstr("line 9: "));
  EXPECT_EQ(RecordsOf(store_.storage()), before);
}

TEST(PositionMap, FindsWhatWasAddedAndNothingElse) {
  PositionMap map;
  for (const auto& [there, here] : {std::pair{5, 10}, {6, 11}, {9, 12}, {10, 20}}) {
    map.Add({static_cast<uint64_t>(there)}, {static_cast<uint64_t>(here)});
  }
  EXPECT_EQ(map.Find({5}), Position{10});
  EXPECT_EQ(map.Find({6}), Position{11});
  EXPECT_EQ(map.Find({9}), Position{12});
  EXPECT_EQ(map.Find({10}), Position{20});
  for (const uint64_t there : {1, 4, 7, 8, 11}) EXPECT_EQ(map.Find({there}), std::nullopt) << there;
}

}  // namespace
}  // namespace annals
