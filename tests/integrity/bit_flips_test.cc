// SPEC §2.7: any flipped bit is found, or changes nothing that anybody reads.
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/integrity/judge.h"
#include "tests/integrity/sealed_log.h"
#include "tests/support/effort.h"
#include "tests/support/store.h"

namespace annals::integrity {
namespace {

using support::FreshPath;
using support::IsFullEffort;
using support::SeedOr;
using support::Tried;

// The work of a kind is shared by so many tests, which may run at the same time.
constexpr uint64_t kShares = 16;

void Flip(Files& files, uint64_t bit) {
  std::string& bytes = bit / 8 < files.database.size() ? files.database : files.wal;
  const uint64_t byte = &bytes == &files.database ? bit / 8 : bit / 8 - files.database.size();
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << bit % 8));
}

uint64_t BitsOf(const Files& files) {
  return 8 * (files.database.size() + files.wal.size());
}

// Flips bits of one log's files, and counts what comes of it.
class Flipper {
 public:
  explicit Flipper(const SealedLogOptions& options) : log_(options), judge_(log_, FreshPath("flipped")) {}

  const Files& files() const { return log_.files(); }

  // False: a change was missed.
  bool Try(const std::set<uint64_t>& bits) {
    const std::string what = fmt::format("bits {}", fmt::join(bits, ", "));
    const Trial trial(what);
    Files flipped = log_.files();
    for (const uint64_t bit : bits) Flip(flipped, bit);
    const Verdict verdict = judge_.Of(flipped);
    ++counts_[verdict];
    if (verdict != Verdict::kMissed) return true;
    ADD_FAILURE() << what << " of " << log_.files().database.size() << " + " << log_.files().wal.size()
                  << " bytes: not found, and this is read: " << judge_.difference();
    return counts_[verdict] < 10;
  }

  void Tell() {
    Tried(counts_[Verdict::kFound], "times bits were flipped, and it was found");
    // Few tries may meet none of these.
    if (counts_[Verdict::kUnchanged] > 0)
      Tried(counts_[Verdict::kUnchanged], "times bits were flipped, and nothing changed");
    if (counts_[Verdict::kUncovered] > 0)
      Tried(counts_[Verdict::kUncovered], "times bits were flipped in what nothing covers");
  }

 private:
  SealedLog log_;
  Judge judge_;
  std::map<Verdict, uint64_t> counts_;
};

class BitFlips : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Share, BitFlips, testing::Range(uint64_t{0}, kShares));

// Every bit from `first` to before `last`, or a sample of so many.
void TryAll(Flipper& flipper, uint64_t first, uint64_t last, uint64_t sample, uint64_t share) {
  std::mt19937_64 chance(SeedOr(1) + share);
  const uint64_t tries = IsFullEffort() ? (last - first + kShares - 1 - share) / kShares : sample / kShares;
  for (uint64_t i = 0; i < tries; ++i) {
    const uint64_t bit = first + (IsFullEffort() ? i * kShares + share : chance() % (last - first));
    if (!flipper.Try({bit})) break;
  }
  flipper.Tell();
}

TEST_P(BitFlips, EveryOneOfASmallLogsFileIsFoundOrChangesNothing) {
  Flipper flipper({.page_size = 512});
  TryAll(flipper, 0, BitsOf(flipper.files()), 2'000, GetParam());
}

TEST_P(BitFlips, EveryOneOfASmallWriteAheadLogIsFoundOrChangesNothing) {
  Flipper flipper({.page_size = 512, .commands_in_wal = 4});
  ASSERT_FALSE(flipper.files().wal.empty());
  TryAll(flipper, 8 * flipper.files().database.size(), BitsOf(flipper.files()), 1'000, GetParam());
}

TEST_P(BitFlips, OneToEightAnywhereInALogOfEveryKindAreFoundOrChangeNothing) {
  Flipper flipper({.pipeline_commands = 150, .commands_in_wal = 10});
  std::mt19937_64 chance(SeedOr(2) + GetParam());
  const uint64_t flips = (IsFullEffort() ? 1'000'000 : 9'000) / kShares;
  uint64_t flipped = 0;
  while (flipped < flips) {
    std::set<uint64_t> bits;
    const uint64_t count = 1 + chance() % 8;
    while (bits.size() < count) bits.insert(chance() % BitsOf(flipper.files()));
    flipped += count;
    if (!flipper.Try(bits)) break;
  }
  Tried(flipped, "bits flipped at random, one to eight at a time");
  flipper.Tell();
}

}  // namespace
}  // namespace annals::integrity
