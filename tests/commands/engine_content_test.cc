// Contents: what stands in the event, what is kept beside it, and that both come back whole.
#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class EngineContentTest : public EngineFixture {
 protected:
  bool KeepsContentOfLast() {
    const StoredRecord record = RecordsOf(storage()).back();
    EventDecoder decoder;
    const auto event = Must(decoder.Decode(record.event));
    EXPECT_EQ(event.getContent().isKept(), record.content.has_value());
    if (!record.content) return false;
    const auto kept = event.getContent().getKept();
    const Hash digest = SaltedDigest(record.content->first, record.content->second);
    EXPECT_EQ(std::string(kept.getDigest().asChars().begin(), kept.getDigest().size()), BytesOf(digest));
    EXPECT_EQ(kept.getSize(), record.content->second.size());
    return true;
  }
  // A text of so many bytes that looks like chance, so that packing does not shrink it.
  static std::string Noise(size_t bytes) {
    SeededRandom random(bytes);
    std::string text(bytes, 'x');
    random.Fill(text.data(), text.size());
    for (char& c : text) c = static_cast<char>('a' + (c & 15));
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, EngineContentTest, kBothBackends, kNameOfBackend);

TEST_P(EngineContentTest, HoldsWhatIsStatedInTheEventUpTo1024Bytes) {
  Accept(CreateRun("r1", "running"));
  for (const size_t size : {size_t{1}, size_t{1024}, size_t{1025}}) {
    Accept(With(MoveRun(size == 1024 ? "running" : "paused"), fmt::format(R"("reason":"{}")", Noise(size))));
    EXPECT_EQ(KeepsContentOfLast(), size > 1024) << size;
    const std::string metadata = fmt::format(R"({{"k":"{}"}})", Noise(std::max(size, size_t{9}) - 8));
    EXPECT_EQ(metadata.size(), std::max(size, size_t{9}));
    Accept(With(CreateRun(fmt::format("m{}", size)), fmt::format(R"("metadata":{})", metadata)));
    EXPECT_EQ(KeepsContentOfLast(), size > 1024) << size;
  }
}

TEST_P(EngineContentTest, KeepsWhatToolsAndAgentsProduceWhateverItsSize) {
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a"), StartStep("a", "edit")});
  EXPECT_FALSE(KeepsContentOfLast());
  Accept(With(FinishStep(4, "success"), R"("result":{})"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(With(RecordStep("a", "edit", "success"), R"("result":{"a":1})"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(RecordStep("a", "edit", "success"));
  EXPECT_FALSE(KeepsContentOfLast());
  Accept(With(RecordError("a", "edit", "s"), R"("context":{"a":1})"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(With(Note("deploy"), R"("payload":{"a":1})"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(Note("deploy"));
  EXPECT_FALSE(KeepsContentOfLast());
}

TEST_P(EngineContentTest, KeepsWhatIsSensitiveOutOfTheEvent) {
  Accept(With(CreateRun(), R"("sensitive":true,"metadata":{"secret":"hunter2"})"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(With(MoveRun("running"), R"("sensitive":true,"reason":"hunter2")"));
  EXPECT_TRUE(KeepsContentOfLast());
  Accept(With(MoveRun("failed"), R"("sensitive":true,"override":{"operator":"Olga","reason":"hunter2"})"));
  EXPECT_TRUE(KeepsContentOfLast());
  for (const StoredRecord& record : RecordsOf(storage())) EXPECT_THAT(record.event, Not(HasSubstr("hunter2")));
  // The tables show it until it is redacted.
  EXPECT_THAT(TablesOf(storage())["runs"], ElementsAre(HasSubstr(R"({"secret":"hunter2"})")));
}

TEST_P(EngineContentTest, SaltsEachContentAnew) {
  Accept(CreateRun());
  const std::string command = With(Note("deploy"), R"("payload":{"a":1})");
  session_.ExecuteAll({command, command});
  const std::vector<StoredRecord> records = RecordsOf(storage());
  EXPECT_EQ(records[1].content->second, records[2].content->second);
  EXPECT_NE(records[1].content->first, records[2].content->first);
}

TEST_P(EngineContentTest, GivesContentsUpToOneMebibyteBackWhole) {
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a")});
  constexpr size_t kMebibyte = size_t{1} << 20;
  const std::string result = fmt::format(R"({{"out":"{}"}})", Noise(kMebibyte - 10));
  ASSERT_EQ(result.size(), kMebibyte);
  const std::string message = Noise(kMebibyte);
  Accept(With(RecordStep("a", "edit", "failure"), fmt::format(R"("result":{})", result)));
  Accept(fmt::format(R"({{"command":"record_error","run_id":"r1","ws_id":"a","step_name":"edit","error_code":"E",)"
                     R"("signature":"s","message":"{}","context":{}}})",
                     message, result));
  Accept(With(CreateRun("big"), fmt::format(R"("metadata":{})", result)));
  Accept(With(MoveRun("paused"), fmt::format(R"("reason":"{}")", message)));
  Reopen();
  TableLines tables = TablesOf(storage());
  EXPECT_THAT(tables["step_attempts"].at(0), HasSubstr(result));
  EXPECT_THAT(tables["errors"].at(0), HasSubstr(message));
  EXPECT_THAT(tables["errors"].at(0), HasSubstr(result));
  EXPECT_THAT(tables["runs"].at(0), HasSubstr(result));
}

TEST_P(EngineContentTest, TakesTextOfEveryScriptAndControlCharacters) {
  const std::string text = "\\u0001\\t\\n\\\"\\\\ \xc3\xa4 \xe6\xbc\xa2 \xf0\x9f\x8c\x8d '; DROP TABLE runs; --";
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a")});
  Accept(With(RecordStep("a", "edit", "failure"), fmt::format(R"("result":{{"t":"{}"}})", text)));
  EXPECT_THAT(TablesOf(storage())["step_attempts"].at(0), HasSubstr("\xf0\x9f\x8c\x8d"));
}

}  // namespace
}  // namespace annals::support
