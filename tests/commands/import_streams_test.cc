// Events of every machine as JSON lines, and back: the same bytes, so the same root.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/log_line.h"
#include "commands/raw_append.h"
#include "schemas/status.h"
#include "tests/support/by_hand.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/store.h"
#include "tests/support/transfer.h"

namespace annals {
namespace {

using support::Backend;
using support::ByHand;
using support::Entity;
using support::HandEvent;
using support::ImportInto;
using support::LinesOf;
using support::Must;
using support::RecordsOf;
using support::RootOf;
using support::Store;
using support::StoredRecord;
using testing::HasSubstr;

class ImportStreams : public testing::Test {
 protected:
  ImportStreams() { ByHand(told_.storage()).WriteAll(support::WholeLife()); }
  Store told_{Backend::kMemory};
  Store store_{Backend::kMemory};
};

TEST_F(ImportStreams, ShowEachPayloadAsItWasGiven) {
  const std::vector<HandEvent> given = support::WholeLife();
  const std::vector<std::string> lines = LinesOf(told_.storage());
  ASSERT_EQ(lines.size(), given.size());
  for (size_t i = 0; i < given.size(); ++i) {
    EXPECT_THAT(lines[i], HasSubstr(fmt::format(R"("event_type":"{}")", given[i].event_type)));
    // All that stands between the braces of a part is there, whatever else is written with it.
    for (const std::string part : {"\"task\":", "\"worker\":", "\"metadata\":", "\"definition\":", "\"name\":"}) {
      const bool was_given = given[i].payload.find(part) != std::string::npos;
      EXPECT_EQ(lines[i].find(part) != std::string::npos, was_given) << lines[i];
    }
  }
}

// Line by line, whatever the law says of them.
TEST_F(ImportStreams, ReadTheirOwnLinesToTheSameBytesAndTheSameRoot) {
  const std::vector<StoredRecord> records = RecordsOf(told_.storage());
  const std::vector<std::string> lines = LinesOf(told_.storage());
  ASSERT_EQ(records.size(), lines.size());
  LogLineDecoder decoder;
  RawAppender appender(store_.storage());
  for (size_t i = 0; i < lines.size(); ++i) {
    Must(appender.Begin());
    LogLine line = Must(decoder.Read(lines[i]));
    const NewEvent sealed = Must(decoder.Seal(line));
    Must(LogLineDecoder::CheckLeaf(line, sealed));
    ASSERT_EQ(sealed.event, records[i].event) << lines[i];
    const FoldedEvent folded = Must(appender.Read(line.stream, line.version, sealed));
    Must(appender.Append(line.stream, line.version, sealed, folded));
  }
  Must(appender.Commit());
  EXPECT_EQ(RecordsOf(store_.storage()), records);
  EXPECT_EQ(RootOf(store_.storage()), RootOf(told_.storage()));
  EXPECT_EQ(support::TablesOf(store_.storage()), support::TablesOf(told_.storage()));
}

// A list or part that is empty is not one that is not there.
TEST_F(ImportStreams, TellWhatIsEmptyFromWhatIsAbsent) {
  const std::string parts[] = {"", R"("worker":{})", R"("worker":{"capabilities":[]})",
                               R"("worker":{"capabilities":["a"],"affinity":[]})"};
  ByHand hand(told_.storage());
  for (size_t i = 0; i < std::size(parts); ++i) {
    hand.Write(Entity{"worker", fmt::format("e{}", i)}.Created("initializing", parts[i]));
  }
  const std::vector<StoredRecord> records = RecordsOf(told_.storage());
  const std::vector<std::string> lines = LinesOf(told_.storage());
  LogLineDecoder decoder;
  for (size_t i = 0; i < lines.size(); ++i) {
    LogLine line = Must(decoder.Read(lines[i]));
    EXPECT_EQ(Must(decoder.Seal(line)).event, records[i].event) << lines[i];
  }
}

TEST_F(ImportStreams, ComeAsAWholeOrNotAtAll) {
  const std::vector<HandEvent> life = support::WholeLife();
  ByHand(store_.storage(), 2).WriteAll({life[16]});  // the breaker
  const absl::Status status = ImportInto(store_.storage(), {LinesOf(told_.storage())[16]}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(MessageOf(status), HasSubstr("breaker/git is in this log already"));
}

}  // namespace
}  // namespace annals
