// SPEC §2.6 and DESIGN §7 under a clock that jumps by years, stands still and goes back while commands come: it
// disturbs no order, no id, no lease and no fold.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/point.h"
#include "projections/tables.h"
#include "tests/property/all_faults.h"
#include "tests/property/choices.h"
#include "tests/property/machine_script.h"
#include "tests/property/script.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals::property {
namespace {

using support::Must;
using support::StoredRecord;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kYears = 10 * 365 * 86'400 * kSecond;

// What the clock shows when a command comes.
class UnsteadyClock {
 public:
  explicit UnsteadyClock(uint64_t seed) : choices_(seed) {}

  Timestamp After(int64_t wait_sec) {
    if (!stands_) shown_ += kSecond / 1000 + wait_sec * kSecond;
    if (!choices_.OneIn(6)) return {shown_};
    constexpr int64_t kJumps[] = {kYears, -kYears, 3600 * kSecond, -3600 * kSecond, 70 * kSecond, -kSecond, -1, 0, 0};
    const int64_t jump = kJumps[choices_.Below(std::size(kJumps))];
    stands_ = jump == 0 && !stands_;
    // Within what people live to see: a few jumps from where it began.
    if (jump != 0 && std::abs(shown_ + jump - support::Session::kStart.micros) <= 3 * kYears) {
      shown_ += jump;
      ++jumps_;
    }
    return {shown_};
  }
  // Those that were made; neither where it only stood still, nor where it would have gone out of that range.
  uint64_t jumps() const { return jumps_; }

 private:
  Choices choices_;
  int64_t shown_ = support::Session::kStart.micros;
  bool stands_ = false;
  uint64_t jumps_ = 0;
};

// Gives commands by such a clock and looks at what the log makes of its times.
class Play {
 public:
  explicit Play(uint64_t seed) : clock_(seed) {
    const std::vector<uint64_t> script = SeededScript(seed, kCommands);
    for (size_t i = 0; i < script.size(); ++i) {
      const TimedCommand made = MakeCommand(script[i], *storage_, given_);
      given_.push_back(i % 8 == 0 ? TimedCommand{made.wait_sec, R"({"command":"create_run"})"} : made);
      Give(given_.back());
    }
  }

  Storage& storage() { return *storage_; }
  const UnsteadyClock& clock() const { return clock_; }
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  static constexpr size_t kCommands = 400;

  void Give(const TimedCommand& command) {
    const Timestamp now = clock_.After(command.wait_sec);
    session_.clock().Set(now);
    const Answer answer = session_.Execute(command.json);
    if (command.json == R"({"command":"create_run"})") ids_.push_back(std::get<Receipt>(answer).run_id);
    EventDecoder decoder;
    for (const StoredRecord& record : support::RecordsOf(*storage_, {.first = {end_ + 1}})) {
      end_ = record.position.value;
      recorded_at_ = std::max(recorded_at_, now);
      EXPECT_EQ(record.recorded_at, recorded_at_) << record.position.value;
      // What the clock said stays in the log: as the time of the record, or beside it.
      const auto event = Must(decoder.Decode(record.event));
      EXPECT_EQ(event.getOccurredAt(), now < recorded_at_ ? now.micros : 0) << record.position.value;
    }
  }

  const std::unique_ptr<MemoryStorage> storage_ = MemoryStorage::Create(ProjectedTables());
  support::Session session_{*storage_};
  UnsteadyClock clock_;
  std::vector<TimedCommand> given_;
  std::vector<std::string> ids_;
  uint64_t end_ = 0;
  Timestamp recorded_at_;
};

// Every time finds the last record that was there then.
void ExpectPointsInOrder(Storage& storage) {
  const std::vector<StoredRecord> records = support::RecordsOf(storage);
  const auto snapshot = Must(storage.Read());
  for (size_t i = 0; i < records.size(); ++i) {
    const Point point = Must(ParsePoint(FormatTimestamp(records[i].recorded_at)));
    const auto after = std::ranges::upper_bound(records, records[i].recorded_at, {}, &StoredRecord::recorded_at);
    EXPECT_EQ(Must(ResolvePoint(*snapshot, point, {})), std::prev(after)->position);
  }
}

void ExpectOrderAndFold(Play& play) {
  EXPECT_EQ(AllFaultsOf(play.storage()), "");
  EXPECT_EQ(RejudgeAll(play.storage()).divergences, "");
  ExpectPointsInOrder(play.storage());
  // The chance in an id keeps those of one millisecond apart; the time in it never goes back.
  EXPECT_EQ(std::set(play.ids().begin(), play.ids().end()).size(), play.ids().size());
  EXPECT_TRUE(std::ranges::is_sorted(play.ids(), {}, [](const std::string& id) { return id.substr(0, 10); }));
}

TEST(ClockProperty, AClockThatJumpsDisturbsNothing) {
  const uint64_t first = support::SeedOr(1);
  uint64_t jumps = 0;
  for (uint64_t seed = first; seed < first + (support::IsFullEffort() ? 400 : 12); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Play play(seed);
    ExpectOrderAndFold(play);
    jumps += play.clock().jumps();
  }
  support::Tried(jumps, "clock jumps");
}

}  // namespace
}  // namespace annals::property
